// How one state of a run follows from another. Pure: what happened goes in, the next state comes out.

import { type HexErrorFacts, meansLater, provesNoEffect } from "../hex/errors.js";
import { AHEAD_MS, type HexRun, isOver, type StartedRun } from "../hex/schema.js";
import { hasCome } from "../lib/due.js";
import { DAY, MINUTE } from "../lib/time.js";
import { type ApprovalNeed, isApprovalOver, wantedApproval } from "./approval.js";
import {
  type EndedRun,
  type HexIdentity,
  identityOf,
  isLeaseOver,
  LEASE_MS,
  type LiveRun,
  type Run,
  type RunIn,
  startableSince,
} from "./run.js";
import { overdueAfterMs } from "./typical-duration.js";

/** How long the bot keeps trying a start while Hex says "later", in ms. */
export const START_TIMEOUT_MS = 10 * MINUTE;
/** Longer than Hex takes to end a run that it has been told to cancel, in ms. */
const CANCELLED_MS = MINUTE;
const FIRST_PAUSE_MS = 10_000;
const SHORTEST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = MINUTE;

/** A request to run a project. */
export type Intent = Pick<Run, "key" | "project" | "options" | "requester" | "requestedAt" | "reference">;

export function intended(intent: Intent, now: number): RunIn<"starting"> {
  return { ...intent, ...UNKNOWN, approval: null, ...beingAsked(now) };
}

/** A process is about to ask Hex. */
function beingAsked(now: number) {
  return { state: "starting", looking: false, facts: null, lease: now + LEASE_MS } as const;
}

const UNKNOWN = { trigger: null, typicalMs: null, overdue: null, again: null };

/** A rule lets nobody start it without somebody's approval. */
export function awaiting(intent: Intent, need: ApprovalNeed, now: number): RunIn<"awaiting"> {
  return { ...intent, ...UNKNOWN, state: "awaiting", approval: wantedApproval(need, now) };
}

/** What somebody, or the rules (`by` is `null`), say about a run that awaits its approval. */
export type Verdict = { kind: "approve"; by: string } | { kind: "decline"; by: string | null };

/** The verdict counts if it comes in time. `now`: epoch ms. */
export function judged(
  run: RunIn<"awaiting">,
  verdict: Verdict,
  now: number,
): RunIn<"approved" | "declined" | "expired"> {
  if (isApprovalOver(run.approval, now)) return expired(run, now);
  const { approval } = run;
  if (verdict.kind === "decline") return { ...baseOf(run), approval, state: "declined", by: verdict.by, endedAt: now };
  return { ...baseOf(run), approval: { ...approval, approved: { by: verdict.by, at: now } }, state: "approved" };
}

/** Nobody has approved it in time, or the bot could not start it in time. */
export function expired(run: RunIn<"awaiting" | "approved">, now: number): RunIn<"expired"> {
  return { ...baseOf(run), approval: run.approval, state: "expired", endedAt: now };
}

/** Hex is being asked for the run that was approved. */
export function begun(run: RunIn<"approved">, now: number): RunIn<"starting"> {
  return { ...baseOf(run), ...beingAsked(now) };
}

/** What every state has. */
function baseOf(run: Run) {
  const { key, project, options, requester, trigger, requestedAt, reference, typicalMs, overdue, again, approval } =
    run;
  return { key, project, options, requester, trigger, requestedAt, reference, typicalMs, overdue, again, approval };
}

/** The same for a run that seemed to have ended: its end is still to be told. */
function goingOn(run: Run) {
  const { approval } = run;
  return { ...baseOf(run), approval: approval && { ...approval, isEndTold: false } };
}

/** Hex has started the run and given it an id. */
export function started(run: RunIn<"starting" | "lost">, answer: StartedRun): RunIn<"pending"> {
  return pending(run, identity(answer), { startedAt: null, status: "PENDING" });
}

/**
 * A run found in Hex is the one that the bot was looking for, or one to track from now on, including a run that seemed to have
 * ended but is still going.
 */
export function adopted(run: RunIn<"starting"> | EndedRun, found: HexRun, now: number): Run {
  return observed(pending(run, identity(found), { startedAt: found.startTime, status: found.status }), found, now);
}

function pending(
  run: RunIn<"starting"> | EndedRun,
  hex: HexIdentity,
  { startedAt, status }: Pick<LiveRun, "startedAt" | "status">,
): RunIn<"pending"> {
  return { ...goingOn(run), state: "pending", hex, startedAt, status, trouble: null, cancelFailure: null };
}

/** Hex has proven that there is no run. `now`: epoch ms. */
export function refused(
  run: RunIn<"approved" | "starting" | "waiting">,
  facts: HexErrorFacts,
  now: number,
): RunIn<"refused"> {
  return { ...baseOf(run), state: "refused", facts, endedAt: now };
}

/**
 * The start will be tried again later. If Hex said so, the pause is longer each time and at least as long as Hex asks. If it was
 * not its turn, it goes as soon as it is. Refused if that would be too late.
 */
