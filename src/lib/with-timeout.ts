// A limit of time for a store that may hang.

import type { Clock } from "./clock.js";

/** What was waited for did not come in time. */
export class LateError extends Error {
  override readonly name = "LateError";
}

/** How long (ms) somebody who asks how things are waits for the store. */
export const STORE_MS = 1_000;

/** @throws LateError after `ms` of the clock's time; the work itself goes on. */
export async function within<T>(clock: Clock, ms: number, work: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(ms, over.signal).then(() => {
    throw new LateError(`not there after ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

/** The same read with a limit: whoever asks while it is under way joins it, so that none is begun behind one that hangs. */
export function withSharedTimeout<T>(clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return within(clock, STORE_MS, underWay);
  };
}
