// How long it takes until somebody who watches a hundred projects is told of what went wrong, by the bot's plan and by asking one project
// after the other, in simulated time. The plan, the judgement and the budget are the bot's; runs in flight, the catalog and the
// probe use the same budget.

import { Budget, type BudgetShare } from "../../src/hex/budget.js";
import type { Schedule } from "../../src/hex/schema.js";
import { nextPoll, type PolledRun } from "../../src/runs/poll-plan.js";
import { type Policy, SimulatedFollower } from "../follow/simulated-follower.js";
import { failed, runsAt, schedulesAt, type TrueProject, type TrueRun } from "../follow/simulated-runs.js";
import { ManualClock } from "../sandbox/clock.js";
import { seeded } from "../sandbox/seeded.js";
import { quantile, type Report, ratio } from "./report.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const LIMIT = 30;
const LATE_MS = 15 * MINUTE;
/** A Thursday. */
const MIDNIGHT = Date.parse("2026-11-26T00:00:00Z");
/** Between which hours of that day the bot follows the projects. */
export interface Hours {
  from: number;
  to: number;
}
const DAY: Hours = { from: 4, to: 20 };
const PROJECTS = 100;
const AT_SEVEN = 60;
const STEP_MS = SECOND;
/** How often a loop looks again whether there is something to ask. */
const LOOK_MS = 30 * SECOND;

export const KINDS = ["scheduled failure", "failure from outside", "missing run"] as const;
/** Something that went wrong, and from when on it could be known, epoch ms. */
interface Fault {
  kind: (typeof KINDS)[number];
  projectId: string;
  knowableAt: number;
  /** The run that failed; for a missing one, when it was due. */
  what: string | number;
}

function daily(at: number): Schedule {
  const time = new Date(at);
  const when = { timezone: "UTC", hour: time.getUTCHours(), minute: time.getUTCMinutes() };
  return { cadence: "DAILY", enabled: true, hourly: null, daily: when, weekly: null, monthly: null, custom: null };
}

/** One day of a project: its history, its scheduled run, which may fail or not come, and what others start. */
function makeProject(
  index: number,
  { from, to }: Hours,
  random: () => number,
): { project: TrueProject; faults: Fault[] } {
  const id = `project ${index}`;
  const minute = Math.floor(((index - AT_SEVEN + random()) * (to - from - 1) * 60) / (PROJECTS - AT_SEVEN));
  const dueAt = MIDNIGHT + (index < AT_SEVEN ? 7 * HOUR : from * HOUR + minute * MINUTE);
  const typicalMs = MINUTE * 30 ** random();
  const took = () => typicalMs * (0.7 + 0.6 * random());
  const run = (trigger: TrueRun["trigger"], startsAt: number, failing: number, due: number | null = null): TrueRun => ({
    runId: `${id} ${startsAt}`,
    trigger,
    dueAt: due,
    startsAt,
    endsAt: startsAt + took(),
    ends: random() < failing ? "ERRORED" : "COMPLETED",
  });
  const history = Array.from({ length: 10 }, (_, day) => run("SCHEDULED", dueAt - (10 - day) * 24 * HOUR, 0));
  const isMissing = random() < 0.2;
  const delayMs = random() < 0.8 ? 20 * SECOND * random() : 10 * MINUTE * random();
  const scheduled = isMissing ? [] : [run("SCHEDULED", dueAt + delayMs, 0.3, dueAt)];
  // Not so close to the scheduled run that one hides the other.
  const outside = [0, 1 / 3, 2 / 3]
    .map((part) => MIDNIGHT + (from + (to - from) * (part + 0.2 * random())) * HOUR)
    .filter((at) => Math.abs(at - dueAt) > 90 * MINUTE && random() < 0.5)
    .map((at) => run("API", at, 0.4));
  const runs = [...history, ...scheduled, ...outside].sort((one, other) => one.startsAt - other.startsAt);
  const faults = [...scheduled, ...outside].filter(failed).map(
    ({ trigger, runId, endsAt }): Fault => ({
      kind: trigger === "SCHEDULED" ? "scheduled failure" : "failure from outside",
      projectId: id,
      knowableAt: endsAt,
      what: runId,
    }),
  );
  if (isMissing) faults.push({ kind: "missing run", projectId: id, knowableAt: dueAt + LATE_MS, what: dueAt });
  return { project: { id, schedules: [{ from: 0, is: [daily(dueAt)] }], runs }, faults };
}

