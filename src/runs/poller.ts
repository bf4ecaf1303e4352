// Keeps the runs in flight up to date: asks Hex as the plan says, and stores what it hears.

import type { Budget } from "../hex/budget.js";
import type { Call, HexClient } from "../hex/client.js";
import { HexError, type HexErrorKind, meansDisconnected, meansLater } from "../hex/errors.js";
import type { HexRun } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { nextPoll, type Poll, type Watched } from "./poll-plan.js";
import { isLive, LEASE_MS, type LiveRun, type Run } from "./run.js";
import type { RunStore } from "./store.js";
import { lost, observed, timed } from "./transitions.js";
import { overdueAfterMs, typicalDuration } from "./typical-duration.js";

export interface PollerOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
  budget: Budget;
  /** Longest sleep, in ms: how soon it hears of a run that another process has started. */
  napMs: number;
  /** Told of each run that was asked about: the time that its card shows has gone on. */
  onSeen: (key: string) => void;
  /** Told of what the watch did not expect; it goes on. */
  onError: (error: unknown) => void;
}

const MINUTE = 60_000;
const PATIENCE_MS = 15_000;
/** Pause after a failure of the connection, or a limit that does not say how long, in ms; doubles up to the last. */
const BACKOFF_MS = 5_000;
const MAX_BACKOFF_MS = 60_000;
/** Pause after a failure of the store, or of anything else that is not Hex's, in ms; doubles up to the last. */
const STUMBLE_MS = 1_000;
const MAX_STUMBLE_MS = 15_000;
/** How often Hex must say that a run is not there before it is believed. */
const MISSES = 3;
/** Failures in a row, of Hex as a whole or about one run, after which a card says so. */
const TROUBLE_AFTER = 2;
/** Runs of one project that one answer of GetProjectRuns can hold. */
const PAGE = 100;

/**
 * The list of a project's runs is refused, and the runs themselves need not be: Hex documents neither what it answers about a
 * project that was unpublished or is no longer shared.
 */
const ABOUT_THE_LIST: ReadonlySet<HexErrorKind> = new Set([
  "not_found",
  "unreadable",
  "bad_request",
  "forbidden",
  "not_published",
  "request_refused",
]);

export class Poller {
  /** When it last asked about each run, here and below by the monotonic clock. */
  #askedAt = new Map<string, number>();
  /** When each run began, and the date in the store that this was made of. */
  #since = new Map<string, { date: number; at: number }>();
  #misses = new Map<string, number>();
  /** How often in a row Hex could not be asked about a run. */
  #unheard = new Map<string, number>();
  /** Runs whose project's earlier runs have been read since. */
  #learnt = new Set<string>();
  /** Runs that were not among their project's latest, and must be asked for by their id. */
  #alone = new Set<string>();
  /** When the requests of the last minute were made. */
  #recent: number[] = [];
  /** How often in a row Hex could not be used at all. */
  #failures = 0;
  /** Hex is left alone until then. */
  #notBefore = 0;
  /** Since when the round under way has taken; null between two rounds. */
  #roundSince: number | null = null;
  /** Since when there have been runs in flight and no request about any; null: there are none. */
  #owedSince: number | null = null;
  readonly #loop: PollingLoop;

