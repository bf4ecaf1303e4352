// How far Hex's clock is ahead of this machine's, learnt from the `Date` of its answers.

import type { Clock } from "../lib/clock.js";

/** A `Date` has whole seconds: the clock showed this or up to a second more. */
const RESOLUTION_MS = 1_000;
/** Nobody's clock is that wrong and still makes a secure connection: it is not Hex's own `Date`. In ms. */
const ABSURD_MS = 24 * 60 * 60_000;

/** Hex's clock minus this machine's, in ms: between these. */
interface Bounds {
  least: number;
  most: number;
}

/**
 * Each answer says between which bounds the difference lies, and together they say it closer than a second. What is believed
 * changes only when it lies outside of them, so that the times of a run do not tremble; and when an answer contradicts those
 * before, as after a clock was set, only once the next one agrees with it.
 */
export class ServerClock {
  #bounds: Bounds | null = null;
  #contradiction: Bounds | null = null;
  #aheadMs = 0;
  /** What the last answer showed, epoch ms, and when it came, by the monotonic clock. */
  #shown: { time: number; at: number } | null = null;

  constructor(private readonly clock: Clock) {}

  /** Hex's clock minus this machine's, in ms; 0 while it is not known. */
  get aheadMs(): number {
    return this.#aheadMs;
  }

  /** A time of Hex's as this machine's clock would have shown it. Both in epoch ms. */
  toOurs(time: number): number {
    return time - this.#aheadMs;
  }

  /**
   * The time by this machine's clock or by Hex's, whichever is earlier, epoch ms; null before Hex has told its own. What is
   * removed because of its age goes by it: a clock that was set forward by mistake, by years even, makes nothing old.
   */
  leastNow(): number | null {
    if (this.#shown === null) return null;
    // `monotonic()` has fractions of a millisecond, which no column of the store takes.
    const byHex = Math.floor(this.#shown.time + this.clock.monotonic() - this.#shown.at);
    return Math.min(this.clock.now(), byHex);
  }

  /** When an answer was given, by the clock of whoever gave it, epoch ms: what it says of times to come is meant by that clock. */
  when(headers: Headers): number {
    return dateOf(headers) ?? this.clock.now() + this.#aheadMs;
  }

  /** To be told of each answer of Hex itself as it comes. `tookMs`: since the request was sent, by the monotonic clock. */
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
