// The requests of the last minute: how many there were, and when there is room for more.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Priority } from "./priority.js";

/** The time, in ms, in which a limit allows a number of requests. */
export const WINDOW_MS = MINUTE;

interface Sent {
  priority: Priority;
  /** By the monotonic clock, in ms. */
  at: number;
}

export class SentRequests {
  /** Oldest first. */
  readonly #sent: Sent[] = [];

  constructor(private readonly clock: Clock) {}

  add(priority: Priority): void {
    this.#sent.push({ priority, at: this.clock.monotonic() });
  }

  /** How many were sent in the last minute. */
  get count(): number {
    const from = this.clock.monotonic() - WINDOW_MS;
    while (this.#sent[0] !== undefined && this.#sent[0].at <= from) this.#sent.shift();
    return this.#sent.length;
  }

  /** How many of some priorities were sent in the last `ms`, a minute at most. */
  countOf(isMeant: (priority: Priority) => boolean, ms = WINDOW_MS): number {
    const from = this.clock.monotonic() - ms;
    return this.#sent.filter(({ priority, at }) => at > from && isMeant(priority)).length;
  }

  /** How long (ms) until another one may follow, behind `ahead` others, if at most `limit` may be sent in any minute. */
  roomIn(limit: number, ahead = 0): number {
    const blocking = this.#sent[this.count - limit + (ahead % limit)];
    const first = blocking === undefined ? 0 : Math.max(0, blocking.at + WINDOW_MS - this.clock.monotonic());
    // Every `limit` requests ahead take a whole window.
    return first + Math.floor(ahead / limit) * WINDOW_MS;
  }
}
