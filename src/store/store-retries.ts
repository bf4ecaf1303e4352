// Tries again when the store fails, for what would be lost otherwise.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";

/** The pauses (ms) before a store that has failed is tried again. Afterwards, the lease of a start must leave enough time to ask Hex. */
const STORE_AGAIN_MS = [100, 400, 1_000];
/** For how long (ms), and how often (ms), a store that keeps failing is tried with what only this process knows. */
const PERSIST_MS = 10 * MINUTE;
const PERSIST_AGAIN_MS = 1_000;

/** Tries a few times within seconds. `work` may be done twice. @throws what it throws at last */
export async function withRetries<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  for (const pause of STORE_AGAIN_MS) {
    try {
      return await work();
    } catch {
      await clock.sleep(pause);
    }
  }
  return work();
}

/** Keeps trying, because a store that fails or answers late may do so for a while. Never rejects. */
export async function retryForMinutes(clock: Clock, work: () => Promise<unknown>): Promise<void> {
  const until = clock.monotonic() + PERSIST_MS;
  while (clock.monotonic() < until) {
    const isDone = await work().then(
      () => true,
      () => false,
    );
    if (isDone) return;
    await clock.sleep(PERSIST_AGAIN_MS);
  }
}
