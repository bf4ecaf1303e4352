// Keeps a store that does not work from filling the log: many parts meet each failure every few seconds.

import { atMostEvery } from "../lib/at-most-every.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { StoreFailure, type StoreFailureKind } from "./failure.js";

/** A failure that lasts is said this often by each part, in ms. That the store does not work, why, and what to do is said elsewhere. */
const SAID_AGAIN_MS = 10 * MINUTE;

/** For a part that tries again every few seconds: `say` is called for its failures, but seldom for the same kind of store failure. */
export function seldom<Rest extends readonly unknown[]>(
  clock: Clock,
  say: (error: unknown, ...rest: Rest) => void,
): (error: unknown, ...rest: Rest) => void {
  const isDue = atMostEvery<StoreFailureKind>(clock, SAID_AGAIN_MS);
  return (error, ...rest) => {
    if (!(error instanceof StoreFailure) || isDue(error.kind)) say(error, ...rest);
  };
}