/** Asks about one project after the other, as fast as it may. */
const inTurn: Policy = (projects, now, { perMinute, lastAt }) => {
  const readAt = (one: { readAt: number | null }) => one.readAt ?? Number.NEGATIVE_INFINITY;
  const [first, ...others] = projects;
  if (first === undefined) return null;
  const oldest = others.reduce((best, one) => (readAt(one) < readAt(best) ? one : best), first);
  return { projectId: oldest.projectId, at: lastAt === null ? now : Math.max(now, lastAt + MINUTE / perMinute) };
};

/** Somebody who asks for one request after the other, each as soon as its share allows. */
interface Asker {
  share: BudgetShare;
  /** When it wants the next request, in ms of the monotonic clock. */
  nextAt: (now: number) => number;
  /** Its request may go. */
  go: (now: number) => void;
}

export interface Facts {
  delays: Record<(typeof KINDS)[number], number[]>;
  untold: number;
  requests: number;
  refused: number;
}

/** `policy`: which project is read next; by the bot's plan when left out. */
export async function simulate(policy: Policy | undefined, hours: Hours): Promise<Facts> {
  const [start, end] = [MIDNIGHT + hours.from * HOUR, MIDNIGHT + hours.to * HOUR];
  const random = seeded(1);
  const made = Array.from({ length: PROJECTS }, (_, index) => makeProject(index, hours, random));
  const faults = made
    .flatMap((one) => one.faults)
    .filter(({ knowableAt }) => knowableAt > start && knowableAt < end - HOUR / 2);
  const projects = new Map(made.map(({ project }) => [project.id, project]));
  const clock = new ManualClock(start);
  const budget = new Budget(clock, LIMIT);
  const [runs, follow, catalog, probe] = [
    budget.share("runs", 12),
    budget.share("follow", 12),
    budget.share("catalog", 5),
    budget.share("probe", 4),
  ];
  const dateOf = (monotonic: number) => start + monotonic;
  const told = new Map<string, number>();
  const follower = new SimulatedFollower([...projects.keys()], {
    from: start,
    lateMs: LATE_MS,
    stuckFactor: 3,
    away: () => [],
    schedulesOf: (id, now) => {
      const project = projects.get(id);
      return project ? schedulesAt(project, now) : [];
    },
    ...(policy ? { policy } : {}),
  });
  let reading: string | null = null;
  const askers: Asker[] = [
    {
      share: follow,
      nextAt: (now) => {
        const next = follower.next(dateOf(now), follow.perMinute);
        if (next === null) return Number.POSITIVE_INFINITY;
        const at = next.at - start;
        reading = next.projectId;
        if (at <= now) follower.ask(dateOf(now));
        return at;
      },
      go: (now) => {
        const project = reading === null ? undefined : projects.get(reading);
        if (project === undefined) return;
        const trouble = follower.read(project.id, runsAt(project, dateOf(now)), dateOf(now));
        for (const ailment of trouble?.ailments ?? []) {
          const key = `${project.id} ${ailment.kind === "late" ? ailment.since : "runId" in ailment ? ailment.runId : ""}`;
          if (!told.has(key)) told.set(key, dateOf(now));
        }
      },
    },
    inFlight(runs, random),
    every(catalog, (now) => now + MINUTE / Math.min(5, catalog.perMinute)),
    every(probe, (now) => now + MINUTE),
  ];
  const { requests, refused } = await letAsk(clock, budget, askers, end - start);
  const delays = noDelays();
  let untold = 0;
  for (const { kind, projectId, knowableAt, what } of faults) {
    const at = told.get(`${projectId} ${what}`);
    if (at === undefined) untold++;
    else delays[kind].push(at - knowableAt);
  }
  return { delays, untold, requests, refused };
}

