// Whether the results of a project are as fresh as its schedule promises. Pure.

import { isRunnable } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { isUnreadable } from "./absence.js";
import { cannotBeJudged, type Due, earliestStart, lastDue } from "./due-times.js";
import type { Followed, LastRun } from "./followed-project.js";
import { type Away, deadlineOf, stuckAfterMs } from "./judgement.js";

/**
 * - `fresh`: the last run that should be there by now is there and completed, and no later run has failed. Without a schedule: the
 *   last run completed.
 * - `failed`: the last run whose end says something failed.
 * - `late`: a scheduled run should be there and is not.
 * - `stuck`: a run takes far too long.
 * - `running`: a run is going that will make the results fresh.
 * - `unknown`: none of this can be said.
 */
export type Freshness =
  | { kind: "fresh" | "failed" | "late" | "stuck" | "running" }
  /**
   * - `hex_down`: Hex is down, and a run was due or going since the bot last read the runs.
   * - `was_down`: Hex was down when the last run was due, and has been back for so short a time that the run is not late yet.
   * - `unread`: the bot has not read the runs since the last one was due.
   * - `unreadable`: for a long time, Hex has not listed its runs for the bot.
   * - `unclear_run`: the run that was due may be one that this bot cannot read.
   * - `no_run`: no run is known.
   * - `cancelled`: the last run was cancelled.
   * - `unclear_end`: the last run ended in a way that this bot does not know.
   * - `unclear_schedule`: its due times are not known.
   * - `new_schedule`: it had another schedule when the last run was due.
   * - `not_run`: it is archived or not published, so that Hex does not run it.
   */
  | {
      kind: "unknown";
      why:
        | "hex_down"
        | "was_down"
        | "unread"
        | "unreadable"
        | "unclear_run"
        | "no_run"
        | "cancelled"
        | "unclear_end"
        | "unclear_schedule"
        | "new_schedule"
        | "not_run";
    };

export type FreshnessKind = Freshness["kind"];

export interface FreshnessTerms {
  /** Epoch ms. */
  now: number;
  /** How long (ms) after its due time a run counts as late. */
  lateMs: number;
  /** How many times its usual duration a run may take before it counts as stuck. */
  stuckFactor: number;
  away: readonly Away[];
}

/** `followed`: null if nothing is known about the project's runs. */
export function freshnessOf(project: Project, followed: Followed | null, terms: FreshnessTerms): Freshness {
  if (!isRunnable(project)) return { kind: "unknown", why: "not_run" };
  if (followed === null || followed.readAt === null) return { kind: "unknown", why: "unread" };
  const { going, lastRun, lastGood, isFailing, typicalMs, readAt, absence } = followed;
  const unread: Freshness = { kind: "unknown", why: isUnreadable(absence) ? "unreadable" : "unread" };
  if (isFailing) return isUnreadable(absence) ? unread : { kind: "failed" };
  if (isHiddenByOutage(project, followed, terms)) return { kind: "unknown", why: "hex_down" };
  const limitMs = stuckAfterMs(typicalMs, terms.stuckFactor);
  if (limitMs !== null && going.some(({ since }) => terms.now - since > limitMs)) return { kind: "stuck" };
  const enabled = project.schedules.filter((schedule) => schedule.enabled);
  if (enabled.some(cannotBeJudged)) return { kind: "unknown", why: "unclear_schedule" };
  const due = lastExpected(project, terms);
  if (due === null) return lastRun === null ? { kind: "unknown", why: "no_run" } : ended(lastRun);
  const from = earliestStart(due);
  if (lastGood !== null && beganAt(lastGood) >= from) return { kind: "fresh" };
  if (going.some(({ since }) => since >= from)) return { kind: "running" };
  if (followed.schedulesSince >= due.at) return { kind: "unknown", why: "new_schedule" };
  const deadline = deadlineOf(due, terms.lateMs, terms.away);
  const hasRun = lastRun !== null && beganAt(lastRun) >= from;
  if (deadline > terms.now) return hasRun ? ended(lastRun) : { kind: "unknown", why: "was_down" };
  if (readAt < deadline) return unread;
  if (hasRun) return ended(lastRun);
  return (followed.unreadRunAt ?? 0) >= from ? { kind: "unknown", why: "unclear_run" } : { kind: "late" };
}

/** Whether Hex is down, and there may be news of its runs: one was going, or was due and was neither there nor late. */
function isHiddenByOutage({ schedules }: Project, followed: Followed, { now, lateMs, away }: FreshnessTerms): boolean {
  const outage = away.find(({ to }) => to === null);
  if (outage === undefined) return false;
  if (followed.going.length > 0) return true;
  const due = lastDue(schedules, now);
  const before = away.filter((one) => one !== outage);
  if (due === null || outage.from >= deadlineOf(due, lateMs, before)) return false;
  const { lastGood } = followed;
  return lastGood === null || beganAt(lastGood) < earliestStart(due);
}

/**
 * The last due time whose run must be there by now, or would have to be if Hex had not been down. Until then, the results of the run
 * before it are as fresh as can be.
 */
function lastExpected({ schedules }: Project, { now, lateMs }: FreshnessTerms): Due | null {
  const due = lastDue(schedules, now - lateMs);
  if (due === null || deadlineOf(due, lateMs, []) <= now) return due;
  return lastDue(schedules, now - lateMs - due.slackMs);
}

function ended({ status }: LastRun): Freshness {
  if (status === "COMPLETED") return { kind: "fresh" };
  return { kind: "unknown", why: status === "KILLED" ? "cancelled" : "unclear_end" };
}

/** When a run began, epoch ms. If it is not known how long the run took, it counts as if it had begun when it ended. */
function beganAt({ endedAt, tookMs }: LastRun): number {
  return endedAt - (tookMs ?? 0);
}
