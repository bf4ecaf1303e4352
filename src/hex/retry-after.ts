// How long a server asks the client to wait, from the headers of its answer.

/** Hex's longest window. A server that asks for more is wrong, and must not stop all requests for days. */
const LONGEST_WAIT_MS = 60 * 60_000;
/** If a server's shorter wait counted, such as a thousandth of a second, it would be asked again and again. */
const SHORTEST_WAIT_MS = 1_000;

/**
 * How long a `Retry-After` (seconds or an HTTP date) or an `x-ratelimit-reset` (seconds, relative or epoch) asks to wait, in ms: at
 * least a second and at most an hour. `undefined` when that is not in the future: 0, a negative number, or a date in the past. The
 * caller then chooses its own pause, which grows.
 * @param now epoch ms
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const waits = [retryAfter(headers.get("retry-after"), now), reset(headers.get("x-ratelimit-reset"), now)];
  const wait = waits.find((ms) => ms !== undefined && ms > 0);
  return wait === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, Math.ceil(wait)));
}

function retryAfter(told: string | null, now: number): number | undefined {
  if (told === null) return undefined;
  const seconds = secondsIn(told);
  if (seconds !== undefined) return seconds * 1_000;
  const date = Date.parse(told);
  return Number.isNaN(date) ? undefined : date - now;
}

function reset(told: string | null, now: number): number | undefined {
  const seconds = told === null ? undefined : secondsIn(told);
  if (seconds === undefined) return undefined;
  const epochMs = seconds > 100_000_000_000 ? seconds : seconds * 1_000;
  return epochMs > 1_000_000_000_000 ? epochMs - now : epochMs;
}

/** A number in plain digits; `undefined` for anything else, such as `0x10`, `1e9` or an empty text. */
function secondsIn(text: string): number | undefined {
  return /^[+-]?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
