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

/** Times in epoch ms. */
export const catalogStateSchema = z.object({
  pass: passSchema.nullable(),
  /** When the last pass ended, however it did. */
  passEndedAt: epochMs.nullable(),
  /** The last reading that had all projects. */
  whole: z.object({ startedAt: epochMs, endedAt: epochMs }).nullable(),
});
export type CatalogState = z.output<typeof catalogStateSchema>;

export const NOTHING_READ: CatalogState = { pass: null, passEndedAt: null, whole: null };
