// The trouble of one watched project from its beginning to its end, whatever it turns into in between. Pure.

import { z } from "zod";
import { endOf, type HexRun, isOver } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { beganAt, type Evidence, type Finding, hasRunFor, saysHowItWent, TOGETHER_MS } from "./judgement.js";

/** When this was no longer the case, epoch ms. `null` while it still is. */
const overAt = epochMs.nullable();
/** A run, and its page in Hex; `null`: not known. */
const run = { runId: z.string(), url: z.string().nullable().default(null) };
/** When the bot first saw it. Without it, as long ago as the trouble, as far as is known. */
const seenAt = epochMs.optional();
/** One thing that was or is wrong. See `Finding`. */
const ailmentSchema = z.discriminatedUnion("kind", [
  /** `lastAt`: when the newest run that failed ended. Without it, that is not known. */
  z.object({
    kind: z.literal("failed"),
    since: epochMs,
    lastAt: epochMs.optional(),
    ...run,
    status: z.string(),
    seenAt,
    overAt,
  }),
  /** `rescheduled`: it is over only because the schedules were changed before the run came. */
  z.object({ kind: z.literal("late"), since: epochMs, seenAt, overAt, rescheduled: z.literal(true).optional() }),
  /** `overtaken`: it is over although Hex still lists the run as going, see `overtakenRuns`. */
  z.object({
    kind: z.literal("stuck"),
    since: epochMs,
    ...run,
    seenAt,
    overAt,
    overtaken: z.literal(true).optional(),
  }),
]);
export type Ailment = z.output<typeof ailmentSchema>;

/** Times in epoch ms. */
export const troubleSchema = z.object({
  id: z.string(),
  projectId: z.string(),
  /** When the first thing went wrong, according to Hex. */
  since: epochMs,
  /** When the bot first saw it. */
  seenAt: epochMs,
  /** When the bot has seen something more go wrong since then, such as another run that failed: the last few times, oldest first. */
  newsAt: z.array(epochMs).default([]),
  /** Oldest first. Of each kind, at most one is not over. */
  ailments: z.array(ailmentSchema),
  /** When all was well again. `null` while it is not. */
  overAt,
  /** The run whose completion ended the trouble, or null if the run that was stuck or missing is simply gone. */
  endedBy: z.string().nullable(),
  /** It is over only because it is not judged any more: nothing shows that all is well. */
  withdrawn: z.literal(true).optional(),
});
export type Trouble = z.output<typeof troubleSchema>;

/** How many times of news are kept. */
const NEWS_KEPT = 20;

/**
 * The trouble of a project after its runs were read: new, changed or over. `null` if there is none.
 * @param open the trouble that is not over, or null if there is none
 * @param newId returns an id for a new trouble
 */
export function advanced(
  open: Trouble | null,
  projectId: string,
  findings: readonly Finding[],
  evidence: Evidence,
  newId: () => string,
): Trouble | null {
  if (open === null) return findings.length === 0 ? null : begun(projectId, findings, evidence.readAt, newId());
  const known = open.ailments.map((one) => continued(one, findings, evidence));
  const ailments = [...known, ...fresh(known, findings, evidence.readAt)];
  const newsAt = findings.some((one) => isNews(one, open)) ? [...open.newsAt, evidence.readAt] : open.newsAt;
  const next = { ...open, ailments, newsAt: newsAt.slice(-NEWS_KEPT) };
  if (ailments.some((one) => one.overAt === null) || isGoing(evidence, next)) return next;
  const ended = { ...next, overAt: evidence.readAt };
  if (isRescheduled(ended)) return { ...ended, withdrawn: true };
  return { ...ended, endedBy: goodRunSince(evidence, open.since)?.runId ?? null };
}

/**
 * When there was first news of a trouble for somebody who has watched since a time (epoch ms); `null` if there was none: what was known
 * before is not told.
 */
export function newsSince({ since, seenAt, newsAt }: Trouble, time: number): number | null {
  return Math.max(since, seenAt) >= time ? seenAt : (newsAt.find((at) => at >= time) ?? null);
}

/** When somebody may be paged about it, epoch ms: so long (ms) after each of its news. */
export function pageTimes({ seenAt, newsAt }: Trouble, afterMs: number): number[] {
  return [seenAt, ...newsAt].map((at) => at + afterMs);
}

/** Whether its latest run that says how it went has failed. */
export function isFailed({ ailments }: Trouble): boolean {
  return ailments.some(({ kind, overAt }) => kind === "failed" && overAt === null);
}

/** The trouble of a project that is not judged any more. `now`: epoch ms. */
export function withdrawn(open: Trouble, now: number): Trouble {
  const ailments = open.ailments.map((one) => (one.overAt === null ? { ...one, overAt: now } : one));
  return { ...open, ailments, overAt: now, endedBy: null, withdrawn: true };
}

