// Spreads the messages that Slack asked to wait over time. If all of them were tried again at once, Slack would accept one of them and
// refuse the others.

import type { Clock } from "../../lib/clock.js";

/** Slack accepts about one message a second in a channel. Source: https://docs.slack.dev/apis/web-api/rate-limits */
const GAP_MS = 1_000;

export class ChannelTurns {
  /** When the last turn of each channel is, by the monotonic clock. */
  readonly #last = new Map<string, number>();

  constructor(private readonly clock: Clock) {}

  /** Takes the first turn of a channel that is free after `pauseMs`. @returns in how many ms it is */
  after(channel: string, pauseMs: number): number {
    const now = this.clock.monotonic();
    for (const [known, turn] of this.#last) if (turn <= now) this.#last.delete(known);
    const turn = Math.max(now + pauseMs, (this.#last.get(channel) ?? Number.NEGATIVE_INFINITY) + GAP_MS);
    this.#last.set(channel, turn);
    return turn - now;
  }
}
