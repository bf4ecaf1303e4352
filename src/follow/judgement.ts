// Whether a watched project is in trouble, judged by what is known about its schedules and runs. Pure.

import { endOf, type HexRun, isOver, type Schedule, startOrEnd } from "../hex/schema.js";
import { MINUTE } from "../lib/time.js";
import { type Due, earliestStart, lastDue } from "./due-times.js";

/** What is known about a project. Times in epoch ms. */
export interface Evidence {
  schedules: readonly Schedule[];
  /** Since when the project has had exactly these schedules, as far as the bot has seen. */
  schedulesSince: number;
  /** What ended or was late by this time is not judged, see `settledUntil`. */
  settledUntil: number;
  /** Its runs without those that were overtaken, the one that started last first. */
  runs: readonly HexRun[];
  /** See `overtakenRuns`. */
  overtaken: readonly OvertakenRun[];
  /** When each run began that could not be read, see `RunPage`. */
  unreadStarts: readonly (number | null)[];
  /** When Hex was asked for them. */
  readAt: number;
  /** Since when the list of runs is known to be complete. Earlier runs may be missing from it. */
  completeSince: number;
  /** When each run that has not started yet was first seen, by the run's id. */
  firstSeen: ReadonlyMap<string, number>;
  /** How long its runs usually take (their median), in ms. `null`: not known. */
  typicalMs: number | null;
}

export interface OvertakenRun {
  runId: string;
  /** When it began, or was first seen waiting, epoch ms. */
  since: number;
}

/** A time in which Hex or the bot was down, in epoch ms. `to` is null while that lasts. */
export interface Away {
  from: number;
  to: number | null;
}

export interface Terms {
  /** What happened before this time (epoch ms) is not judged, because nobody was watching. */
  from: number;
  /** How long after its due time a run counts as late, in ms. */
  lateMs: number;
  /** A run that takes more than this many times its usual duration is stuck. */
  stuckFactor: number;
  away: readonly Away[];
}

export type Finding =
  /** The newest run whose end says something failed. `since`, `lastAt`: when the first and the newest run in this row of failures ended. `url`: see `HexRun`. */
  | { kind: "failed"; since: number; lastAt: number; runId: string; url: string | null; status: string }
  /** A scheduled run is missing. `since`: when it was due. */
  | { kind: "late"; since: number }
  /** A run takes far too long. `since`: when it began, or was first seen waiting. */
  | { kind: "stuck"; since: number; runId: string; url: string | null };

export type FindingKind = Finding["kind"];

/** A run is not stuck before this, however short the project's runs usually are. */
const LEAST_STUCK_MS = 10 * MINUTE;
/** How many due times the judgement looks back for one whose deadline has passed. */
const DUE_TIMES = 4;

/** What was wrong with a project when its runs were read. */
export function judge(evidence: Evidence, terms: Terms): Finding[] {
  return [failed(evidence, terms), late(evidence, terms), stuck(evidence, terms)].filter((finding) => finding !== null);
}

function failed({ runs, readAt, settledUntil }: Evidence, { from }: Terms): Finding | null {
  const ended = endedRuns(runs, readAt).filter(saysHowItWent);
  const good = ended.findIndex((run) => !isFailure(run));
  const since = Math.max(from, settledUntil);
  const inARow = (good === -1 ? ended : ended.slice(0, good)).filter((run) => endedAt(run) >= since);
  // Those that ran at the same time need not end in the order in which they began.
  inARow.sort((one, other) => endedAt(other) - endedAt(one));
  const [newest, first] = [inARow[0], inARow.at(-1)];
  if (newest === undefined || first === undefined) return null;
  const { runId, runUrl: url, status } = newest;
  return { kind: "failed", since: endedAt(first), lastAt: endedAt(newest), runId, url, status };
}

function late(evidence: Evidence, terms: Terms): Finding | null {
  const due = latestUp(evidence, terms);
  if (due === null || due.at < evidence.completeSince) return null;
  return hasRunFor(due, evidence) || mayHaveRunFor(due, evidence) ? null : { kind: "late", since: due.at };
}

/** Whether the run for a due time may be among those that could not be read. */
function mayHaveRunFor(due: Due, { unreadStarts }: Evidence): boolean {
  return unreadStarts.some((at) => at === null || at >= earliestStart(due));
}

/** Whether the run for a due time is there, or a later one. */
export function hasRunFor(due: Due, evidence: Evidence): boolean {
  const { runs, readAt } = evidence;
  return runs.some((run) => {
    if (run.startTime === null && !isOver(run, readAt)) {
      // One that has waited since before then is another run. Hex may keep saying for weeks that a run waits.
      return mayBeScheduled(run) && beganAt(run, evidence) >= earliestStart(due);
    }
    // One that ended without ever starting is not missing: it failed, or somebody cancelled it.
    const at = startOrEnd(run);
    return countsForSchedules(run) && at !== null && at >= earliestStart(due);
  });
}

