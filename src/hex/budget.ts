// The request budget, shared by everything that uses the token, because Hex counts per user. Cancellations go first, and people
// before polls.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";

/** A cancellation may stop something harmful. A person is waiting for a command. A poll can wait, and what runs in the background even longer. */
export type Priority = "cancel" | "command" | "poll" | "background";

/** Why a request was not sent: its turn would not come for another `retryAfterMs`. */
export class BudgetSpent extends Error {
  override readonly name = "BudgetSpent";
  /** `askedByHex` is true when Hex asked us to wait, rather than the budget being spent. */
  constructor(
    readonly retryAfterMs: number,
    readonly askedByHex = false,
  ) {
    super(`no request to Hex may go for another ${retryAfterMs} ms`);
  }
}

interface Waiter {
  priority: Priority;
  /** The group of requests that share one of Hex's limits with this one; `null` for none. */
  group: string | null;
  /** When it gives up, by the monotonic clock, in ms. */
  until: number;
  go: () => void;
  giveUp: (error: BudgetSpent) => void;
}

/** Counts the requests of all processes that share the token. */
export interface Ledger {
  /**
   * Counts one request if fewer than `perMinute` were counted in the last 60 s, by the ledger's own clock.
   * @returns 0 when the request was counted, otherwise how long to wait before trying again, in ms
   */
  claim(perMinute: number): Promise<number>;
}

const RANK: Record<Priority, number> = { cancel: 0, command: 1, poll: 2, background: 3 };
const WINDOW_MS = MINUTE;
/** How long a 429 is remembered, in ms, and the lowest number of requests a minute that 429s can lead to. */
const CAUTION_MS = 10 * MINUTE;
const LEAST = 5;
const POLL_SHARE = 0.8;
/** How long the ledger may take to answer, in ms. */
const LEDGER_MS = 1_000;
/** A command is often followed by another one within this time, in ms. */
const COMMANDS_FOLLOW_MS = 10_000;
/** The share of the budget that only cancellations may use. A very small budget has nothing to spare. */
const CANCEL_SHARE = 0.1;

/**
 * Allows at most `perMinute` requests in any 60 s. The default of 30 is the smallest group limit that Hex has published (mid-2026).
 * No poll goes while a command is waiting.
 */
export class Budget {
  /** When requests were sent, by the monotonic clock, in ms; oldest first. */
  readonly #sent: number[] = [];
  readonly #waiting: Waiter[] = [];
  /** Until when Hex wants no requests at all, and until when none of a group, by the monotonic clock, in ms. */
  #pausedUntil = 0;
  readonly #groupPausedUntil = new Map<string | null, number>();
  #lastCommand = Number.NEGATIVE_INFINITY;
  #pumping = false;
  /** Ends the sleep before the next turn. */
  #nap = new AbortController();

  /** When Hex answered 429, once for each minute, by the monotonic clock, in ms. */
  #limitedAt: number[] = [];

  /** `most` is in requests a minute. `ledger` is where several processes that share the token count together. */
  constructor(
    private readonly clock: Clock,
    private readonly most = 30,
    private readonly ledger: Ledger | null = null,
  ) {}

