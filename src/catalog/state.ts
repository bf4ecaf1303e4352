// How far the catalog has been read. Pure.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";

/** A full reading of all projects, page by page, that is in progress. */
const passSchema = z.object({
  startedAt: epochMs,
  /** When its last page was stored. */
  stepAt: epochMs,
  /** The cursor of the next page; `null` for the first. */
  cursor: z.string().max(1_000).nullable(),
  /** How many pages have been read. */
  pages: z.number().int().min(0),
  /** Whether everything on them could be read. */
  isSound: z.boolean(),
  /** Whether it asked for the collections of projects, too. */
  hasCollections: z.boolean().default(false),
});
export type Pass = z.output<typeof passSchema>;

/** Where the projects come from. `workspace` is its id; `null` when Hex has not said it. */
const sourceSchema = z.object({ origin: z.string(), workspace: z.string().nullable() });
export type Source = z.output<typeof sourceSchema>;

/** Times in epoch ms. */
export const catalogStateSchema = z.object({
  pass: passSchema.nullable(),
  /** When the last pass ended, in whatever way. */
  passEndedAt: epochMs.nullable(),
  /** The last reading that had all projects. */
  whole: z.object({ startedAt: epochMs, endedAt: epochMs }).nullable(),
  /** Whether the last pass asked for the collections of projects. Not in documents from before this field existed. */
  hasCollections: z.boolean().default(false),
  /** `null` when not known, as in documents from before this field existed. */
  source: sourceSchema.nullable().default(null),
});
export type CatalogState = z.output<typeof catalogStateSchema>;

export const NOTHING_READ: CatalogState = {
  pass: null,
  passEndedAt: null,
  whole: null,
  hasCollections: false,
  source: null,
};

/** Whether two sources certainly differ, so that what was read from one says nothing about the other. */
export function isElsewhere(one: Source | null, other: Source): boolean {
  if (one === null) return false;
  if (one.origin !== other.origin) return true;
  return one.workspace !== null && other.workspace !== null && one.workspace !== other.workspace;
}

/** The same source, with what is known about it by now. */
export function sourceKnown(before: Source | null, now: Source): Source {
  return { origin: now.origin, workspace: now.workspace ?? before?.workspace ?? null };
}
