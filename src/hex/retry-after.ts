// How long a server asks to wait, from the headers of its answer.

/** Hex's longest window. A server that asks for more is wrong, and must not silence the bot for days. */
const LONGEST_WAIT_MS = 60 * 60_000;

/**
 * How long a `Retry-After` (seconds or an HTTP date) or an `x-ratelimit-reset` (seconds, relative or epoch) asks to wait,
 * in ms; an hour at most.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const wait = askedWaitMs(headers, now);
  return wait === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

function askedWaitMs(headers: Headers, now: number): number | undefined {
  const after = headers.get("retry-after");
  if (after !== null) {
    const seconds = Number(after);
    if (after.trim() !== "" && Number.isFinite(seconds)) return seconds * 1000;
    const date = Date.parse(after);
    if (!Number.isNaN(date)) return date - now;
  }
  const reset = Number(headers.get("x-ratelimit-reset") ?? Number.NaN);
  if (!Number.isFinite(reset) || reset < 0) return undefined;
  const epochMs = reset > 100_000_000_000 ? reset : reset * 1000;
  return epochMs > 1_000_000_000_000 ? epochMs - now : epochMs;
}
