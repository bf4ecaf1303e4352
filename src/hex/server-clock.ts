// How far Hex's clock is ahead of this machine's, learnt from the `Date` header of its answers.

import type { Clock } from "../lib/clock.js";
import { DAY } from "../lib/time.js";

/** A `Date` has whole seconds: the clock showed this time or up to a second more. */
const RESOLUTION_MS = 1_000;
/** In ms. No clock that wrong can make a secure connection, so such a `Date` is not Hex's own. */
const ABSURD_MS = DAY;

/** Hex's clock minus this machine's is between these, in ms. */
interface Bounds {
  least: number;
  most: number;
}

/**
 * Each answer gives bounds for the difference, and together they are closer than a second. The current value changes only when it
 * is outside the bounds, so that the times of a run do not jitter. When an answer contradicts the earlier ones, as after a clock
 * was set, it counts only once the next answer agrees with it.
 */
export class ServerClock {
  #bounds: Bounds | null = null;
  #contradiction: Bounds | null = null;
  #aheadMs = 0;
  /** The time in the last answer, epoch ms, and when that answer came, by the monotonic clock. */
  #shown: { time: number; at: number } | null = null;

  constructor(private readonly clock: Clock) {}

  /** Hex's clock minus this machine's, in ms; 0 while it is not known. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** Converts a time by Hex's clock to this machine's clock. Both in epoch ms. */
  toOurs(time: number): number {
    return time - this.#aheadMs;
  }

  /**
   * The time by this machine's clock or by Hex's, whichever is earlier, epoch ms; `null` until Hex's is known. It decides what is old
   * enough to be removed, so that a clock set forward by mistake, even by years, makes nothing old.
   */
  leastNow(): number | null {
    if (this.#shown === null) return null;
    // `monotonic()` has fractions of a millisecond, which integer columns do not accept.
    const byHex = Math.floor(this.#shown.time + this.clock.monotonic() - this.#shown.at);
    return Math.min(this.clock.now(), byHex);
  }

  /** When an answer was given, by the sender's clock, epoch ms. Times in the answer that lie ahead are by that clock. */
  when(headers: Headers): number {
    return dateOf(headers) ?? this.clock.now() + this.#aheadMs;
  }

  /** Must be called with each answer of Hex itself when it arrives. `tookMs` is the time since the request was sent, by the monotonic clock. */
  learn(headers: Headers, tookMs: number): void {
    const shown = dateOf(headers);
    if (shown === null) return;
    this.#shown = { time: shown, at: this.clock.monotonic() };
    const now = this.clock.now();
    const seen = { least: shown - now, most: shown + RESOLUTION_MS - (now - tookMs) };
    if (seen.least > ABSURD_MS || seen.most < -ABSURD_MS) return;
    const agreed = common(this.#bounds ?? seen, seen) ?? (this.#contradiction && common(this.#contradiction, seen));
    if (agreed === null) this.#contradiction = seen;
    else this.#believe(agreed);
  }

  #believe(bounds: Bounds): void {
    this.#bounds = bounds;
    this.#contradiction = null;
    const { least, most } = bounds;
    if (this.#aheadMs < least || this.#aheadMs > most) this.#aheadMs = Math.round((least + most) / 2);
  }
}

function dateOf(headers: Headers): number | null {
  const time = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(time) ? null : time;
}

function common(a: Bounds, b: Bounds): Bounds | null {
  const both = { least: Math.max(a.least, b.least), most: Math.min(a.most, b.most) };
  return both.least <= both.most ? both : null;
}
