// The request budget: one for all who use the token, since Hex counts by user. Commands go before polls.

import type { Clock } from "../clock.js";

export type Priority = "command" | "watch";

/** Why a request was not sent: its turn would come only after `retryAfterMs`. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
  constructor(readonly retryAfterMs: number) {
    super(`the request budget is spent for another ${retryAfterMs} ms`);
  }
}

interface Waiter {
  priority: Priority;
  /** When its patience ends, epoch ms. */
  until: number;
  go: () => void;
  giveUp: (error: BudgetSpent) => void;
}

const WINDOW_MS = 60_000;
/** A command seldom comes alone, in ms. */
const COMMANDS_FOLLOW_MS = 10_000;

/**
 * At most `perMinute` requests in any 60 s. The default of 30 is the smallest group limit that Hex has published (mid-2026).
 * While a command waits, no poll goes.
 */
export class Budget {
  readonly #sent: number[] = [];
  readonly #waiting: Waiter[] = [];
  #pausedUntil = 0;
  #lastCommand = Number.NEGATIVE_INFINITY;
  #pumping = false;

  constructor(
    private readonly clock: Clock,
    readonly perMinute = 30,
  ) {}

  /** Whether somebody waits for an answer: a command waits for its turn, or was sent within the last seconds. */
  get commandsActive(): boolean {
    return this.#commandsWait() || this.clock.now() - this.#lastCommand < COMMANDS_FOLLOW_MS;
  }

  /** How many requests may go at this moment. */
  get left(): number {
    return this.#freeIn() > 0 ? 0 : this.perMinute - this.#recent();
  }

  /**
   * Resolves when one request may be sent, and counts it.
   * @param patienceMs longest wait. Rejects with BudgetSpent as soon as it is known that the turn would come later.
   */
  async take(priority: Priority, patienceMs: number): Promise<void> {
    if (priority === "command") this.#lastCommand = this.clock.now();
    const first = this.#waiting.length === 0 || (priority === "command" && !this.#commandsWait());
    if (first && this.#freeIn() === 0) {
      this.#sent.push(this.clock.now());
      return;
    }
    const wait = this.#turnIn(priority);
    if (wait > patienceMs) throw new BudgetSpent(wait);
    const until = this.clock.now() + patienceMs;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ priority, until, go: resolve, giveUp: reject });
      void this.#pump();
    });
  }

  /** Hex answered 429: nothing is sent for `ms`. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.clock.now() + ms);
  }

  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    while (this.#waiting.length > 0) {
      const wait = this.#freeIn();
      if (wait > 0) {
        this.#dismiss(wait);
        if (this.#waiting.length > 0) await this.clock.sleep(wait);
        continue;
      }
      const index = Math.max(
        0,
        this.#waiting.findIndex((waiter) => waiter.priority === "command"),
      );
      const [next] = this.#waiting.splice(index, 1);
      this.#sent.push(this.clock.now());
      next?.go();
    }
    this.#pumping = false;
  }

  /** Sends away those who were overtaken, or whom a pause outlasts: nothing goes for another `wait` ms. */
  #dismiss(wait: number): void {
    const late = this.#waiting.filter((waiter) => waiter.until < this.clock.now() + wait);
    for (const waiter of late) {
      this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
      waiter.giveUp(new BudgetSpent(wait));
    }
  }

  #commandsWait(): boolean {
    return this.#waiting.some((waiter) => waiter.priority === "command");
  }

  #recent(): number {
    const from = this.clock.now() - WINDOW_MS;
    while (this.#sent[0] !== undefined && this.#sent[0] <= from) this.#sent.shift();
    return this.#sent.length;
  }

  #freeIn(): number {
    const now = this.clock.now();
    const oldest = this.#recent() < this.perMinute ? undefined : this.#sent[0];
    return Math.max(0, this.#pausedUntil - now, oldest === undefined ? 0 : oldest + WINDOW_MS - now);
  }

  /** A lower bound of the wait for a newcomer of this priority, behind those who go before it. */
  #turnIn(priority: Priority): number {
    const ahead = this.#waiting.filter((waiter) => priority === "watch" || waiter.priority === "command").length;
    const blocking = this.#sent[this.#recent() - this.perMinute + (ahead % this.perMinute)];
    const slot = blocking === undefined ? 0 : blocking + WINDOW_MS - this.clock.now();
    // Each `perMinute` of those ahead take a whole window.
    return Math.max(this.#freeIn(), slot) + Math.floor(ahead / this.perMinute) * WINDOW_MS;
  }
}
