// How far the catalog has been read. Pure.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";

/** A reading of all projects, page by page, that is under way. */
const passSchema = z.object({
  startedAt: epochMs,
  /** When its last page was stored. */
  stepAt: epochMs,
  /** Of the next page; null: the first. */
  cursor: z.string().max(1_000).nullable(),
  /** How many were read. */
  pages: z.number().int().min(0),
  /** Whether all that they hold could be read. */
  isSound: z.boolean(),
});
export type Pass = z.output<typeof passSchema>;

/** Where the projects come from. `workspace`: its id; null: Hex has not told it. */
const sourceSchema = z.object({ origin: z.string(), workspace: z.string().nullable() });
export type Source = z.output<typeof sourceSchema>;

/** Times in epoch ms. */
export const catalogStateSchema = z.object({
  pass: passSchema.nullable(),
  /** When the last pass ended, however it did. */
  passEndedAt: epochMs.nullable(),
  /** The last reading that had all projects. */
  whole: z.object({ startedAt: epochMs, endedAt: epochMs }).nullable(),
  /** null: not known, as in what was stored before this was. */
  source: sourceSchema.nullable().default(null),
});
export type CatalogState = z.output<typeof catalogStateSchema>;

export const NOTHING_READ: CatalogState = { pass: null, passEndedAt: null, whole: null, source: null };

/** Whether two are certainly not the same: what was read from one says nothing of the other. */
export function isElsewhere(one: Source | null, other: Source): boolean {
  if (one === null) return false;
  if (one.origin !== other.origin) return true;
  return one.workspace !== null && other.workspace !== null && one.workspace !== other.workspace;
}

/** The same source, with what is known of it by now. */
export function sourceKnown(before: Source | null, now: Source): Source {
  return { origin: now.origin, workspace: now.workspace ?? before?.workspace ?? null };
}
