// Keeps the runs in flight up to date: asks Hex according to the plan, and stores the answers.

import type { BudgetShare } from "../hex/budget.js";
import type { Call, HexClient } from "../hex/client.js";
import { HexError, isRefusal, meansDisconnected, meansLater, type Operation } from "../hex/errors.js";
import { PAGE_SIZE } from "../hex/pages.js";
import type { HexRun } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { MINUTE } from "../lib/time.js";
import { nextPoll, type Poll, type PolledRun } from "./poll-plan.js";
import { isLive, LEASE_MS, type LiveRun, type Run } from "./run.js";
import type { RunStore } from "./store.js";
import { lost, observed, timed } from "./transitions.js";
import { overdueAfterMs, typicalDuration } from "./typical-duration.js";

export interface PollerOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
  /** What polls may use of the budget. */
  share: BudgetShare;
  /** The longest sleep, in ms, and so the longest time until it notices a run that another process has started. */
  maxSleepMs: number;
  /** Called for each run that Hex was asked about, because the elapsed time on its card has changed. */
  onSeen: (key: string) => void;
  /** Called with unexpected errors; polling continues. */
  onError: (error: unknown) => void;
}

const TIMEOUT_MS = 15_000;
/** The pause after a failed connection, or a limit without a time, in ms. It doubles up to the second value. */
const BACKOFF_MS = 5_000;
const MAX_BACKOFF_MS = MINUTE;
/** The pause after a failure of the store, or of anything else but Hex, in ms. It doubles up to the second value. */
const STUMBLE_MS = 1_000;
const MAX_STUMBLE_MS = 15_000;
/** How many times, and for how long (ms), Hex must say that a run does not exist before the bot believes it. */
const MISSES = 3;
const MISSING_MS = 2 * MINUTE;
/** After this many failures in a row, of Hex as a whole or about one run, the card says so. */
const TROUBLE_AFTER = 2;
/** How long (ms) the runs of a project whose list cannot be read are requested by id before the list is tried again. */
const UNLISTED_MS = 5 * MINUTE;

/**
 * Whether Hex refuses either the list of a project's runs or a run, but perhaps not both. It does not document what it answers about
 * either when a project was unpublished or is no longer shared.
 */
function mayAnswerOtherwise({ kind }: HexError): boolean {
  return isRefusal(kind) || kind === "unreadable";
}

export class Poller {
  /** When it last asked about each run. Here and below, times are by the monotonic clock. */
  #askedAt = new Map<string, number>();
  /** When each run began, and the stored date that this was derived from. */
  #since = new Map<string, { date: number; at: number }>();
  /** How many times in a row Hex has not found each run, and since when. */
  #misses = new Map<string, { count: number; since: number }>();
  /** How many times in a row Hex could not be asked about each run. */
  #unheard = new Map<string, number>();
  /** Runs whose project's earlier runs have already been read for them. */
  #learnt = new Set<string>();
  /** Until when runs are requested by id: for ever if they were not among their project's latest. */
  #aloneUntil = new Map<string, number>();
  /** When the last request was made; `null` if none was. */
  #lastAt: number | null = null;
  /** How many times in a row Hex could not be used at all. */
  #failures = 0;
  /** No polls until then. */
  #notBefore = 0;
  /** When the current round began; `null` between two rounds. */
  #roundSince: number | null = null;
  /** Since when there have been runs in flight without any request about them; `null` when there are none. */
  #owedSince: number | null = null;
  readonly #loop: PollingLoop;