/** A run that somebody started by hand has brought the results, too. */
export function countsForSchedules(run: HexRun): boolean {
  return mayBeScheduled(run) || run.status === "COMPLETED";
}

/** The latest due time whose run should be there by now, or null if there is none that can be judged. */
function latestUp(evidence: Evidence, { from, lateMs, away }: Terms): Due | null {
  const { schedules, schedulesSince, settledUntil, readAt } = evidence;
  let due = lastDue(schedules, readAt - lateMs);
  for (let looked = 0; looked < DUE_TIMES && due !== null; looked++) {
    if (due.at <= Math.max(from, schedulesSince)) return null;
    const deadline = deadlineOf(due, lateMs, away);
    if (deadline <= settledUntil) return null;
    if (deadline <= readAt) return due;
    due = lastDue(schedules, due.at - 1);
  }
  return null;
}

/** When the run for a due time must be there, epoch ms. While Hex or the bot was down, no run could start or be seen. */
export function deadlineOf({ at, slackMs }: Due, lateMs: number, away: readonly Away[]): number {
  let deadline = at + slackMs + lateMs;
  for (const { from, to } of away.toSorted((one, other) => one.from - other.from)) {
    const end = to ?? Number.POSITIVE_INFINITY;
    if (from < deadline && end > at) deadline = Math.max(deadline, end + lateMs);
  }
  return deadline;
}

function stuck(evidence: Evidence, { stuckFactor }: Terms): Finding | null {
  const { runs, readAt, typicalMs } = evidence;
  const limitMs = stuckAfterMs(typicalMs, stuckFactor);
  if (limitMs === null) return null;
  const going = runs.filter((run) => !isOver(run, readAt)).map((run) => ({ run, since: beganAt(run, evidence) }));
  const [oldest] = going.filter(({ since }) => readAt - since > limitMs).sort((one, other) => one.since - other.since);
  if (oldest === undefined) return null;
  return { kind: "stuck", since: oldest.since, runId: oldest.run.runId, url: oldest.run.runUrl };
}

/** After how long (ms) a run counts as stuck. `null`: the project's usual duration is not known yet. */
export function stuckAfterMs(typicalMs: number | null, factor: number): number | null {
  return typicalMs === null ? null : Math.max(LEAST_STUCK_MS, factor * typicalMs);
}

/** When a run began, or was first seen waiting, epoch ms. */
export function beganAt(
  { runId, startTime }: HexRun,
  { firstSeen, readAt }: Pick<Evidence, "firstSeen" | "readAt">,
): number {
  return startTime ?? firstSeen.get(runId) ?? readAt;
}

/**
 * The runs that are over, the one that started last first. A schedule may start several runs together, one for each saved view: of
 * these, those that failed come first, since the others do not make up for them.
 * @param runs the one that started last first
 * @param now epoch ms
 */
export function endedRuns(runs: readonly HexRun[], now: number): HexRun[] {
  const groups: HexRun[][] = [];
  for (const run of runs) {
    if (!isOver(run, now)) continue;
    const group = groups.at(-1);
    if (group?.[0] !== undefined && beganTogether(group[0], run)) group.push(run);
    else groups.push([run]);
  }
  return groups.flatMap((group) => [...group.filter(isFailure), ...group.filter((run) => !isFailure(run))]);
}

/** Whether a run's end says something about the project: not if somebody cancelled it, or if it ended in a way that this bot does not know. */
export function saysHowItWent(run: HexRun): boolean {
  return run.status === "COMPLETED" || isFailure(run);
}

/** How far apart runs may begin that a schedule starts together, in ms. */
export const TOGETHER_MS = MINUTE;

/** `later` did not follow on the other run, as it does when somebody or something tries again. */
function beganTogether(later: HexRun, earlier: HexRun): boolean {
  if (later.runTrigger !== "SCHEDULED" || earlier.runTrigger !== "SCHEDULED") return false;
  if (later.startTime === null || earlier.startTime === null) return false;
  return Math.abs(later.startTime - earlier.startTime) <= TOGETHER_MS && later.startTime < endedAt(earlier);
}

export function isFailure({ status }: Pick<HexRun, "status">): boolean {
  return status === "ERRORED" || status === "UNABLE_TO_ALLOCATE_KERNEL";
}

/** What else starts runs, in Hex's words. */
const OTHER_TRIGGERS: ReadonlySet<string> = new Set(["API", "APP_REFRESH"]);

/** Whether its schedule may have started a run: Hex says so, or says nothing about that, or in a word that this bot does not know. */
function mayBeScheduled({ runTrigger }: Pick<HexRun, "runTrigger">): boolean {
  return runTrigger === null || !OTHER_TRIGGERS.has(runTrigger.toUpperCase());
}

function endedAt(run: HexRun): number {
  return endOf(run) ?? 0;
}