export function postponed(
  run: RunIn<"approved" | "starting">,
  facts: HexErrorFacts,
  tries: number,
  now: number,
): RunIn<"waiting" | "refused"> {
  const until = startableSince(run) + START_TIMEOUT_MS;
  const waiting = (pause: number, triesNow: number) =>
    now + pause > until || leastWaitedMs(tries) + pause > START_TIMEOUT_MS
      ? refused(run, facts, now)
      : { ...baseOf(run), state: "waiting" as const, facts, tries: triesNow, nextAt: now + pause, until };
  if (wasHeldBack(facts)) return waiting(facts.retryAfterMs ?? 0, tries);
  return waiting(pauseMs(facts, tries), tries + 1);
}

/** Whether the request was not sent at all because it was not its turn. */
function wasHeldBack({ kind, status }: HexErrorFacts): boolean {
  return meansLater(kind) && status === undefined;
}

/** Whether the run is waiting for its turn rather than for a time that Hex has named. */
export function isHeldBack(run: Run): boolean {
  return run.state === "waiting" && wasHeldBack(run.facts);
}

/** Others are waiting for their turn, and this run queues behind them. */
export function queued(
  run: RunIn<"approved" | "starting">,
  ahead: RunIn<"waiting">,
  now: number,
): RunIn<"waiting" | "refused"> {
  const retryAfterMs = hasCome(ahead.nextAt, now, START_TIMEOUT_MS) ? 0 : ahead.nextAt - now;
  return postponed(run, { ...ahead.facts, retryAfterMs }, 0, now);
}

/** How long to wait after Hex has already said "later" this many times, in ms. */
function pauseMs(facts: HexErrorFacts, tries: number): number {
  return Math.max(facts.retryAfterMs ?? 0, Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries));
}

/** The shortest time that somebody has waited after this many tries, in ms, however the clock was set in the meantime. */
function leastWaitedMs(tries: number): number {
  let waited = 0;
  for (let i = 0; i < tries && waited < START_TIMEOUT_MS; i++)
    waited += Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** i);
  return waited;
}

/** Whether it is time to try the start again. `now`: epoch ms. */
export function isDue(run: RunIn<"waiting">, now: number): boolean {
  return hasCome(run.nextAt, now, pauseMs(run.facts, run.tries - 1));
}

/** The start is being tried again. */
export function triedAgain(run: RunIn<"waiting">, now: number): RunIn<"starting"> {
  return { ...baseOf(run), ...beingAsked(now) };
}

/** Somebody no longer wants the run. */
export function withdrawn(
  run: RunIn<"awaiting" | "approved" | "waiting">,
  by: string,
  now: number,
): RunIn<"withdrawn"> {
  return { ...baseOf(run), state: "withdrawn", by, endedAt: now };
}

/** It is not known how the request ended, and no process is looking for the run yet, so any may. */
export function unanswered(run: RunIn<"starting">, facts: HexErrorFacts | null, now: number): RunIn<"starting"> {
  return { ...run, looking: true, facts: facts ?? run.facts, lease: now };
}

/** This process is looking for the run, for as long as the lease says. */
export function lookedFor(
  run: RunIn<"starting">,
  facts: HexErrorFacts | null,
  now: number,
  forMs: number,
): RunIn<"starting"> {
  return { ...run, looking: true, facts: facts ?? run.facts, lease: now + forMs + LEASE_MS };
}

export function lost(run: RunIn<"starting"> | LiveRun, why: RunIn<"lost">["why"], now: number): RunIn<"lost"> {
  const facts = run.state === "starting" ? run.facts : (run.trouble?.facts ?? null);
  return { ...baseOf(run), state: "lost", why, hex: identityOf(run), facts, unlisted: false, endedAt: now };
}

/** Somebody wants the bot to look again for a run that was not found; `null` when there is nothing to look for. */
export function lookedForAgain(run: Run, now: number): RunIn<"starting"> | null {
  if (run.state !== "lost" || run.hex !== null) return null;
  return { ...goingOn(run), state: "starting", looking: true, facts: run.facts, lease: now + LEASE_MS };
}

/** Applies what Hex now says about a run. A run that is being cancelled stays in that state until Hex says that it has ended. */
export function observed(run: LiveRun, seen: HexRun, now: number): Run {
  const startedAt = seen.startTime ?? run.startedAt;
  // The run's identity was settled when it was started or found. No later answer changes it.
  const hex = { ...run.hex, ...definedOf(identity(seen)), runId: run.hex.runId };
  if (isOver(seen, now)) return endedAs(run, { ...seen, startTime: startedAt }, hex, now);
  const live = { ...run, hex, startedAt, status: seen.status, trouble: null };
  if (live.state === "cancelling") return { ...live, unclear: outlived(live.unclear, now) };
  const { cancelFailure } = live;
  const going = {
    ...live,
    cancelFailure: cancelFailure && { ...cancelFailure, unclear: outlived(cancelFailure.unclear, now) },
  };
  return going.state === "pending" && seen.status !== "PENDING" ? { ...going, state: "running" } : going;
}

