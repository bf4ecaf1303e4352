// Takes care of what nothing else does: starts that are waiting for their turn, and whatever a process that died left unfinished.
// Only the leader runs it.

import { isRefusal } from "../hex/errors.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { DAY, MINUTE } from "../lib/time.js";
import { isApprovalOver, isApprovalStale } from "./approval.js";
import type { Canceller } from "./cancel.js";
import { isLeaseOver, isLive, type LiveRun, type Run, type RunIn } from "./run.js";
import type { Starter } from "./start.js";
import type { RunStore } from "./store.js";
import type { Titles } from "./titles.js";
import { expired, isCancelDue, isDue, isHeldBack, lost } from "./transitions.js";

export interface RecoveryOptions {
  /** The leader's store. */
  store: RunStore;
  starter: Starter;
  canceller: Canceller;
  titles: Pick<Titles, "areMissing" | "learn">;
  clock: Clock;
  /** The longest sleep, in ms, and so the longest time until it notices what another process left unfinished. */
  maxSleepMs: number;
  onError: (error: unknown) => void;
}

/** The shortest time between two checks, in ms, and the pause while something is under way or has failed. */
const ROUND_MS = 2_000;
/** The longest, in ms, because the clock that says when something is due may be set. */
const LONGEST_PAUSE_MS = MINUTE;
/** After this time without an answer about a run, there is nothing left to learn. */
const UNREACHABLE_MS = DAY;
/** No run in Hex takes this long. */
const TOO_LONG_MS = 7 * DAY;
/**
 * In ms. A process gives up a run only after it has tried for this long: the bot may have been stopped, the machine asleep or its
 * clock wrong, and Hex may know how the run ended. If Hex refuses the run, somebody may give the token its rights back.
 */
const LAST_TRIES_MS = 10 * MINUTE;

export class Recovery {
  /** The work that is under way, by run key. */
  readonly #busy = new Map<string, Promise<void>>();
  /** Since when this process has seen that a run should be given up: run key -> time by the monotonic clock. */
  readonly #hopelessSince = new Map<string, number>();
  readonly #loop: PollingLoop;

  constructor(private readonly options: RecoveryOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** A run has changed, or the clock was set, so there may be something to do sooner than planned. */
  wake(): void {
    this.#loop.wake();
  }

  /**
   * For when no other process uses this store: everything in progress was left unfinished, whatever its lease says. What this begins
   * ends when `signal` aborts.
   */
  async takeOver(signal: AbortSignal): Promise<void> {
    for (const run of await this.options.store.inFlight()) if (run.state !== "waiting") this.#care(run, true, signal);
  }

  /** Runs until `signal` aborts and the work that it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.options;
    await this.#loop.until(signal, async () => {
      const pauseMs = await this.#round(signal).catch((error: unknown) => {
        onError(error);
        return ROUND_MS;
      });
      // Runs may change many times a second, and each change wakes it.
      await clock.sleep(ROUND_MS, signal);
      return pauseMs - ROUND_MS;
    });
    await Promise.all(this.#busy.values());
  }

  /** Begins what is due. @returns how long until there may be something else to do, in ms */
  async #round(signal: AbortSignal): Promise<number> {
    const { store, titles } = this.options;
    const runs = await store.inFlight();
    for (const run of runs) this.#care(run, false, signal);
    const keys = new Set(runs.map(({ key }) => key));
    for (const key of this.#hopelessSince.keys()) if (!keys.has(key)) this.#hopelessSince.delete(key);
    if (runs.some(isHeldBack)) this.#begin("turns", () => this.#giveTurns(signal));
    if (titles.areMissing(runs)) this.#begin("titles", () => titles.learn(signal));
    return this.#pauseMs(runs);
  }

  #pauseMs(runs: readonly Run[]): number {
    const { clock, maxSleepMs } = this.options;
    if (this.#busy.size > 0 || this.#hopelessSince.size > 0) return ROUND_MS;
    return Math.min(maxSleepMs, LONGEST_PAUSE_MS, ...runs.map((run) => dueAt(run) - clock.now()));
  }

  /** `isAlone` is true when no other process can be in the middle of anything. */
  #care(run: Run, isAlone: boolean, signal: AbortSignal): void {
    const work = this.#workFor(run, isAlone, signal);
    if (work !== null) this.#begin(`run ${run.key}`, work);
  }

