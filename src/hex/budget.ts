// The request budget, shared by everything that uses the token, because Hex counts per user. Cancellations go first, then people.
// What they leave over goes to those who have a share.

import type { Clock } from "../lib/clock.js";
import { AskedToWait } from "./asked-to-wait.js";
import { isBefore, isForSomebody, type Priority, rankOf } from "./priority.js";
import { SentRequests, WINDOW_MS } from "./sent-requests.js";
import { nextOf, partOf, type Share } from "./shares.js";

/** A share of a budget, for one part of the program to use. */
export interface BudgetShare extends Share {
  /**
   * How many requests a minute it may make at this pace: its part of what people leave over, and whatever the other shares do not use.
   * At least 1. It changes all the time, so ask for it before each request.
   */
  readonly perMinute: number;
}

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

/** The lowest number of requests a minute that 429s can lead to. */
const LEAST = 5;
/** How much of the budget all shares together may use when other processes use it too, and while commands are active. */
const SHARES_OF_LEDGER = 0.8;
const SHARES_WHILE_COMMANDS = 0.6;
/** How long the ledger may take to answer, in ms. */
const LEDGER_MS = 1_000;
/** A command is often followed by another one within this time, in ms. */
const COMMANDS_FOLLOW_MS = 10_000;
/** The share of the budget that only cancellations may use. A very small budget has nothing to spare. */
const CANCEL_SHARE = 0.1;

/**
 * Allows at most `perMinute` requests in any 60 s. The default of 30 is the smallest group limit that Hex has published (mid-2026).
 * Nobody with a share goes while a command is waiting.
 */
export class Budget {
  readonly #sent: SentRequests;
  readonly #asked: AskedToWait;
  readonly #shares: Share[] = [];
  /** When a request of each share last waited for its turn, by the monotonic clock, in ms. */
  readonly #heldUpAt = new Map<Share, number>();
  readonly #waiting: Waiter[] = [];
  #lastCommand = Number.NEGATIVE_INFINITY;
  #pumping = false;
  /** Ends the sleep before the next turn. */
  #nap = new AbortController();

  /** `most` is in requests a minute. `ledger` is where several processes that share the token count together. */
  constructor(
    private readonly clock: Clock,
    private readonly most = 30,
    private readonly ledger: Ledger | null = null,
  ) {
    this.#sent = new SentRequests(clock);
    this.#asked = new AskedToWait(clock);
  }

