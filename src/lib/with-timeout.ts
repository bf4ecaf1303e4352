// A time limit for something that may hang, such as the store.

import type { Clock } from "./clock.js";

/** The awaited result did not come in time. */
export class LateError extends Error {
  override readonly name = "LateError";
  readonly kind = "timeout";
}

/** How long (ms) a status request waits for the store. */
export const STORE_MS = 1_000;

/** @throws LateError after `ms` of the clock's time; the work itself continues. */
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

/** The same read with a time limit. Calls while a read is under way share it, so that none is begun behind one that hangs. */
export function withSharedTimeout<T>(clock: Clock, read: () => Promise<T>): () => Promise<T> {
  let underWay: Promise<T> | null = null;
  return () => {
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return within(clock, STORE_MS, underWay);
  };
}
