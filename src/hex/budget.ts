// The request budget: one for all who use the token, since Hex counts by user. People go before polls, and cancellations first.

import type { Clock } from "../lib/clock.js";

/** A cancellation stops what may be doing harm; a command has a person waiting; a poll can wait; reading the catalog more so. */
export type Priority = "cancel" | "command" | "watch" | "catalog";

/** Why a request was not sent: its turn would come only after `retryAfterMs`. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
  /** `askedByHex`: it is not the budget that is spent, Hex has asked to wait. */
  constructor(
    readonly retryAfterMs: number,
    readonly askedByHex = false,
  ) {
    super(`no request to Hex may go for another ${retryAfterMs} ms`);
  }
}

interface Waiter {
  priority: Priority;
  /** The requests that a limit of Hex's holds up together with this one; null: of no group. */
  group: string | null;
  /** When its patience ends, by the monotonic clock, ms. */
  until: number;
  go: () => void;
  giveUp: (error: BudgetSpent) => void;
}

/** Counts the requests of all processes that share the token. */
export interface Ledger {
  /**
   * Counts one request, if fewer than `perMinute` were counted in the last 60 s, by a clock of its own.
   * @returns 0 when it was counted; else how long to wait before trying again, in ms
   */
  claim(perMinute: number): Promise<number>;
}

const RANK: Record<Priority, number> = { cancel: 0, command: 1, watch: 2, catalog: 3 };
const WINDOW_MS = 60_000;
/** How long a 429 is remembered, in ms, and the fewest requests a minute that it leads to. */
const CAUTION_MS = 10 * 60_000;
const LEAST = 5;
const WATCH_SHARE = 0.8;
/** How long the ledger may take, in ms. */
const LEDGER_MS = 1_000;
/** A command seldom comes alone, in ms. */
const COMMANDS_FOLLOW_MS = 10_000;
/** The part of the budget that only cancellations may use. Of a very small one there is nothing to spare. */
const CANCEL_SHARE = 0.1;

/**
 * At most `perMinute` requests in any 60 s. The default of 30 is the smallest group limit that Hex has published (mid-2026).
 * While a command waits, no poll goes.
 */
export class Budget {
  /** When requests went, by the monotonic clock, ms; oldest first. */
  readonly #sent: number[] = [];
  readonly #waiting: Waiter[] = [];
  /** Until when Hex wants no request, and until when none of a group, by the monotonic clock, ms. */
  #pausedUntil = 0;
  readonly #groupPausedUntil = new Map<string | null, number>();
  #lastCommand = Number.NEGATIVE_INFINITY;
  #pumping = false;
  /** Ends the sleep of whoever waits for the next turn. */
  #nap = new AbortController();

  /** When Hex said 429, once for each minute, by the monotonic clock, ms. */
  #limitedAt: number[] = [];

  /** `most`: requests a minute. `ledger`: where several processes that share the token count together. */
  constructor(
    private readonly clock: Clock,
    private readonly most = 30,
    private readonly ledger: Ledger | null = null,
  ) {}

