// Why a watched project is not judged at the moment. Pure.

import { z } from "zod";
import type { Project } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";

export const WHY_ABSENT = ["archived", "trashed", "component", "unpublished", "hidden", "unreadable"] as const;
/**
 * `hidden`: Hex no longer shows it to the bot, because it was deleted or is no longer shared with the token. `unreadable`: Hex still
 * lists it, but has not listed its runs for a long time.
 */
export type WhyAbsent = (typeof WHY_ABSENT)[number];

/** Times in epoch ms. */
export const absenceSchema = z.object({
  why: z.enum(WHY_ABSENT),
  /** Since when it was not judged. */
  since: epochMs,
  /** Since when it is judged again. `null`: it is not. */
  backAt: epochMs.nullable(),
  /** Until when all was told before its runs could not be read. `null`: what happened before it was back is not judged. */
  knownUntil: epochMs.nullable().default(null),
});
export type Absence = z.output<typeof absenceSchema>;

/** Why Hex does not run a project; null if it does. */
export function whyNotRun({ type, archivedAt, trashedAt, lastPublishedAt }: Project): WhyAbsent | null {
  if (trashedAt !== null) return "trashed";
  if (archivedAt !== null) return "archived";
  if (type === "COMPONENT") return "component";
  return lastPublishedAt === null ? "unpublished" : null;
}

export function isAbsent(absence: Absence | null): boolean {
  return absence !== null && absence.backAt === null;
}

/** Whether Hex lists it, but not its runs. It is still asked about, to find out when they can be read again. */
export function isUnreadable(absence: Absence | null): boolean {
  return isAbsent(absence) && absence?.why === "unreadable";
}

/** What ended or was late by this time (epoch ms) is not judged: it has been told and is over, or Hex did not run or show the project. */
export function settledUntil(absence: Absence | null): number {
  return absence?.knownUntil ?? absence?.backAt ?? 0;
}

/** Whether Hex does not run or show it. */
export function isGone(absence: Absence | null): boolean {
  return isAbsent(absence) && !isUnreadable(absence);
}
