// How long runs of a project usually take, and when one takes too long. Pure.

import type { HexRun } from "../hex/schema.js";

/** Fewer say nothing of what is usual. */
const LEAST = 3;
/** Those before are of another project, so to speak: its queries and its data have changed. */
const MOST = 20;
/** A run is not overdue before it has taken so much longer than usual, in ms. */
const LEAST_DELAY_MS = 5 * 60_000;

/** The median time of the latest completed runs among these, in ms; null when they are too few. */
export function typicalDuration(runs: readonly HexRun[]): number | null {
  const latest = runs
    .filter(({ status }) => status === "COMPLETED")
    .sort((a, b) => (b.startTime ?? 0) - (a.startTime ?? 0));
  const times = latest
    .map(durationOf)
    .filter((time) => time !== null && time >= 0)
    .slice(0, MOST)
    .sort((a, b) => (a ?? 0) - (b ?? 0));
  return times.length < LEAST ? null : (times[Math.floor(times.length / 2)] ?? null);
}

function durationOf({ elapsedTime, startTime, endTime }: HexRun): number | null {
  if (elapsedTime !== null) return elapsedTime;
  return endTime === null || startTime === null ? null : endTime - startTime;
}

/** How long (ms) after its beginning a run is overdue; null when nobody knows what is usual. */
export function overdueAfterMs(typicalMs: number | null): number | null {
  return typicalMs === null ? null : Math.max(2 * typicalMs, typicalMs + LEAST_DELAY_MS);
}
