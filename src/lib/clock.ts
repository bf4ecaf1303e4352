// Time as a thing that is passed in, so that tests move it by hand and need no sleep.

import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** The time now, in epoch milliseconds (UTC). It may be set forward or back at any moment: for dates and for what is stored. */
  now(): number;
  /** Milliseconds since some moment, the same for as long as the process lives. Never set back: for durations and pauses. */
  monotonic(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The longest that one of Node's timers can run, in ms: a longer one would end after a millisecond. */
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
