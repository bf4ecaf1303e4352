// What Slack has refused to show in cards, as this process remembers it, and how long to wait before it is asked again.

import type { Clock } from "../../lib/clock.js";
import { MINUTE } from "../../lib/time.js";
import { retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { ChannelTurns } from "./channel-turns.js";
import { remember } from "./remember.js";

/** The refusals of one card in a row. */
export interface RefusalStreak {
  count: number;
  /** How long ago the first of them was, in ms. */
  forMs: number;
}

/** How long (ms) content waits that Slack refused in a card of a run in flight, in case the refusal was a passing one. */
const SAME_CONTENT_MS = 5 * MINUTE;

export class CardRefusals {
  /** How many times in a row Slack has refused each card, and since when, by the monotonic clock. */
  readonly #streaks = new Map<string, { count: number; since: number }>();
  /** The fingerprint of what Slack has refused to show in each card whatever it is tried with, and when, by the monotonic clock. */
  readonly #contents = new Map<string, { shown: string; at: number }>();
  readonly #turns: ChannelTurns;

  constructor(private readonly clock: Clock) {
    this.#turns = new ChannelTurns(clock);
  }

  /** Whether the card may show an older state than the stored one because of them. */
  has(runKey: string): boolean {
    return this.#streaks.has(runKey) || this.#contents.has(runKey);
  }

  /** Counts another one. */
  add(runKey: string): RefusalStreak {
    const now = this.clock.monotonic();
    const { count, since } = this.#streaks.get(runKey) ?? { count: 0, since: now };
    remember(this.#streaks, runKey, { count: count + 1, since });
    return { count: count + 1, forMs: now - since };
  }

  /** The next one counts as the first again. */
  endStreak(runKey: string): void {
    this.#streaks.delete(runKey);
  }

  /** Slack would refuse the same content again for now, but it may accept the next. `shown`: its fingerprint. */
  addContent(runKey: string, shown: string): void {
    remember(this.#contents, runKey, { shown, at: this.clock.monotonic() });
  }

  /** Whether this content need not be tried again yet. */
  isRefused(runKey: string, shown: string): boolean {
    const refused = this.#contents.get(runKey);
    return refused?.shown === shown && this.clock.monotonic() - refused.at < SAME_CONTENT_MS;
  }

  /** Slack shows what is stored. */
  endContent(runKey: string): void {
    this.#contents.delete(runKey);
  }

  /** How long (ms) to wait after a failure that was the last of this many in a row. */
  pauseMs(failure: SlackFailure, failures: number, channel: string): number {
    const pauseMs = retryPauseMs(failure, failures);
    return failure.kind === "rate_limited" ? this.#turns.after(channel, pauseMs) : pauseMs;
  }
}
