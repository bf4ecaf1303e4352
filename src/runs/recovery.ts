// Takes care of what nobody else does: starts that wait for their time, and what a process that died left behind.
// Only the leader runs it.

import type { Clock } from "../lib/clock.js";
import type { Canceller } from "./cancel.js";
import { isLeaseOver, isLive, type Run } from "./run.js";
import type { Starter } from "./start.js";
import type { RunStore } from "./store.js";
import type { Titles } from "./titles.js";
import { isCancelDue, isDue, isHeldBack, lost } from "./transitions.js";

export interface RecoveryOptions {
  /** The leader's. */
  store: RunStore;
  starter: Starter;
  canceller: Canceller;
  titles: Titles;
  clock: Clock;
  onError: (error: unknown) => void;
}

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How often it looks, in ms: what another replica leaves behind announces itself to nobody. */
const ROUND_MS = 2_000;
/** After this time without an answer about a run there is nothing left to learn. */
const UNREACHABLE_MS = DAY;
/** No run of Hex takes that long. */
const TOO_LONG_MS = 7 * DAY;
/**
 * A run is not given up before this process has tried for so long, in ms: the bot may have been stopped, the machine asleep, or
 * its clock set wrong, and Hex may know the end.
 */
const LAST_TRIES_MS = 10 * MINUTE;

export class Recovery {
  /** What is being taken care of at this moment. */
  readonly #busy = new Map<string, Promise<void>>();
  /** The start that waits for its turn. */
  #turn: { key: string; over: AbortController } | null = null;
  /** Since when this process has seen that a run is to be given up, by its key and the monotonic clock. */
  readonly #hopelessSince = new Map<string, number>();

  constructor(private readonly options: RecoveryOptions) {}

  /** When no other process works on this store: all that is in the middle of something was left behind, whatever its lease. */
  async takeOver(): Promise<void> {
    for (const run of await this.options.store.inFlight()) if (run.state !== "waiting") this.#care(run, true);
  }

  /** Keeps until `signal` aborts, and until what it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.options;
    while (!signal.aborted) {
      await this.#round(signal).catch(onError);
      await clock.sleep(ROUND_MS, signal);
    }
    await Promise.all(this.#busy.values());
  }

  async #round(signal: AbortSignal): Promise<void> {
    const { store, titles } = this.options;
    const runs = await store.inFlight();
    for (const run of runs) this.#care(run, false);
    const keys = new Set(runs.map(({ key }) => key));
    for (const key of this.#hopelessSince.keys()) if (!keys.has(key)) this.#hopelessSince.delete(key);
    // Whoever no longer wants to start holds up nobody.
    if (runs.every((run) => run.key !== this.#turn?.key || !isHeldBack(run))) this.#turn?.over.abort();
    this.#begin("turns", () => this.#giveTurns(signal));
    this.#begin("titles", () => titles.learn(runs, signal));
  }

  /** `isAlone`: no other process can be in the middle of anything. */
  #care(run: Run, isAlone: boolean): void {
    const work = this.#workFor(run, isAlone);
    if (work !== null) this.#begin(`run ${run.key}`, work);
  }

  /** Starts those that wait for their turn, one after the other, so that they begin in the order in which they were wanted. */
  async #giveTurns(signal: AbortSignal): Promise<void> {
    const { store, starter } = this.options;
    const given = new Set<string>();
    while (!signal.aborted) {
      const next = (await store.inFlight()).find((run) => isHeldBack(run) && !given.has(run.key));
      if (next === undefined) return;
      given.add(next.key);
      const over = new AbortController();
      const leave = () => over.abort();
      signal.addEventListener("abort", leave, { once: true });
      this.#turn = { key: next.key, over };
      await starter.retry(next.key, over.signal).finally(() => {
        signal.removeEventListener("abort", leave);
        this.#turn = null;
      });
    }
  }

  /** Does the work, unless it is under way. */
  #begin(key: string, work: () => Promise<unknown>): void {
    if (this.#busy.has(key)) return;
    const done = work()
      .catch(this.options.onError)
      .then(() => {
        this.#busy.delete(key);
      });
    this.#busy.set(key, done);
  }

  #workFor(run: Run, isAlone: boolean): (() => Promise<unknown>) | null {
    const { starter, canceller, store, clock } = this.options;
    const now = clock.now();
    if (starter.isAsking(run.key) || canceller.isAsking(run.key)) return null;
    switch (run.state) {
      case "starting":
        return isAlone || isLeaseOver(run.lease, now) ? () => starter.look(run.key) : null;
      case "waiting":
        return !isHeldBack(run) && isDue(run, now) ? () => starter.retry(run.key) : null;
      case "cancelling":
        if (isCancelDue(run, now) || (isAlone && !run.accepted)) return () => canceller.retry(run.key);
        break;
    }
    // As it is stored when it is written: something may have been heard of it meanwhile.
    const givenUp = (stored: Run) => {
      const why = isLive(stored) ? hopeless(stored, now) : null;
      return why && isLive(stored) ? lost(stored, why, now) : null;
    };
    return this.#isGivenUp(run, now) ? () => store.update(run.key, givenUp) : null;
  }

  #isGivenUp(run: Run, now: number): boolean {
    if (!isLive(run) || hopeless(run, now) === null) {
      this.#hopelessSince.delete(run.key);
      return false;
    }
    const tried = this.options.clock.monotonic();
    const since = this.#hopelessSince.get(run.key) ?? tried;
    this.#hopelessSince.set(run.key, since);
    return tried - since >= LAST_TRIES_MS;
  }
}

/** Why there is nothing left to learn about a run, if so. */
function hopeless(run: Run, now: number): "unreachable" | "too_long" | null {
  if ("trouble" in run && run.trouble !== null && now - run.trouble.since > UNREACHABLE_MS) return "unreachable";
  // Whoever cancels one that is older waits for its end.
  const wantedAt = "lease" in run ? run.lease : run.requestedAt;
  return now - wantedAt > TOO_LONG_MS ? "too_long" : null;
}
