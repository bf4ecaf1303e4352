// Time as a thing that is passed in, so that tests move it by hand and need no sleep.

import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  /** The time now, in epoch milliseconds (UTC). */
  now(): number;
  /** Resolves after `ms` milliseconds, or at once when `signal` aborts. Never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's own time. A sleep on it does not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    if (signal?.aborted) return;
    await delay(ms, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
  },
};
