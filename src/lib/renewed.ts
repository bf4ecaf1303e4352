// Work under a claim that would expire before the work is done.

import type { Clock } from "./clock.js";

/**
 * Does `work`, and calls `renew` every `everyMs` (ms) until it is done. When this settles, no renewal is under way.
 * @param onError called when a renewal fails. The next one is tried all the same.
 */
export async function whileRenewed<T>(
  clock: Clock,
  everyMs: number,
  { renew, onError }: { renew: () => Promise<unknown>; onError: (error: unknown) => void },
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController();
  const renewing = (async () => {
    for (;;) {
      await clock.sleep(everyMs, done.signal);
      if (done.signal.aborted) return;
      await renew().catch(onError);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await renewing;
  }
}