type Unclear = RunIn<"cancelling">["unclear"];

/** Without those from long ago: they did not cancel a run that is still going, so it is somebody else who ends it later. */
function outlived(unclear: Unclear, now: number): Unclear {
  return unclear.filter(({ at }) => now - at <= CANCELLED_MS);
}

/**
 * Marks a run that is taking too long.
 * @param ranMs how long the run has been running, in ms, not counting the wait before Hex began it
 * @param now when that was seen, epoch ms
 */
export function timed(run: RunIn<"running">, ranMs: number, now: number): RunIn<"running"> {
  const after = overdueAfterMs(run.typicalMs);
  if (run.overdue !== null || after === null || ranMs < after) return run;
  return { ...run, overdue: { since: now, told: false } };
}

/** The requester has been told that the run is overdue, or can no longer be told. */
export function toldOverdue(run: Run): Run {
  return run.overdue === null ? run : { ...run, overdue: { ...run.overdue, told: true } };
}

function endedAs(run: LiveRun, seen: HexRun, hex: HexIdentity, now: number): EndedRun {
  const { startTime, endTime, elapsedTime, status } = seen;
  const measured = startTime === null || endTime === null || endTime < startTime ? null : endTime - startTime;
  const endedAt = endTime !== null && isLikelyEnd(endTime, run, now) ? endTime : now;
  const done = { ...baseOf(run), hex, startedAt: startTime, endedAt, elapsedMs: elapsedTime ?? measured };
  switch (status) {
    case "COMPLETED":
      return { ...done, state: "completed" };
    case "ERRORED":
      return { ...done, state: "errored" };
    case "UNABLE_TO_ALLOCATE_KERNEL":
      return { ...done, state: "no_kernel" };
    case "KILLED":
      return {
        ...done,
        state: "cancelled",
        ...cancelledBy(run),
      };
    default:
      return { ...done, state: "ended", status };
  }
}

/** Who may have cancelled a run that was cancelled. */
function cancelledBy(run: LiveRun): Pick<RunIn<"cancelled">, "by" | "orBy"> {
  const unclear = run.state === "cancelling" ? run.unclear : (run.cancelFailure?.unclear ?? []);
  const people = unclear.map(({ by }) => by);
  const by = run.state === "cancelling" ? run.by : (people.at(-1) ?? null);
  return { by, orBy: people.filter((one) => one !== by) };
}

/** Clocks may differ by a few minutes. A run with an end a day before it began, or in the future, would be kept too briefly or forever. */
function isLikelyEnd(endTime: number, { requestedAt }: LiveRun, now: number): boolean {
  return endTime >= requestedAt - DAY && endTime <= now + AHEAD_MS;
}

/** Somebody wants the run stopped. Hex has not been asked yet. */
export function cancelling(run: RunIn<"pending" | "running">, by: string, now: number): RunIn<"cancelling"> {
  const { cancelFailure, ...rest } = run;
  const unclear = cancelFailure?.unclear ?? [];
  return { ...rest, state: "cancelling", by, accepted: false, heldBack: null, unclear, lease: now + LEASE_MS };
}

/** Hex's limit or the bot's budget prevents the cancellation. The bot asks Hex again as soon as it can. */
export function cancelledLater(run: RunIn<"cancelling">, facts: HexErrorFacts, now: number): RunIn<"cancelling"> {
  return { ...run, heldBack: facts, lease: now + holdMs(facts) };
}

/** How long a cancellation that had to wait is postponed, in ms. */
function holdMs(facts: HexErrorFacts): number {
  return Math.max(SHORTEST_PAUSE_MS, facts.retryAfterMs ?? FIRST_PAUSE_MS);
}

/** Whether to ask Hex again to cancel the run: the process that asked has died, or meant to ask again later. `now`: epoch ms. */
export function isCancelDue(run: RunIn<"cancelling">, now: number): boolean {
  if (run.accepted) return false;
  return run.heldBack === null ? isLeaseOver(run.lease, now) : hasCome(run.lease, now, holdMs(run.heldBack));
}

/** Hex did not accept the cancellation, so the run continues; or it is not known whether Hex did. */
export function notCancelled(
  run: RunIn<"cancelling">,
  facts: HexErrorFacts,
  reference: string,
  now: number,
): RunIn<"pending" | "running"> {
  const { by, unclear: before, accepted: _, lease: __, heldBack: ___, ...rest } = run;
  const others = before.filter((one) => one.by !== by);
  const unclear = provesNoEffect(facts.kind) ? before : [...others, { by, at: now }];
  const cancelFailure = { facts, reference, unclear };
  return { ...rest, state: run.status === "PENDING" ? "pending" : "running", cancelFailure };
}

function identity({ runId, runUrl, traceId, projectVersion }: StartedRun | HexRun): HexIdentity {
  return { runId, url: runUrl, traceId, projectVersion };
}

function definedOf(hex: HexIdentity): Partial<HexIdentity> {
  return Object.fromEntries(Object.entries(hex).filter(([, value]) => value !== null));
}