  /** Requests a minute at the moment: a fifth less for each minute of the last ten in which Hex said 429. */
  get perMinute(): number {
    return Math.max(Math.min(LEAST, this.most), Math.floor(this.most * 0.8 ** this.#limitedLately().length));
  }

  /** Whether somebody waits for an answer: a command waits for its turn, or was sent within the last seconds. */
  get commandsActive(): boolean {
    return this.#waits("command") || this.#now - this.#lastCommand < COMMANDS_FOLLOW_MS;
  }

  /** How many requests this process has sent in the last minute. */
  get used(): number {
    return this.#recent();
  }

  /** How many commands may go at this moment. */
  get left(): number {
    return this.#freeIn({ priority: "command", group: null }) > 0
      ? 0
      : Math.max(0, this.#limitOf("command") - this.#recent());
  }

  /**
   * Resolves when one request may be sent, and counts it.
   * @param patienceMs longest wait. Rejects with BudgetSpent as soon as it is known that the turn would come later.
   * @param signal when it aborts, the wait is over
   * @param group of the request among Hex's limits, as in `limited`
   */
  async take(priority: Priority, patienceMs: number, signal?: AbortSignal, group: string | null = null): Promise<void> {
    if (isForSomebody(priority)) this.#lastCommand = this.#now;
    const asked = { priority, group };
    if (this.ledger === null && !this.#waits(priority) && this.#freeIn(asked) === 0) {
      this.#sent.push(this.#now);
      return;
    }
    const wait = this.#turnIn(asked);
    if (wait > patienceMs || signal?.aborted) throw this.#spent(wait, group);
    const until = this.#now + patienceMs;
    await new Promise<void>((resolve, reject) => {
      const waiter: Waiter = {
        priority,
        group,
        until,
        go: () => {
          signal?.removeEventListener("abort", leave);
          resolve();
        },
        giveUp: (error) => {
          signal?.removeEventListener("abort", leave);
          reject(error);
        },
      };
      const leave = () => this.#dismiss(waiter, 0);
      signal?.addEventListener("abort", leave);
      this.#waiting.push(waiter);
      this.#nap.abort();
      void this.#pump();
    });
  }

  /**
   * Hex answered 429: nothing is sent for `ms`, if it says how long, and less from now on. The limit that all requests share is
   * over after a minute: a longer wait is one of the request's `group` alone, such as the starts of runs, and the others go on.
   */
  limited(ms = 0, group: string | null = null): void {
    const now = this.#now;
    this.#groupPausedUntil.set(group, Math.max(this.#groupPausedUntil.get(group) ?? 0, now + ms));
    this.#pausedUntil = Math.max(this.#pausedUntil, now + (group === null ? ms : Math.min(ms, WINDOW_MS)));
    if ((this.#limitedLately().at(-1) ?? Number.NEGATIVE_INFINITY) <= now - WINDOW_MS) this.#limitedAt.push(now);
  }

  /** What is remembered of Hex's 429s. */
  #limitedLately(): readonly number[] {
    const from = this.#now - CAUTION_MS;
    this.#limitedAt = this.#limitedAt.filter((at) => at > from);
    return this.#limitedAt;
  }

  get #now(): number {
    return this.clock.monotonic();
  }

  /** Gives one turn after the other, for as long as anybody waits. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const wait = this.#freeIn(next) || (await this.#claim(next.priority));
      // Somebody who goes first may have come meanwhile: the turn is theirs.
      const first = this.#next();
      if (wait === 0 && first !== undefined) {
        this.#waiting.splice(this.#waiting.indexOf(first), 1);
        this.#sent.push(this.#now);
        first.go();
      } else if (wait > 0 && first === next) {
        this.#dismissLate(wait);
        if (this.#waiting.length > 0) await this.#sleep(wait);
      }
    }
    this.#pumping = false;
  }

  /** Ends early when somebody comes, who may go sooner. */
  async #sleep(ms: number): Promise<void> {
    this.#nap = new AbortController();
    await this.clock.sleep(ms, this.#nap.signal);
  }

  /** Counts a request with those of the other processes. @returns 0 when it may go, else how long to wait, in ms */
  async #claim(priority: Priority): Promise<number> {
    if (this.ledger === null) return 0;
    // What is left over is for commands of other processes, which cannot be seen to wait from here.
    const limit = isForSomebody(priority)
      ? this.#limitOf(priority)
      : Math.max(1, Math.floor(this.perMinute * WATCH_SHARE));
    const over = new AbortController();
    // A store that fails or hangs holds up nobody: then this process counts for itself.
    const alone = this.clock.sleep(LEDGER_MS, over.signal).then(() => 0);
    const claimed = this.ledger.claim(limit).catch(() => 0);
    return Promise.race([claimed, alone]).finally(() => over.abort());
  }

  /** The one who goes next: of those whom Hex lets go first, by priority, then by when it came. */
  #next(): Waiter | undefined {
    const now = this.#now;
    const pause = ({ group }: Waiter) => this.#pauseOf(group, now);
    const shortest = Math.min(...this.#waiting.map(pause));
    const first = this.#waiting.filter((waiter) => pause(waiter) === shortest);
    const best = Math.min(...first.map(({ priority }) => RANK[priority]));
    return first.find(({ priority }) => RANK[priority] === best);
  }

  /** How long Hex wants no request of a group yet, in ms. */
  #pauseOf(group: string | null, now = this.#now): number {
    const until = this.#groupPausedUntil.get(group) ?? 0;
    return Math.max(0, Math.max(this.#pausedUntil, until) - now);
  }

  /** Sends away those who were overtaken, or whom a pause outlasts: for the one who is next, nothing goes for `wait` ms. */
  #dismissLate(wait: number): void {
    const now = this.#now;
    for (const waiter of [...this.#waiting]) {
      const itsWait = Math.max(wait, this.#pauseOf(waiter.group, now));
      if (waiter.until < now + itsWait) this.#dismiss(waiter, itsWait);
    }
  }

  #dismiss(waiter: Waiter, wait: number): void {
    const index = this.#waiting.indexOf(waiter);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    waiter.giveUp(this.#spent(wait, waiter.group));
  }

  #spent(wait: number, group: string | null): BudgetSpent {
    return new BudgetSpent(wait, this.#pauseOf(group) >= Math.max(1, wait));
  }

  /** Whether somebody waits who has this priority, or one that goes before it. */
  #waits(least: Priority): boolean {
    return this.#waiting.some(({ priority }) => RANK[priority] <= RANK[least]);
  }

  /** The requests in any minute at which one of this priority has to wait. */
  #limitOf(priority: Priority): number {
    const most = this.perMinute;
    const kept = most < LEAST ? 0 : Math.max(1, Math.floor(most * CANCEL_SHARE));
    return priority === "cancel" ? most : most - kept;
  }

  #recent(): number {
    const from = this.#now - WINDOW_MS;
    while (this.#sent[0] !== undefined && this.#sent[0] <= from) this.#sent.shift();
    return this.#sent.length;
  }

  #freeIn({ priority, group }: Pick<Waiter, "priority" | "group">): number {
    const now = this.#now;
    const limit = this.#limitOf(priority);
    const blocking = this.#sent[this.#recent() - limit];
    return Math.max(this.#pauseOf(group), blocking === undefined ? 0 : blocking + WINDOW_MS - now);
  }

  /** A lower bound of the wait for a newcomer, behind those who go before it. */
  #turnIn({ priority, group }: Pick<Waiter, "priority" | "group">): number {
    const limit = this.#limitOf(priority);
    const now = this.#now;
    const pause = this.#pauseOf(group, now);
    const goesFirst = (other: Waiter) =>
      RANK[other.priority] <= RANK[priority] && this.#pauseOf(other.group, now) <= pause;
    const ahead = this.#waiting.filter(goesFirst).length;
    const blocking = this.#sent[this.#recent() - limit + (ahead % limit)];
    const slot = blocking === undefined ? 0 : blocking + WINDOW_MS - this.#now;
    // Each `limit` of those ahead take a whole window.
    return Math.max(this.#freeIn({ priority, group }), slot) + Math.floor(ahead / limit) * WINDOW_MS;
  }
}

/** Whether somebody waits for the answer. */
function isForSomebody(priority: Priority): boolean {
  return RANK[priority] <= RANK.command;
}
