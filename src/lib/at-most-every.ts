// Keeps what happens again and again from being said each time.

import type { Clock } from "./clock.js";
import { keepLatest } from "./keep-latest.js";

/** How many keys are remembered: more than fail at the same time. */
const REMEMBERED = 1_000;

/** @returns whether something about `key` may be said, which then counts as said: at most once every `ms` for each key */
export function atMostEvery<Key>(clock: Clock, ms: number): (key: Key) => boolean {
  const saidAt = new Map<Key, number>();
  return (key) => {
    const now = clock.monotonic();
    if (now - (saidAt.get(key) ?? Number.NEGATIVE_INFINITY) < ms) return false;
    keepLatest(saidAt, key, now, REMEMBERED);
    return true;
  };
}