  constructor(private readonly options: PollerOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** Something has changed, so there may be a run to ask about sooner than planned. */
  wake(): void {
    this.#loop.wake();
  }

  /** How long (ms) there have been runs in flight without a request about them, and whether that is because Hex asked to wait. */
  get stalled(): { ms: number; isLimited: boolean } {
    const now = this.options.clock.monotonic();
    const since = Math.min(this.#roundSince ?? now, this.#owedSince ?? now);
    return { ms: now - since, isLimited: this.#notBefore > now };
  }

  /** Polls until `signal` aborts. */
  async poll(signal: AbortSignal): Promise<void> {
    const { clock, maxSleepMs, onError } = this.options;
    let stumbles = 0;
    await this.#loop.until(signal, async () => {
      this.#roundSince = clock.monotonic();
      try {
        const pauseMs = await this.#step(signal);
        stumbles = 0;
        return Math.min(maxSleepMs, pauseMs);
      } catch (error) {
        this.#roundSince = null;
        onError(error);
        // It must not be woken here: each change of a run would wake it, and a request that failed would be repeated at once.
        await clock.sleep(Math.min(MAX_STUMBLE_MS, STUMBLE_MS * 2 ** stumbles++), signal);
        return 0;
      } finally {
        this.#roundSince = null;
      }
    });
    this.#owedSince = null;
  }

  /** Makes the request that is due, if any. @returns how long to wait for the next one, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { store, clock, share } = this.options;
    const live = (await store.inFlight()).filter(isLive);
    this.#forgetOthers(live);
    const now = clock.monotonic();
    this.#owedSince = live.length === 0 ? null : (this.#owedSince ?? now);
    const polled = live.map((run) => this.#polled(run));
    const next = nextPoll(polled, now, { perMinute: share.perMinute, lastAt: this.#lastAt });
    if (next === null) return this.options.maxSleepMs;
    const waitMs = Math.max(next.at, this.#notBefore) - clock.monotonic();
    if (waitMs > 0) return waitMs;
    await this.#ask(next, live, signal);
    return 0;
  }

  #polled(run: LiveRun): PolledRun {
    // A run that is being stopped ends soon, however old it is.
    const stoppedAt = run.state === "cancelling" ? run.lease - LEASE_MS : null;
    const since = this.#sinceOf(run.key, stoppedAt ?? run.startedAt ?? run.requestedAt);
    const after = overdueAfterMs(run.typicalMs);
    const isTimed = run.state === "running" && run.startedAt !== null && run.overdue === null;
    return {
      key: run.key,
      projectId: run.project.id,
      since,
      askedAt: this.#askedAt.get(run.key) ?? null,
      typicalMs: stoppedAt === null ? run.typicalMs : null,
      overdueAt: isTimed && after !== null ? since + after : null,
      alone: this.#isAlone(run.key),
    };
  }

  #isAlone(key: string): boolean {
    return (this.#aloneUntil.get(key) ?? 0) > this.options.clock.monotonic();
  }

  /** Converts a date to the monotonic clock once, so that setting the clock later makes the run neither older nor younger. */
  #sinceOf(key: string, date: number): number {
    const known = this.#since.get(key);
    if (known?.date === date) return known.at;
    const { clock } = this.options;
    const at = clock.monotonic() - Math.max(0, clock.now() - date);
    this.#since.set(key, { date, at });
    return at;
  }

  #forgetOthers(live: readonly LiveRun[]): void {
    const keys = new Set(live.map((run) => run.key));
    for (const known of [this.#askedAt, this.#since, this.#misses, this.#unheard, this.#aloneUntil, this.#learnt]) {
      for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    }
  }

