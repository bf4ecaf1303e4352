// How long a project's runs usually take, and when one takes too long. Pure.

import type { HexRun } from "../hex/schema.js";
import { MINUTE } from "../lib/time.js";

/** Fewer runs say nothing about what is usual. */
const LEAST = 3;
/** Older runs do not count: the project's queries and data have changed since. */
const MOST = 20;
/** A run is overdue only once it has taken at least this much longer than usual, in ms. */
const LEAST_DELAY_MS = 5 * MINUTE;

/** The median duration of the latest completed runs among these, in ms; `null` when there are too few. */
export function typicalDuration(runs: readonly HexRun[]): number | null {
  const latest = runs
    .filter(({ status }) => status === "COMPLETED")
    .sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0));
  const times = latest
    .flatMap((run) => durationOf(run) ?? [])
    .filter((time) => time >= 0)
    .slice(0, MOST)
    .sort((a, b) => a - b);
  return times.length < LEAST ? null : (times[Math.floor(times.length / 2)] ?? null);
}

function durationOf({ elapsedTime, startTime, endTime }: HexRun): number | null {
  if (elapsedTime !== null) return elapsedTime;
  return endTime === null || startTime === null ? null : endTime - startTime;
}

/** How long (ms) after it begins a run is overdue; `null` when it is not known what is usual. */
export function overdueAfterMs(typicalMs: number | null): number | null {
  return typicalMs === null ? null : Math.max(2 * typicalMs, typicalMs + LEAST_DELAY_MS);
}
