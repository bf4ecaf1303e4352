// Which run to ask Hex about next. Pure: the runs and the time go in, the next request comes out.
//
// The idea: requests go out evenly spaced, so that polls never exceed their share of the budget in any minute and a command
// never waits long. Each request goes where it is worth most: to the runs with the largest expected delay since they were last
// asked about (the chance that a run has ended since then, times half the time since then, summed over the runs that one
// request covers). No request goes while it is worth next to nothing, and no run waits longer than LONGEST_REST while there is room.

import { PAGE_SIZE } from "../hex/pages.js";
import { MINUTE, SECOND } from "../lib/time.js";

/** What the plan needs to know about a run in flight. All times are by the monotonic clock, in ms. */
export interface PolledRun {
  key: string;
  projectId: string;
  /** When the run began, as far as is known. */
  since: number;
  /** When Hex was last asked about it; `null` for never. */
  askedAt: number | null;
  /** How long runs of this project usually take (their median), in ms. */
  typicalMs: number | null;
  /** When it becomes overdue unless it ends first, which is worth a request. Left out when it never does or already is. */
  overdueAt?: number | null;
  /** The run is not among its project's latest runs, so only a request of its own finds it. */
  alone?: boolean;
}

export interface Poll {
  /** When to ask: now or later. */
  at: number;
  projectId: string;
  /** The runs that the answer covers. If there are several, or one whose project's history is unknown, list the project's runs. */
  runs: PolledRun[];
}

/** What polls may use of the request budget. */
export interface Pace {
  /** Polls a minute, at this moment. */
  perMinute: number;
  /** When the last poll was made; `null` if none was. */
  lastAt: number | null;
}

/** Runs that Hex was not asked about for this long come first. */
const LONGEST_REST = 90 * SECOND;
/** So do runs that Hex was never asked about, while one poll for each request takes no longer than this. */
const ROOM_MS = 12 * SECOND;
/** The rests of runs take no more than this part of the polls, and get longer before they do. */
const RESTED_PART = 0.75;
/** A request is worth making when it is expected to save this much delay. */
const PRICE_MS = 20;
const STEP_MS = 500;

/** The next poll; `null` when nothing is in flight. */
export function nextPoll(runs: readonly PolledRun[], now: number, pace: Pace): Poll | null {
  if (runs.length === 0) return null;
  const requests = byRequest(runs);
  const rests = restsOf(requests.length, pace);
  for (let at = freeAt(now, pace); ; at += STEP_MS) {
    const request = due(requests, now, at, rests) ?? worthwhile(requests, now, at);
    const [first] = request ?? [];
    if (request && first) return { at, projectId: first.projectId, runs: request };
  }
}

/** The runs grouped by the request that covers them: one for all runs of a project. */
function byRequest(runs: readonly PolledRun[]): PolledRun[][] {
  const requests = new Map<string, PolledRun[]>();
  for (const run of runs) {
    const id = run.alone ? `run ${run.key}` : `project ${run.projectId}`;
    const request = requests.get(id) ?? [];
    request.push(run);
    requests.set(id, request);
  }
  return [...requests.values()].map((request) =>
    request.length > PAGE_SIZE
      ? request.sort((a, b) => dueAt(a, AT_ONCE) - dueAt(b, AT_ONCE)).slice(0, PAGE_SIZE)
      : request,
  );
}

/** When the next poll may go. A last one in the future, from another clock, counts as now. */
function freeAt(now: number, { perMinute, lastAt }: Pace): number {
  return lastAt === null ? now : Math.max(now, Math.min(now, lastAt) + Math.ceil(MINUTE / perMinute));
}

const AT_ONCE: Rests = { first: 0, next: LONGEST_REST };

/** After how long (ms) runs come first: those that Hex was never asked about, and those that it was asked about before. */
interface Rests {
  first: number;
  next: number;
}

/**
 * A run that has just begun hardly ever ends at once, and its start has told its state. While polls are scarce, asking about each new
 * run at once would leave few for the runs that are about to end.
 */
function restsOf(requests: number, { perMinute }: Pace): Rests {
  const roundMs = (requests * MINUTE) / perMinute;
  const next = Math.max(LONGEST_REST, roundMs / RESTED_PART);
  return { first: roundMs <= ROOM_MS ? 0 : next, next };
}

function dueAt({ askedAt, since, overdueAt = null }: PolledRun, { first, next }: Rests): number {
  if (askedAt === null) return since + first;
  const rested = askedAt + next;
  return overdueAt === null || askedAt >= overdueAt ? rested : Math.min(rested, overdueAt);
}

/** The runs that have been due for longest: not asked about for too long, or not since they became overdue. */
function due(requests: readonly PolledRun[][], now: number, at: number, rests: Rests): PolledRun[] | null {
  // A time in the future, from another clock, counts as now.
  const since = (run: PolledRun) =>
    Math.min(dueAt(run, rests), now + (run.askedAt === null ? rests.first : rests.next));
  const late = best(requests, (request) => at - Math.min(...request.map(since)));
  return late.value >= 0 ? late.request : null;
}

/** The runs that are most worth asking about, if that is worth a request. */
function worthwhile(requests: readonly PolledRun[][], now: number, at: number): PolledRun[] | null {
  const most = best(requests, (request) => request.reduce((sum, run) => sum + delayMs(run, now, at), 0));
  return most.value >= PRICE_MS ? most.request : null;
}

function best(requests: readonly PolledRun[][], value: (request: PolledRun[]) => number) {
  let found: { request: PolledRun[] | null; value: number } = { request: null, value: Number.NEGATIVE_INFINITY };
  for (const request of requests) {
    const worth = value(request);
    if (worth > found.value) found = { request, value: worth };
  }
  return found;
}

/** The expected delay at `at` between the end of a run, if it ended since Hex was last asked about it, and the bot seeing it. */
function delayMs(run: PolledRun, now: number, at: number): number {
  const askedAt = Math.min(run.askedAt ?? run.since, now);
  const ended = 1 - chanceOfLonger(at - run.since, run.typicalMs) / chanceOfLonger(askedAt - run.since, run.typicalMs);
  return (ended * (at - askedAt)) / 2;
}

/** Assumed where the median is not known: half of these runs take longer than this, a quarter longer than three times this, and so on. */
const MEDIAN_MS = 2 * MINUTE;
/** How close to their median runs end: three in five end within a quarter of it. */
const CLOSENESS = 5;
/** The share of runs that end as if their median were unknown: early with an error, or late. */
const UNUSUAL = 0.2;

/** The chance that a run takes longer than this (log-logistic: the older a run, the longer it may still take). */
function chanceOfLonger(ageMs: number, typicalMs: number | null): number {
  const age = Math.max(0, ageMs);
  const unknown = 1 / (1 + age / MEDIAN_MS);
  if (typicalMs === null) return unknown;
  const known = 1 / (1 + (age / Math.max(SECOND, typicalMs)) ** CLOSENESS);
  return UNUSUAL * unknown + (1 - UNUSUAL) * known;
}