  async #ask(poll: Poll, live: readonly LiveRun[], signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const keys = new Set(poll.runs.map(({ key }) => key));
    const runs = live.filter((run) => keys.has(run.key));
    const [first, ...others] = runs;
    if (first === undefined) return;
    this.#lastAt = clock.monotonic();
    try {
      const isKnown = this.#isAlone(first.key) || this.#learnt.has(first.key);
      if (others.length === 0 && isKnown) await this.#askAlone(first, signal);
      else await this.#askTogether(poll.projectId, runs, signal);
      this.#failures = 0;
      for (const { key } of runs) this.#unheard.delete(key);
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      if (!signal.aborted) await this.#failed(error, runs);
    } finally {
      this.#owedSince = clock.monotonic();
      for (const run of runs) this.#askedAt.set(run.key, this.#owedSince);
    }
  }

  async #askAlone(run: LiveRun, signal: AbortSignal): Promise<void> {
    try {
      await this.#saw(run.key, await this.options.hex.run(run.project.id, run.hex.runId, this.#callOf(run, signal)));
    } catch (error) {
      if (!(error instanceof HexError)) throw error;
      // The project's list of runs may still have it.
      if (mayAnswerOtherwise(error)) this.#learnt.delete(run.key);
      if (error.kind !== "not_found") throw error;
      this.#aloneUntil.delete(run.key);
      await this.#missed(run);
    }
  }

  /** One request for all runs of a project. The first one also shows how long the project's runs usually take. */
  async #askTogether(projectId: string, runs: readonly LiveRun[], signal: AbortSignal): Promise<void> {
    const [first] = runs;
    if (first === undefined) return;
    const page = await this.options.hex
      .runs(projectId, { limit: PAGE_SIZE }, this.#callOf(first, signal))
      .catch((error: unknown) => {
        // Hex may still answer about each run on its own.
        if (error instanceof HexError && mayAnswerOtherwise(error)) return null;
        throw error;
      });
    for (const run of runs) this.#learnt.add(run.key);
    const seen = new Map((page?.runs ?? []).map((run) => [run.runId, run]));
    const asked = new Set(runs.map(({ hex }) => hex.runId));
    const typicalMs = typicalDuration([...seen.values()].filter(({ runId }) => !asked.has(runId)));
    for (const run of runs) {
      if (typicalMs !== null && run.typicalMs === null) await this.#learn(run.key, typicalMs);
      const found = seen.get(run.hex.runId);
      if (found) await this.#saw(run.key, found);
      else this.#aloneUntil.set(run.key, Number.POSITIVE_INFINITY);
    }
  }

  async #learn(key: string, typicalMs: number): Promise<void> {
    await this.options.store.update(key, (run) => ({ ...run, typicalMs }));
  }

  async #saw(key: string, seen: HexRun): Promise<void> {
    this.#misses.delete(key);
    await this.options.store.update(key, (run) => (isLive(run) ? this.#timed(observed(run, seen, this.#now)) : null));
    this.options.onSeen(key);
  }

  get #now(): number {
    return this.options.clock.now();
  }

  #timed(run: Run): Run {
    if (run.state !== "running" || run.startedAt === null) return run;
    return timed(run, this.options.clock.monotonic() - this.#sinceOf(run.key, run.startedAt), this.#now);
  }

  async #missed(run: LiveRun): Promise<void> {
    const { store, clock } = this.options;
    const now = clock.monotonic();
    const { count, since } = this.#misses.get(run.key) ?? { count: 0, since: now };
    this.#misses.set(run.key, { count: count + 1, since });
    if (count + 1 < MISSES || now - since < MISSING_MS) return;
    await store.update(run.key, (stored) => (isLive(stored) ? lost(stored, "vanished", clock.now()) : null));
  }

  /** Hex could not be asked. If Hex as a whole failed, polling pauses for a while, and after more than one failure the cards say so. */
  async #failed(error: HexError, runs: readonly LiveRun[]): Promise<void> {
    const { store, clock } = this.options;
    const since = clock.now();
    const isLimit = meansLater(error.kind);
    const isOfAll = isLimit || meansDisconnected(error.kind);
    // A spent budget says nothing about Hex, so the next failure would not be the second in a row.
    if (isOfAll && error.kind !== "budget_spent") this.#failures++;
    for (const { key } of runs) {
      const unheard = (this.#unheard.get(key) ?? 0) + 1;
      this.#unheard.set(key, unheard);
      if (isLimit || Math.max(unheard, isOfAll ? this.#failures : 0) < TROUBLE_AFTER) continue;
      this.#askOtherwise(key, error.facts.operation);
      await store.update(key, (run) =>
        isLive(run) && run.trouble?.facts.kind !== error.kind
          ? { ...run, trouble: { facts: error.facts, since: run.trouble?.since ?? since } }
          : null,
      );
    }
    const backoff = isOfAll ? Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** Math.max(0, this.#failures - 1)) : 0;
    // After a limit, it waits as long as asked, and longer each time. A failure may name a time too, but must not hold up the cards that long.
    this.#notBefore = clock.monotonic() + Math.max(backoff, isLimit ? (error.facts.retryAfterMs ?? 0) : 0);
  }

  /** Hex may list a project's runs and not answer about one of them, or the other way round. The next request is the other one. */
  #askOtherwise(key: string, failed: Operation): void {
    if (failed === "listRuns") this.#aloneUntil.set(key, this.options.clock.monotonic() + UNLISTED_MS);
    else {
      this.#aloneUntil.delete(key);
      this.#learnt.delete(key);
    }
  }

  #callOf({ reference }: LiveRun, signal: AbortSignal): Call {
    return { reference, priority: this.options.share, timeoutMs: TIMEOUT_MS, signal };
  }
}
