// Runs that Hex still lists as going, although they have been stuck for a day and a later run has completed. Pure.

import { isOver } from "../hex/schema.js";
import { DAY } from "../lib/time.js";
import { beganAt, type Evidence, type OvertakenRun, stuckAfterMs } from "./judgement.js";

/** How long (ms) a run must have been stuck before a later run that completed shows that nobody waits for it. */
const STUCK_MS = DAY;

/**
 * The overtaken runs among those that Hex lists. Hex may list a run as going forever, and while it counted, its project would stay in
 * trouble. One that was overtaken before stays so, even if Hex no longer lists the later run.
 * @param before those that were overtaken before
 * @param stuckFactor see `Terms`
 */
export function overtakenRuns(
  { runs, readAt, typicalMs, firstSeen }: Pick<Evidence, "runs" | "readAt" | "typicalMs" | "firstSeen">,
  before: readonly OvertakenRun[],
  stuckFactor: number,
): OvertakenRun[] {
  const overtakenAfterMs = (stuckAfterMs(typicalMs, stuckFactor) ?? 0) + STUCK_MS;
  const isOvertaken = (since: number) =>
    readAt - since > overtakenAfterMs &&
    runs.some(({ status, startTime }) => status === "COMPLETED" && startTime !== null && startTime > since);
  return runs.flatMap((run) => {
    const since = beganAt(run, { firstSeen, readAt });
    const isKnown = before.some(({ runId }) => runId === run.runId);
    return !isOver(run, readAt) && (isKnown || isOvertaken(since)) ? { runId: run.runId, since } : [];
  });
}