  /** The current limit in requests a minute: a fifth less for each of the last ten minutes in which Hex answered 429. */
  get perMinute(): number {
    return Math.max(Math.min(LEAST, this.most), Math.floor(this.most * 0.8 ** this.#asked.limitedMinutes));
  }

  /** Whether somebody is waiting for an answer: a command is waiting for its turn, or was sent a few seconds ago. */
  get commandsActive(): boolean {
    return this.#waits("command") || this.#now - this.#lastCommand < COMMANDS_FOLLOW_MS;
  }

  /** How many commands may be sent at this moment. */
  get left(): number {
    return this.#freeIn({ priority: "command", group: null }) > 0
      ? 0
      : Math.max(0, this.#limitOf("command") - this.#sent.count);
  }

  /**
   * A part of what people leave over. Each share is made once, before anybody asks.
   * @param weight relative to those of the other shares
   */
  share(name: string, weight: number): BudgetShare {
    const part = () => this.#partOf(share);
    const share: BudgetShare = {
      name,
      weight,
      get perMinute() {
        return part();
      },
    };
    this.#shares.push(share);
    return share;
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
      this.#sent.add(priority);
      return;
    }
    const now = this.#now;
    const wait = this.#turnIn(asked, now);
    if (wait > 0) this.#heldUp(priority);
    if (wait > maxWaitMs || signal?.aborted) throw this.#spent(wait, group, now);
    const over = new AbortController();
    const turn = new Promise<void>((go, giveUp) => {
      const waiter: Waiter = { priority, group, until: now + maxWaitMs, go, giveUp };
      signal?.addEventListener("abort", () => this.#dismiss(waiter, 0, this.#now), { signal: over.signal });
      this.#waiting.push(waiter);
      this.#nap.abort();
      void this.#pump();
    });
    await turn.finally(() => over.abort());
  }

  /**
   * Hex answered 429. Nothing is sent for `ms`, if Hex says how long, and fewer requests from now on. The limit that all requests
   * share lasts only a minute, so a longer wait concerns only the request's `group`, such as the starts of runs. Others continue.
   */
  limited(ms = 0, group: string | null = null): void {
    this.#asked.limited(ms, group);
  }

  get #now(): number {
    return this.clock.monotonic();
  }

  /** Gives one turn after another for as long as anybody is waiting. */
  async #pump(): Promise<void> {
    if (this.#pumping) return;
    this.#pumping = true;
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const now = this.#now;
      const wait = this.#freeIn(next, now) || (await this.#claim(next.priority));
      // A request with a higher priority may have arrived in the meantime. If so, that one goes first.
      const first = this.#next();
      if (wait === 0 && first !== undefined) {
        this.#waiting.splice(this.#waiting.indexOf(first), 1);
        this.#sent.add(first.priority);
        first.go();
      } else if (wait > 0 && first === next) {
        this.#heldUp(next.priority);
        this.#dismissLate(wait, now);
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
    const over = new AbortController();
    // A store that fails or hangs must not hold up anybody. In that case this process counts on its own.
    const alone = this.clock.sleep(LEDGER_MS, over.signal).then(() => 0);
    const claimed = this.ledger.claim(this.#limitOf(priority)).catch(() => 0);
    return Promise.race([claimed, alone]).finally(() => over.abort());
  }

  /**
   * The request that goes next: the one that Hex's limits let go soonest, then by priority, then that of the share that has used
   * least, then in order of arrival.
   */
  #next(): Waiter | undefined {
    const now = this.#now;
    const pause = ({ group }: Waiter) => this.#asked.pauseOf(group, now);
    const shortest = Math.min(...this.#waiting.map(pause));
    const first = this.#waiting.filter((waiter) => pause(waiter) === shortest);
    const best = Math.min(...first.map(({ priority }) => rankOf(priority)));
    const equals = first.filter(({ priority }) => rankOf(priority) === best);
    const sentBy = (share: Share) => this.#sent.countOf((sent) => sent === share);
    const uses = equals.flatMap((waiter) => {
      const { priority } = waiter;
      return isForSomebody(priority) ? [] : [{ waiter, share: priority, requests: sentBy(priority) }];
    });
    return nextOf(uses)?.waiter ?? equals[0];
  }

  /** What a share may use, in requests a minute. */
  #partOf(share: Share): number {
    const forPeople = this.#sent.countOf(isForSomebody);
    const most = this.commandsActive ? this.perMinute * SHARES_WHILE_COMMANDS : Number.POSITIVE_INFINITY;
    const total = Math.min(most, this.#limitOf(share) - forPeople);
    const others = this.#shares.filter((other) => other !== share);
    const uses = others.map((other) => ({
      share: other,
      requests: this.#wantsMore(other) ? Number.POSITIVE_INFINITY : this.#rateOf(other),
    }));
    return Math.max(1, partOf(share, uses, total));
  }

  #heldUp(priority: Priority): void {
    if (!isForSomebody(priority)) this.#heldUpAt.set(priority, this.#now);
  }

  /** A share that had to wait for its turn in the last minute has nothing to lend. */
  #wantsMore(share: Share): boolean {
    return (this.#heldUpAt.get(share) ?? Number.NEGATIVE_INFINITY) > this.#now - WINDOW_MS;
  }

  /** In requests a minute. What began a moment ago counts as if it continued, so that two that begin together don't spend it all. */
  #rateOf(share: Share): number {
    const isIts = (priority: Priority) => priority === share;
    return Math.max(this.#sent.countOf(isIts), this.#sent.countOf(isIts, WINDOW_MS / 4) * 4);
  }

  /** Rejects the requests that give up before the next turn, `wait` ms after `then`, or before Hex lets their group go again. */
  #dismissLate(wait: number, then: number): void {
    for (const waiter of [...this.#waiting]) {
      const itsWait = Math.max(wait, this.#asked.pauseOf(waiter.group, then));
      if (waiter.until < this.#now + itsWait) this.#dismiss(waiter, itsWait, then);
    }
  }

  #dismiss(waiter: Waiter, wait: number, then: number): void {
    const index = this.#waiting.indexOf(waiter);
    if (index === -1) return;
    this.#waiting.splice(index, 1);
    waiter.giveUp(this.#spent(wait, waiter.group, then));
  }

  /** @param then when `wait` was measured, because the pause that Hex asked for has become shorter since */
  #spent(wait: number, group: string | null, then: number): BudgetSpent {
    return new BudgetSpent(wait, this.#asked.pauseOf(group, then) >= Math.max(1, wait));
  }

  /** Whether a request with this priority or a higher one is waiting. */
  #waits(least: Priority): boolean {
    return this.#waiting.some(({ priority }) => rankOf(priority) <= rankOf(least));
  }

  /** A request with this priority has to wait once this many were sent in the last minute. */
  #limitOf(priority: Priority): number {
    const most = this.perMinute;
    if (priority === "cancel") return most;
    // This process does not see the commands that wait in another one, so something is left for them.
    if (priority !== "command" && this.ledger !== null) return Math.max(1, Math.floor(most * SHARES_OF_LEDGER));
    return most < LEAST ? most : most - Math.max(1, Math.floor(most * CANCEL_SHARE));
  }

  /** How long until a request may be sent, if it is the next one, in ms. */
  #freeIn({ priority, group }: Pick<Waiter, "priority" | "group">, now = this.#now): number {
    return Math.max(this.#asked.pauseOf(group, now), this.#sent.roomIn(this.#limitOf(priority)));
  }

  /** A lower bound on the wait for a new request, behind those that go before it, in ms. */
  #turnIn({ priority, group }: Pick<Waiter, "priority" | "group">, now: number): number {
    const pause = this.#asked.pauseOf(group, now);
    const goesFirst = (other: Waiter) =>
      isBefore(other.priority, priority) && this.#asked.pauseOf(other.group, now) <= pause;
    const ahead = this.#waiting.filter(goesFirst).length;
    return Math.max(pause, this.#sent.roomIn(this.#limitOf(priority), ahead));
  }
}
