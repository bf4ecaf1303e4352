// Time as a dependency that is passed in, so that tests can move it by hand and need no sleeps.

import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** The current time, in epoch milliseconds (UTC), for dates and for what is stored. It may be set forward or back at any moment. */
  now(): number;
  /** Milliseconds since a moment that stays the same while the process lives, for durations and pauses. It is never set back. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest time that a Node timer can run, in ms. A longer one would end after a millisecond. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's own time. A sleep on it does not keep the process alive, however long it is. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    const options = { ref: false, ...(signal ? { signal } : {}) };
    for (let left = ms; !signal?.aborted; left -= LONGEST_TIMER_MS) {
      await delay(Math.min(left, LONGEST_TIMER_MS), undefined, options).catch(() => undefined);
      if (!(left > LONGEST_TIMER_MS)) return;
    }
  },
};