function begun(projectId: string, findings: readonly Finding[], now: number, id: string): Trouble {
  return {
    id,
    projectId,
    since: Math.min(...findings.map(({ since }) => since)),
    seenAt: now,
    newsAt: [],
    ailments: findings.map((finding) => seen(finding, now)),
    overAt: null,
    endedBy: null,
  };
}

/** The same ailment as it is now. A failure may be that of another run by now. Another run that is stuck is another ailment. */
function continued(ailment: Ailment, findings: readonly Finding[], evidence: Evidence): Ailment {
  if (ailment.overAt !== null) return ailment;
  const found = findings.find(({ kind }) => kind === ailment.kind);
  if (found === undefined || (found.kind === "stuck" && isOfOtherRun(found, ailment))) return over(ailment, evidence);
  return { ...found, since: Math.min(ailment.since, found.since), seenAt: ailment.seenAt, overAt: null };
}

/**
 * The same ailment when it is no longer found. A run that has not come is still late when no due time can be judged for a while, one
 * that failed has still failed when Hex lists no run that says how it went, for example because the project is not published any more,
 * and one that goes on is still stuck when the project's usual duration has become longer.
 */
function over(ailment: Ailment, evidence: Evidence): Ailment {
  const { runs, overtaken, readAt, schedulesSince } = evidence;
  if (ailment.kind === "failed" && !runs.some((run) => isOver(run, readAt) && saysHowItWent(run))) return ailment;
  if (ailment.kind === "stuck" && runs.some((run) => run.runId === ailment.runId && !isOver(run, readAt)))
    return ailment;
  if (ailment.kind === "stuck" && overtaken.some(({ runId }) => runId === ailment.runId))
    return { ...ailment, overAt: readAt, overtaken: true };
  if (ailment.kind !== "late" || hasRunFor({ at: ailment.since, slackMs: 0 }, evidence))
    return { ...ailment, overAt: readAt };
  return schedulesSince > ailment.since ? { ...ailment, overAt: readAt, rescheduled: true } : ailment;
}

/** Whether it ended when the schedules were changed: the run that was late had not come, and is not waited for any more. */
export function isRescheduled({ ailments, overAt }: Pick<Trouble, "ailments" | "overAt">): boolean {
  return ailments.some((one) => one.kind === "late" && one.rescheduled === true && one.overAt === overAt);
}

/** Whether it ended although Hex still lists the run that was stuck as going: a later one had completed. */
export function isOvertaken({ ailments, overAt }: Pick<Trouble, "ailments" | "overAt">): boolean {
  return ailments.some((one) => one.kind === "stuck" && one.overtaken === true && one.overAt === overAt);
}

/** Whether it is over although no run has completed, for example because the run that was stuck was cancelled. */
export function endedWithoutRun({ overAt, endedBy, withdrawn }: Trouble): boolean {
  return overAt !== null && endedBy === null && withdrawn === undefined;
}

/** Whether something else went wrong than before: a new ailment, or that of another run. */
function isNews(finding: Finding, { ailments }: Trouble): boolean {
  const before = ailments.find(({ kind, overAt }) => kind === finding.kind && overAt === null);
  return before === undefined || isOfOtherRun(finding, before);
}

function isOfOtherRun(finding: Finding, ailment: Ailment): boolean {
  return "runId" in finding && "runId" in ailment && finding.runId !== ailment.runId;
}

function fresh(known: readonly Ailment[], findings: readonly Finding[], now: number): Ailment[] {
  const isOpen = ({ kind }: Finding) => known.some((one) => one.kind === kind && one.overAt === null);
  return findings.filter((finding) => !isOpen(finding)).map((finding) => seen(finding, now));
}

function seen(finding: Finding, now: number): Ailment {
  return { ...finding, seenAt: now, overAt: null };
}

/**
 * Whether a run goes on that has to end first: a run that started late does not end the trouble until it has ended well. Once one has
 * completed that began after all that went wrong, those that began later are not waited for: where runs overlap, one always goes on.
 */
function isGoing(evidence: Evidence, { since, ailments }: Trouble): boolean {
  const { runs, readAt } = evidence;
  const wrongAt = Math.max(...ailments.map((one) => (one.kind === "failed" && one.lastAt) || one.since));
  const good = runs.flatMap(({ status, startTime }) => (status === "COMPLETED" ? (startTime ?? []) : []));
  const until = Math.min(...good.filter((startTime) => startTime >= wrongAt)) + TOGETHER_MS;
  return runs.some((run) => {
    // One that waits has yet to begin.
    const startTime = run.startTime ?? readAt;
    return !isOver(run, readAt) && beganAt(run, evidence) >= since && startTime <= until;
  });
}

function goodRunSince({ runs }: Evidence, since: number): HexRun | undefined {
  return runs.find((run) => run.status === "COMPLETED" && (endOf(run) ?? 0) >= since);
}
