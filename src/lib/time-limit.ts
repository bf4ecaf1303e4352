// A time limit for one request. What the request is part of may end it sooner.

/**
 * Does the work with a signal that aborts after `ms`, or when `given` does.
 * @param work `isLate` says whether the time is over
 */
export async function withTimeLimit<T>(
  ms: number,
  given: AbortSignal | undefined,
  work: (signal: AbortSignal, isLate: () => boolean) => Promise<T>,
): Promise<T> {
  const timeout = AbortSignal.timeout(ms);
  // A separate controller, because a long-lived signal would keep a reference to every signal derived from it.
  const over = new AbortController();
  const giveUp = () => over.abort();
  given?.addEventListener("abort", giveUp, { once: true });
  if (given?.aborted) giveUp();
  try {
    return await work(AbortSignal.any([timeout, over.signal]), () => timeout.aborted);
  } finally {
    given?.removeEventListener("abort", giveUp);
  }
}
