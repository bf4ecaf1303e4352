// What Hex's 429 answers ask for: no requests for a while, and fewer of them afterwards.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { WINDOW_MS } from "./sent-requests.js";

/** How long a 429 is remembered, in ms. */
const CAUTION_MS = 10 * MINUTE;

export class AskedToWait {
  /** Until when Hex wants no requests at all, and until when none of a group, by the monotonic clock, in ms. */
  #pausedUntil = 0;
  readonly #groupPausedUntil = new Map<string | null, number>();
  /** When Hex answered 429, once for each minute, by the monotonic clock, in ms. */
  #limitedAt: number[] = [];

  constructor(private readonly clock: Clock) {}

  /** Hex answered 429. `ms` and `group`: see `Budget.limited`. */
  limited(ms: number, group: string | null): void {
    const now = this.clock.monotonic();
    this.#groupPausedUntil.set(group, Math.max(this.#groupPausedUntil.get(group) ?? 0, now + ms));
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (group === null ? ms : Math.min(ms, WINDOW_MS)));
    if ((this.#lately().at(-1) ?? Number.NEGATIVE_INFINITY) <= now - WINDOW_MS) this.#limitedAt.push(now);
  }

  /** In how many of the last ten minutes Hex answered 429. */
  get limitedMinutes(): number {
    return this.#lately().length;
  }

  /**
   * How much longer Hex wants no requests of a group, in ms.
   * @param now by the monotonic clock, in ms. To compare pauses, ask for them as of the same moment.
   */
  pauseOf(group: string | null, now: number): number {
    const until = this.#groupPausedUntil.get(group) ?? 0;
    return Math.max(0, Math.max(this.#pausedUntil, until) - now);
  }

  #lately(): readonly number[] {
    const from = this.clock.monotonic() - CAUTION_MS;
    this.#limitedAt = this.#limitedAt.filter((at) => at > from);
    return this.#limitedAt;
  }
}
