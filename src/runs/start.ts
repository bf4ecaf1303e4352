// Starts a run once, whatever fails: the intent is stored before the request, and after an answer that leaves it open
// whether the run exists, the run is looked for before anything is said.

import type { Clock } from "../clock.js";
import type { Call, HexClient, RunRequest } from "../hex/client.js";
import { HexError, provesNoEffect } from "../hex/errors.js";
import type { HexRun } from "../hex/schema.js";
import {
  adopted,
  type Intent,
  intended,
  lost,
  type Run,
  type RunIn,
  type RunOptions,
  refused,
  started,
} from "./run.js";
import type { RunStore } from "./store.js";

/** How often, and after which pauses (ms), a run is looked for: Hex may list it a little later than it starts it. */
const LOOKS_AFTER_MS = [0, 3_000, 10_000];
/** How far Hex's clock may be behind the bot's, in ms. */
const SKEW_MS = 10_000;
const PATIENCE_MS = 30_000;

export interface StarterOptions {
  hex: HexClient;
  store: RunStore;
  clock: Clock;
}

export class Starter {
  constructor(private readonly options: StarterOptions) {}

  /** Stores what somebody wants. False when it was stored before: then there is nothing to ask for. */
  intend(intent: Intent): Promise<boolean> {
    return this.options.store.insert(intended(intent));
  }

  /** Asks Hex, once, to start what is stored. */
  async ask(key: string): Promise<Run> {
    const { hex, store, clock } = this.options;
    const run = await store.get(key);
    if (run === null) throw new Error(`run ${key} is not in the store`);
    const outcome = await hex.startRun(run.project.id, requestOf(run.options), callOf(run)).catch(caught);
    if (!(outcome instanceof HexError)) return this.#settle(key, (stored) => started(stored, outcome));
    if (provesNoEffect(outcome.kind)) return this.#settle(key, (stored) => refused(stored, outcome.facts, clock.now()));
    return this.look(key);
  }

  /** Looks for the run of an intent whose request may or may not have arrived, and adopts it or says that it is not known. */
  async look(key: string): Promise<Run> {
    const { clock } = this.options;
    let run = await this.#change(key, (found) => (found.state === "starting" ? { ...found, looking: true } : null));
    for (const pause of LOOKS_AFTER_MS) {
      if (run.state !== "starting") return run;
      await clock.sleep(pause);
      const found = await this.#candidates(run).catch(caught);
      if (found instanceof HexError || found.length === 0) continue;
      const [only, ...others] = found;
      run = await this.#settle(key, (looked) =>
        only !== undefined && others.length === 0
          ? adopted(looked, only, clock.now())
          : lost(looked, "several", clock.now()),
      );
    }
    return this.#settle(key, (unfound) => lost(unfound, "start_unknown", clock.now()));
  }

  /** What was being started when the process ended: whether the request arrived is not known. */
  async resume(): Promise<void> {
    const runs = await this.options.store.inFlight();
    await Promise.all(runs.filter((run) => run.state === "starting").map((run) => this.look(run.key)));
  }

  #settle(key: string, settle: (run: RunIn<"starting">) => Run): Promise<Run> {
    return this.#change(key, (run) => (run.state === "starting" ? settle(run) : null));
  }

  async #change(key: string, change: (run: Run) => Run | null): Promise<Run> {
    const result = await this.options.store.update(key, change);
    if (result === null) throw new Error(`run ${key} is not in the store`);
    return result.run;
  }

  /** Runs of the project that the API started since the intent and that belong to no other intent. */
  async #candidates(run: Run): Promise<HexRun[]> {
    const { hex, store } = this.options;
    const page = await hex.runs(run.project.id, { limit: 25, trigger: "API" }, callOf(run));
    const since = run.requestedAt - SKEW_MS;
    const recent = page.runs.filter((one) => one.startTime === null || one.startTime >= since);
    const taken = await store.byHexRuns(recent.map((one) => one.runId));
    return recent.filter((one) => !taken.has(one.runId));
  }
}

function callOf(intent: Intent): Call {
  return { reference: intent.reference, priority: "command", patienceMs: PATIENCE_MS };
}

/** What RunProject is sent for these options. */
export function requestOf(options: RunOptions): RunRequest {
  return {
    inputParams: options.inputs,
    useCachedSqlResults: options.fresh ? false : undefined,
    updatePublishedResults: options.publish || undefined,
    viewId: options.view ?? undefined,
  };
}

function caught(error: unknown): HexError {
  if (error instanceof HexError) return error;
  throw error;
}
