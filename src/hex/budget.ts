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

/** Counts the requests of all processes that share the token. */
export interface Ledger {
  /**
   * Counts one request, if fewer than `perMinute` were counted in the last 60 s.
   * @param now epoch ms
   * @returns 0 when it was counted; else how long to wait before trying again, in ms
   */
  claim(now: number, perMinute: number): Promise<number>;
}

const WINDOW_MS = 60_000;
/** How long a 429 is remembered, in ms, and the fewest requests a minute that it leads to. */
const CAUTION_MS = 10 * 60_000;
const LEAST = 5;
const WATCH_SHARE = 0.8;
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

  /** When Hex said 429, once for each minute, epoch ms. */
  #limitedAt: number[] = [];

  /** `most`: requests a minute. `ledger`: where several processes that share the token count together. */
  constructor(
    private readonly clock: Clock,
    private readonly most = 30,
    private readonly ledger: Ledger | null = null,
  ) {}

  /** Requests a minute at the moment: a fifth less for each minute of the last ten in which Hex said 429. */
  get perMinute(): number {
    const from = this.clock.now() - CAUTION_MS;
    const count = this.#limitedAt.filter((at) => at > from).length;
    return Math.max(Math.min(LEAST, this.most), Math.floor(this.most * 0.8 ** count));
  }

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
    const until = this.clock.now() + patienceMs;
    await this.#takeHere(priority, patienceMs);
    if (this.ledger === null) return;
    // What is left over is for commands of other processes, which cannot be seen to wait from here.
    const limit = priority === "command" ? this.perMinute : Math.max(1, Math.floor(this.perMinute * WATCH_SHARE));
    for (;;) {
      const wait = await this.ledger.claim(this.clock.now(), limit);
      if (wait === 0) return;
      if (this.clock.now() + wait > until) throw new BudgetSpent(wait);
      await this.clock.sleep(wait);
    }
  }

  async #takeHere(priority: Priority, patienceMs: number): Promise<void> {
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

  /** Hex answered 429: nothing is sent for `ms`, if it says how long, and less from now on. */
  limited(ms: number | undefined): void {
    const now = this.clock.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (ms ?? 0));
    this.#limitedAt = this.#limitedAt.filter((at) => at > now - CAUTION_MS);
    if ((this.#limitedAt.at(-1) ?? 0) <= now - WINDOW_MS) this.#limitedAt.push(now);
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
