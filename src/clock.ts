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

/** The machine's own time. A sleep on it does not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    await delay(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
  },
};