  /** The current limit in requests a minute: a fifth less for each of the last ten minutes in which Hex answered 429. */
  get perMinute(): number {
    return Math.max(Math.min(LEAST, this.most), Math.floor(this.most * 0.8 ** this.#limitedLately().length));
  }

  /** Whether somebody is waiting for an answer: a command is waiting for its turn, or was sent a few seconds ago. */
  get commandsActive(): boolean {
    return this.#waits("command") || this.#now - this.#lastCommand < COMMANDS_FOLLOW_MS;
  }

  /** How many requests this process has sent in the last minute. */
  get used(): number {
    return this.#recent();
  }

  /** How many commands may be sent at this moment. */
  get left(): number {
    return this.#freeIn({ priority: "command", group: null }) > 0
      ? 0
      : Math.max(0, this.#limitOf("command") - this.#recent());
  }

  /**
   * Resolves when one request may be sent, and counts it.
   * @param maxWaitMs the longest wait. Rejects with BudgetSpent as soon as it is clear that the turn would come later.
   * @param signal ends the wait when it aborts
   * @param group the request's group among Hex's limits, as in `limited`
   */
  async take(priority: Priority, maxWaitMs: number, signal?: AbortSignal, group: string | null = null): Promise<void> {
    if (isForSomebody(priority)) this.#lastCommand = this.#now;
    const asked = { priority, group };
    if (this.ledger === null && !this.#waits(priority) && this.#freeIn(asked) === 0) {
      this.#sent.push(this.#now);
      return;
    }
    const wait = this.#turnIn(asked);
    if (wait > maxWaitMs || signal?.aborted) throw this.#spent(wait, group);
    const until = this.#now + maxWaitMs;
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
   * Hex answered 429. Nothing is sent for `ms`, if Hex says how long, and fewer requests from now on. The limit that all requests
   * share lasts only a minute, so a longer wait concerns only the request's `group`, such as the starts of runs. Others continue.
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

  /** Gives one turn after another for as long as anybody is waiting. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const wait = this.#freeIn(next) || (await this.#claim(next.priority));
      // A request with a higher priority may have arrived in the meantime. Then the turn is its.
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

  /** Ends early when another request arrives, because that one may go sooner. */
  async #sleep(ms: number): Promise<void> {
    this.#nap = new AbortController();
    await this.clock.sleep(ms, this.#nap.signal);
  }

  /** Counts a request together with those of the other processes. @returns 0 when it may go, otherwise how long to wait, in ms */
  async #claim(priority: Priority): Promise<number> {
    if (this.ledger === null) return 0;
    // The rest is left for commands in other processes: this process cannot see that they are waiting.
    const limit = isForSomebody(priority)
      ? this.#limitOf(priority)
      : Math.max(1, Math.floor(this.perMinute * POLL_SHARE));
    const over = new AbortController();
    // A store that fails or hangs must not hold up anybody. In that case this process counts on its own.
    const alone = this.clock.sleep(LEDGER_MS, over.signal).then(() => 0);
    const claimed = this.ledger.claim(limit).catch(() => 0);
    return Promise.race([claimed, alone]).finally(() => over.abort());
  }

  /** The request that goes next: the one that Hex's limits let go soonest, then by priority, then in order of arrival. */
  #next(): Waiter | undefined {
    const now = this.#now;
    const pause = ({ group }: Waiter) => this.#pauseOf(group, now);
    const shortest = Math.min(...this.#waiting.map(pause));
    const first = this.#waiting.filter((waiter) => pause(waiter) === shortest);
    const best = Math.min(...first.map(({ priority }) => RANK[priority]));
    return first.find(({ priority }) => RANK[priority] === best);
  }

  /** How much longer Hex wants no requests of a group, in ms. */
  #pauseOf(group: string | null, now = this.#now): number {
    const until = this.#groupPausedUntil.get(group) ?? 0;
    return Math.max(0, Math.max(this.#pausedUntil, until) - now);
  }

  /** Rejects the requests that give up before the next turn, `wait` ms from now, or before Hex lets their group go again. */
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

  /** Whether a request with this priority or a higher one is waiting. */
  #waits(least: Priority): boolean {
    return this.#waiting.some(({ priority }) => RANK[priority] <= RANK[least]);
  }

  /** The number of requests in any minute from which on a request with this priority has to wait. */
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

  /** A lower bound on the wait for a new request, behind those that go before it. */
  #turnIn({ priority, group }: Pick<Waiter, "priority" | "group">): number {
    const limit = this.#limitOf(priority);
    const now = this.#now;
    const pause = this.#pauseOf(group, now);
    const goesFirst = (other: Waiter) =>
      RANK[other.priority] <= RANK[priority] && this.#pauseOf(other.group, now) <= pause;
    const ahead = this.#waiting.filter(goesFirst).length;
    const blocking = this.#sent[this.#recent() - limit + (ahead % limit)];
    const slot = blocking === undefined ? 0 : blocking + WINDOW_MS - this.#now;
    // Every `limit` requests ahead take a whole window.
    return Math.max(this.#freeIn({ priority, group }), slot) + Math.floor(ahead / limit) * WINDOW_MS;
  }
}

/** Whether a person is waiting for the answer. */
function isForSomebody(priority: Priority): boolean {
  return RANK[priority] <= RANK.command;
}
