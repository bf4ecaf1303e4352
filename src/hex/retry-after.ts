// How long a server asks the client to wait, from the headers of its answer.

import { HOUR } from "../lib/time.js";

/** Hex's longest window. A server that asks for more is wrong, and must not stop all requests for days. */
const LONGEST_WAIT_MS = HOUR;
/** If a server's shorter wait counted, such as a thousandth of a second, it would be asked again and again. */
const SHORTEST_WAIT_MS = 1_000;

/**
 * How long a `Retry-After` (seconds or an HTTP date) or an `x-ratelimit-reset` (seconds, relative or epoch) asks to wait, in ms: at
 * least a second and at most an hour. `undefined` when that is not in the future: 0, a negative number, or a date in the past. The
 * caller then chooses its own pause, which grows.
 * @param now epoch ms
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const waits = [retryAfter(headers.get("retry-after") ?? "", now), reset(headers.get("x-ratelimit-reset") ?? "", now)];
  const wait = waits.find((ms) => ms > 0);
  return wait === undefined ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(SHORTEST_WAIT_MS, Math.ceil(wait)));
}

/** In ms; NaN when it is neither a number nor a date. */
function retryAfter(told: string, now: number): number {
  const seconds = secondsIn(told);
  return Number.isNaN(seconds) ? Date.parse(told) - now : seconds * 1_000;
}

/** In ms; NaN when it is no number. */
function reset(told: string, now: number): number {
  const seconds = secondsIn(told);
  const epochMs = seconds > 100_000_000_000 ? seconds : seconds * 1_000;
  return epochMs > 1_000_000_000_000 ? epochMs - now : epochMs;
}

/** A number in plain digits; NaN for anything else, such as `0x10`, `1e9` or an empty text. */
function secondsIn(text: string): number {
  return /^[+-]?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
}
