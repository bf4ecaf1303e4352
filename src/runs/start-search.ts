// Looks in Hex for the run of a start that was perhaps never answered.

import type { HexClient } from "../hex/client.js";
import { asHexError, HexError, type HexErrorFacts, meansLater } from "../hex/errors.js";
import { PAGE_SIZE } from "../hex/pages.js";
import { type HexRun, startOrEnd } from "../hex/schema.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { changeStarting } from "./change-run.js";
import { LONGEST_HOLD_MS, type Run, type RunIn, startableSince } from "./run.js";
import { callOf } from "./start-request.js";
import type { RunStore } from "./store.js";
import { adopted, lookedFor, lost, START_TIMEOUT_MS } from "./transitions.js";

/** The pauses (ms) before each attempt to find a run. Hex may list a run a little later than it starts it. */
const LOOKS_AFTER_MS = [0, 3_000, LONGEST_HOLD_MS];
/** The most attempts, including those that have to wait for their turn: Hex's limit lasts a minute, and others may be waiting. */
const MOST_LOOKS = LOOKS_AFTER_MS.length + 12;
/** More than all looks after a start take, in ms. */
const LOOKING_MS = 6 * MINUTE;
/** How far a run's start time may be off, in ms, because the difference between the clocks is not known exactly. */
const SKEW_MS = 10_000;

export interface StartSearchOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
}

export class StartSearch {
  constructor(private readonly options: StartSearchOptions) {}

  /**
   * Adopts the run of an intent whose request may or may not have arrived, or says that it is not known. `signal` ends that: another
   * process looks as soon as the lease is over. `facts` is the failure that left it open. @throws StoreFailure
   */
  async look(key: string, signal: AbortSignal | undefined, facts: HexErrorFacts | null): Promise<Run> {
    const { store, clock } = this.options;
    let why: RunIn<"lost">["why"] = "start_unknown";
    let isListed = false;
    let lease = 0;
    for (let look = 0, looks = LOOKS_AFTER_MS.length; look < looks; look++) {
      const pause = LOOKS_AFTER_MS[look] ?? LONGEST_HOLD_MS;
      const run = await changeStarting(store, key, (stored) => lookedFor(stored, facts, clock.now(), pause));
      if (run.state !== "starting") return run;
      lease = run.lease;
      await clock.sleep(pause, signal);
      if (signal?.aborted) return run;
      const found = await this.#candidates(run).catch(asHexError);
      if (found instanceof HexError) {
        if (meansLater(found.kind)) looks = Math.min(looks + 1, MOST_LOOKS);
        continue;
      }
      isListed = true;
      const [only, ...others] = found.runs;
      if (only !== undefined && others.length === 0 && !found.disputed && !isLater(only, run, clock.now())) {
        return changeStarting(store, key, (looked) => adopted(looked, only, clock.now()));
      }
      why = only === undefined ? "start_unknown" : "several";
    }
    // A different lease means that another process is looking by now, because this one took too long.
    return changeStarting(store, key, (unfound) =>
      unfound.lease === lease ? { ...lost(unfound, why, clock.now()), unlisted: !isListed } : unfound,
    );
  }

  /**
   * Runs of the project that the API started since the intent and that belong to no other intent. `disputed`: they may belong to
   * another intent whose run is not known either, or there may be others that could not be read.
   */
  async #candidates(run: Run): Promise<{ runs: HexRun[]; disputed: boolean }> {
    const { hex, store, clock } = this.options;
    // The largest page: Hex promises no order, and the run in question should be among them.
    const page = await hex.runs(run.project.id, { limit: PAGE_SIZE, trigger: "API" }, callOf(run));
    // A clock that has been set back since then must not hide the run.
    const since = Math.min(startableSince(run), clock.now()) - SKEW_MS;
    const recent = page.runs.filter((one) => (startOrEnd(one) ?? since) >= since);
    // The order matters: an intent that gets its run in between counts among those that have one.
    const disputed = !page.isWhole || (await store.hasRival(run));
    const taken = await store.taken(recent.map((one) => one.runId));
    return { runs: recent.filter((one) => !taken.has(one.runId)), disputed };
  }
}

/**
 * Whether a run may be one that somebody else started later: it began, or is still to begin, after Hex was asked for this one and the
 * bot had looked for it. Somebody wants the bot to look again, perhaps hours later.
 */
function isLater(found: HexRun, intent: RunIn<"starting">, now: number): boolean {
  return (startOrEnd(found) ?? now) > startableSince(intent) + START_TIMEOUT_MS + LOOKING_MS;
}