/** Ten runs in ten projects, each replaced when it is seen to have ended. */
function inFlight(share: BudgetShare, random: () => number): Asker {
  const start = (key: string, since: number) => {
    const run: PolledRun = { key, projectId: key, since, askedAt: null, typicalMs: 5 * MINUTE };
    return { run, endsAt: since + 5 * MINUTE * (0.7 + 0.6 * random()) };
  };
  let live = Array.from({ length: 10 }, (_, index) => start(`run ${index}`, index * SECOND));
  let lastAt: number | null = null;
  let asking = new Set<string>();
  return {
    share,
    nextAt: (now) => {
      const poll = nextPoll(
        live.map(({ run }) => run),
        now,
        { perMinute: share.perMinute, lastAt },
      );
      if (poll === null) return Number.POSITIVE_INFINITY;
      asking = new Set(poll.runs.map(({ key }) => key));
      if (poll.at <= now) lastAt = now;
      return poll.at;
    },
    go: (now) => {
      live = live.map((one) => {
        if (!asking.has(one.run.key)) return one;
        return one.endsAt <= now ? start(one.run.key, now) : { ...one, run: { ...one.run, askedAt: now } };
      });
    },
  };
}

function every(share: BudgetShare, after: (now: number) => number): Asker {
  let at = 0;
  const nextAt = () => at;
  const go = (now: number) => {
    at = after(now);
  };
  return { share, nextAt, go };
}

/** Lets everybody ask until `end`, and counts what Hex would refuse: its minute begins with the first request after the last one. */
async function letAsk(clock: ManualClock, budget: Budget, askers: readonly Asker[], end: number) {
  const counted = { requests: 0, refused: 0 };
  let minute = { from: Number.NEGATIVE_INFINITY, used: 0 };
  const sent = () => {
    const now = clock.monotonic();
    if (now >= minute.from + MINUTE) minute = { from: now, used: 0 };
    counted.requests++;
    if (++minute.used > LIMIT) counted.refused++;
  };
  const loops = askers.map((asker) => ({ asker, waits: false, lookAt: 0 }));
  for (; clock.monotonic() < end; clock.advance(STEP_MS)) {
    const now = clock.monotonic();
    let asks = 0;
    for (const loop of loops) {
      if (loop.waits || now < loop.lookAt) continue;
      const at = loop.asker.nextAt(now);
      loop.lookAt = Math.min(at, now + LOOK_MS);
      if (at > now) continue;
      asks++;
      loop.waits = true;
      void budget.take(loop.asker.share, HOUR).then(() => {
        sent();
        loop.asker.go(clock.monotonic());
        loop.waits = false;
      });
    }
    if (asks > 0 || loops.some(({ waits }) => waits)) await new Promise((resolve) => setImmediate(resolve));
  }
  return counted;
}

export async function followBench(): Promise<Report> {
  const ours = await simulate(undefined, DAY);
  const others = await simulate(inTurn, DAY);
  const minutes = (ms: number) => (ms / MINUTE).toFixed(1);
  const rows = KINDS.flatMap((kind) =>
    [
      { name: "the plan", facts: ours },
      { name: "in turn", facts: others },
    ].map(({ name, facts }) => {
      const delays = facts.delays[kind];
      const [median, p95, worst] = [0.5, 0.95, 1].map((share) => quantile(delays, share));
      return [
        ...[kind, name, `${delays.length}`, minutes(median ?? 0), minutes(p95 ?? 0), minutes(worst ?? 0)],
        ...[`${facts.untold}`, `${facts.refused}`, ratio(median ?? 0, quantile(ours.delays[kind], 0.5))],
      ];
    }),
  );
  return {
    about:
      `How many minutes after it could be known somebody is told what is wrong with one of ${PROJECTS} watched projects, of which ` +
      `${AT_SEVEN} are due at 07:00 and ${PROJECTS - AT_SEVEN} over the day: by the bot's plan, and by asking about one project after the ` +
      "other under the same budget. Ten runs in ten other projects are in flight, the catalog is being read, and Hex is probed. " +
      `${DAY.to - DAY.from} hours of simulated time. The goal is a median of at most 5 and a p95 of at most 12. "Untold" and "429s" are of all ` +
      "three kinds together.",
    head: ["what", "by", "times", "median", "p95", "worst", "untold", "429s", "median to ours"],
    rows,
  };
}

function noDelays(): Facts["delays"] {
  return { "scheduled failure": [], "failure from outside": [], "missing run": [] };
}