  /** Starts the runs that are waiting for their turn one after another, so that they begin in the order in which they were requested. */
  async #giveTurns(signal: AbortSignal): Promise<void> {
    const { store, starter } = this.options;
    const given = new Set<string>();
    while (!signal.aborted) {
      const runs = await store.inFlight();
      // Two starts of a project whose answers were lost could not be told apart.
      const lookedFor = new Set(runs.filter(isLookedFor).map(({ project }) => project.id));
      const next = runs.find((run) => isHeldBack(run) && !given.has(run.key) && !lookedFor.has(run.project.id));
      if (next === undefined) return;
      given.add(next.key);
      await starter.retry(next.key, signal);
    }
  }

  /** Does the work unless it is already under way. */
  #begin(key: string, work: () => Promise<unknown>): void {
    if (this.#busy.has(key)) return;
    const done = work()
      .catch(this.options.onError)
      .then(() => {
        this.#busy.delete(key);
      });
    this.#busy.set(key, done);
  }

  #workFor(run: Run, isAlone: boolean, signal: AbortSignal): (() => Promise<unknown>) | null {
    const { starter, canceller, store, clock } = this.options;
    const now = clock.now();
    if (starter.isAsking(run.key) || canceller.isAsking(run.key)) return null;
    switch (run.state) {
      case "awaiting":
        return isExpired(run, now) ? () => this.#expire(run.key) : null;
      case "approved":
        return isExpired(run, now) ? () => this.#expire(run.key) : () => starter.ask(run.key, signal);
      case "starting":
        return isAlone || isLeaseOver(run.lease, now) ? () => starter.look(run.key, signal) : null;
      case "waiting":
        return !isHeldBack(run) && isDue(run, now) ? () => starter.retry(run.key, signal) : null;
      case "cancelling":
        if (isCancelDue(run, now) || (isAlone && !run.accepted)) return () => canceller.retry(run.key);
        break;
    }
    // Decided from the stored state at the time of writing: there may be news of the run since it was read.
    const givenUp = (stored: Run) => {
      if (!isLive(stored)) return null;
      const why = hopeless(stored, now);
      return why && lost(stored, why, now);
    };
    return this.#isGivenUp(run, now) ? () => store.update(run.key, givenUp) : null;
  }

  async #expire(key: string): Promise<void> {
    const { store, clock } = this.options;
    const now = clock.now();
    await store.update(key, (run) => {
      const isOpen = run.state === "awaiting" || run.state === "approved";
      return isOpen && isExpired(run, now) ? expired(run, now) : null;
    });
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

function isLookedFor(run: Run): boolean {
  return run.state === "starting" && run.looking;
}

/** Whether nobody approved it in time, or the bot was not there to start it. */
function isExpired({ state, approval }: RunIn<"awaiting" | "approved">, now: number): boolean {
  return state === "awaiting" ? isApprovalOver(approval, now) : isApprovalStale(approval, now);
}

/** When there may be something to do for a run as it is, epoch ms. */
function dueAt(run: Run): number {
  switch (run.state) {
    case "awaiting":
      return run.approval.until;
    case "approved":
      return 0;
    case "starting":
      return run.lease;
    case "waiting":
      return run.nextAt;
    case "cancelling":
      return run.accepted ? Number.POSITIVE_INFINITY : run.lease;
    default:
      return Number.POSITIVE_INFINITY;
  }
}

/** Why there is nothing left to learn about a run; `null` if there still is. */
function hopeless(run: LiveRun, now: number): "refused" | "unreachable" | "too_long" | null {
  if (run.trouble !== null) {
    // Hex can be asked, and refuses this run. Somebody waits for its end and must hear that the bot will not see it.
    if (isRefusal(run.trouble.facts.kind)) return "refused";
    if (now - run.trouble.since > UNREACHABLE_MS) return "unreachable";
  }
  // Somebody who cancels an older run is waiting for its end.
  const wantedAt = run.state === "cancelling" ? run.lease : run.requestedAt;
  return now - wantedAt > TOO_LONG_MS ? "too_long" : null;
}
