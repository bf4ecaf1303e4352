// Slack's rate limits, for the tests that ask for them.

import type { Clock } from "../../../src/lib/clock.js";
import { TooFast } from "./refusal.js";

const postGapMs = 1_000;
const updatesPerMinute = 50;
const minuteMs = 60_000;

export class RateLimits {
  enforce = false;
  readonly #lastPost = new Map<string, number>();
  #updates: number[] = [];
  readonly #calls = new Map<string, number[]>();

  constructor(readonly clock: Clock) {}

  /** About one message per second and channel. */
  post(channel: string): void {
    const now = this.clock.now();
    const since = now - (this.#lastPost.get(channel) ?? Number.NEGATIVE_INFINITY);
    if (this.enforce && since < postGapMs) throw new TooFast(1);
    this.#lastPost.set(channel, now);
  }

  /** Slack's tiers: how many calls of a method are allowed per minute. */
  count(method: string, perMinute: number): void {
    const now = this.clock.now();
    const recent = (this.#calls.get(method) ?? []).filter((time) => time > now - minuteMs);
    const first = recent[0];
    if (this.enforce && first !== undefined && recent.length >= perMinute) {
      throw new TooFast(Math.ceil((first + minuteMs - now) / 1000));
    }
    this.#calls.set(method, [...recent, now]);
  }

  /** About 50 edits a minute in the whole workspace. */
  update(): void {
    const now = this.clock.now();
    this.#updates = this.#updates.filter((time) => time > now - minuteMs);
    const first = this.#updates[0];
    if (this.enforce && first !== undefined && this.#updates.length >= updatesPerMinute) {
      throw new TooFast(Math.ceil((first + minuteMs - now) / 1000));
    }
    this.#updates.push(now);
  }
}