  constructor(private readonly options: PollerOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** Something has changed: there may be a run to ask about sooner than planned. */
  wake(): void {
    this.#loop.wake();
  }

  /** How long (ms) runs in flight have gone without a request, and whether that is because Hex asked to wait. */
  get standstill(): { ms: number; isLimited: boolean } {
    const now = this.options.clock.monotonic();
    const since = Math.min(this.#roundSince ?? now, this.#owedSince ?? now);
    return { ms: now - since, isLimited: this.#notBefore > now };
  }

  /** Watches until `signal` aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    const { clock, napMs, onError } = this.options;
    let stumbles = 0;
    await this.#loop.until(signal, async () => {
      this.#roundSince = clock.monotonic();
      try {
        const pauseMs = await this.#step(signal);
        stumbles = 0;
        return Math.min(napMs, pauseMs);
      } catch (error) {
        this.#roundSince = null;
        onError(error);
        // Nobody may wake it: each change of a run would, and what fails would be asked again at once.
        await clock.sleep(Math.min(MAX_STUMBLE_MS, STUMBLE_MS * 2 ** stumbles++), signal);
        return 0;
      } finally {
        this.#roundSince = null;
      }
    });
    this.#owedSince = null;
  }

  /** Makes the request that is due, if one is. @returns how long to wait for the next, in ms */
  async #step(signal: AbortSignal): Promise<number> {
    const { store, clock, budget } = this.options;
    const live = (await store.inFlight()).filter(isLive);
    this.#forgetOthers(live);
    const now = clock.monotonic();
    this.#owedSince = live.length === 0 ? null : (this.#owedSince ?? now);
    this.#recent = this.#recent.filter((at) => at > now - MINUTE);
    const share = { perMinute: budget.perMinute, waiting: budget.commandsActive, recent: this.#recent };
    const watched = live.map((run) => this.#watched(run));
    const next = nextPoll(watched, now, share);
    if (next === null) return this.options.napMs;
    const waitMs = Math.max(next.at, this.#notBefore) - clock.monotonic();
    if (waitMs > 0) return waitMs;
    await this.#ask(next, live, signal);
    return 0;
  }

  #watched(run: LiveRun): Watched {
    // One that is being stopped is soon over, however old it is.
    const stoppedAt = run.state === "cancelling" ? run.lease - LEASE_MS : null;
    const since = this.#sinceOf(run.key, stoppedAt ?? run.startedAt ?? run.requestedAt);
    const after = overdueAfterMs(run.typicalMs);
    const isTimed = run.state === "running" && run.startedAt !== null && run.overdue === null;
    return {
      key: run.key,
      projectId: run.project.id,
      runId: run.hex.runId,
      since,
      askedAt: this.#askedAt.get(run.key) ?? null,
      typicalMs: stoppedAt === null ? run.typicalMs : null,
      overdueAt: isTimed && after !== null ? since + after : null,
      alone: this.#alone.has(run.key),
    };
  }

  /** A date as the monotonic clock's time, made once: a clock that is set later makes the run neither older nor younger. */
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
    for (const known of [this.#askedAt, this.#since, this.#misses, this.#unheard, this.#alone, this.#learnt]) {
      for (const key of known.keys()) if (!keys.has(key)) known.delete(key);
    }
  }

  async #ask(poll: Poll, live: readonly LiveRun[], signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    const keys = new Set(poll.watched.map((watched) => watched.key));
    const runs = live.filter((run) => keys.has(run.key));
    const [first, ...others] = runs;
    if (first === undefined) return;
    this.#recent.push(clock.monotonic());
    try {
      const isKnown = this.#alone.has(first.key) || this.#learnt.has(first.key);
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
      await this.#saw(run.key, await this.options.hex.run(run.project.id, run.hex.runId, callOf(run, signal)));
      this.#misses.delete(run.key);
    } catch (error) {
      if (!(error instanceof HexError) || error.kind !== "not_found") throw error;
      await this.#missed(run);
    }
  }

  /** One request for all runs of a project; the first one also tells how long its runs usually take. */
  async #askTogether(projectId: string, runs: readonly LiveRun[], signal: AbortSignal): Promise<void> {
    const [first] = runs;
    if (first === undefined) return;
    const page = await this.options.hex
      .runs(projectId, { limit: PAGE }, callOf(first, signal))
      .catch((error: unknown) => {
        // Perhaps it can be told of each run by itself.
        if (error instanceof HexError && ABOUT_THE_LIST.has(error.kind)) return null;
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
      else this.#alone.add(run.key);
    }
  }

  async #learn(key: string, typicalMs: number): Promise<void> {
    await this.options.store.update(key, (run) => ({ ...run, typicalMs }));
  }

  async #saw(key: string, seen: HexRun): Promise<void> {
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
    const misses = (this.#misses.get(run.key) ?? 0) + 1;
    this.#misses.set(run.key, misses);
    if (misses < MISSES) return;
    await this.options.store.update(run.key, (stored) =>
      isLive(stored) ? lost(stored, "vanished", this.options.clock.now()) : null,
    );
  }

  /** Hex could not be asked: when that is so for all it is left alone for a while, and after more than one time cards say so. */
  async #failed(error: HexError, runs: readonly LiveRun[]): Promise<void> {
    const { store, clock } = this.options;
    const since = clock.now();
    const isLimit = meansLater(error.kind);
    const isOfAll = isLimit || meansDisconnected(error.kind);
    // The bot's own budget says nothing of Hex, and the next failure would not be the second in a row.
    if (isOfAll && error.kind !== "budget_spent") this.#failures++;
    for (const { key } of runs) {
      const unheard = (this.#unheard.get(key) ?? 0) + 1;
      this.#unheard.set(key, unheard);
      if (isLimit || Math.max(unheard, isOfAll ? this.#failures : 0) < TROUBLE_AFTER) continue;
      await store.update(key, (run) =>
        isLive(run) && run.trouble?.facts.kind !== error.kind
          ? { ...run, trouble: { facts: error.facts, since: run.trouble?.since ?? since } }
          : null,
      );
    }
    const backoff = isOfAll ? Math.min(MAX_BACKOFF_MS, BACKOFF_MS * 2 ** Math.max(0, this.#failures - 1)) : 0;
    // A limit is waited for, and longer each time. What fails may name any time too, and must not hold up the cards for so long.
    this.#notBefore = clock.monotonic() + Math.max(backoff, isLimit ? (error.facts.retryAfterMs ?? 0) : 0);
  }
}

function callOf(run: LiveRun, signal: AbortSignal): Call {
  return { reference: run.reference, priority: "watch", patienceMs: PATIENCE_MS, signal };
}
