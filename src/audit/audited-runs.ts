// Records the outcome of the runs that people ask for.

import type { Clock } from "../lib/clock.js";
import { dropOldest } from "../lib/keep-latest.js";
import type { Run } from "../runs/run.js";
import type { RunStore } from "../runs/store.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditLog } from "./audit-log.js";
import type { AuditStore } from "./audit-store.js";
import { askedId, endedId, lostId, runEntries } from "./run-entries.js";

export interface AuditedRunsOptions {
  audit: Pick<AuditLog, "record">;
  store: Pick<AuditStore, "missing">;
  runs: Pick<RunStore, "recentlyEnded">;
  clock: Clock;
}

/** How many entries are known to be there, so that they are not written again at each change of a run. */
const REMEMBERED = 2_000;
/** How many of the runs that ended last are looked at for a missing end. */
const LATEST = 500;

export class AuditedRuns {
  /** The ids of recorded entries, the oldest first. */
  readonly #recorded = new Set<string>();

  constructor(private readonly options: AuditedRunsOptions) {}

  /** To be called for each change of a run. Never rejects. */
  async note(run: Run): Promise<void> {
    const entries = runEntries(run, this.options.clock.now()).filter(({ id }) => !this.#recorded.has(id));
    if (entries.length === 0) return;
    for (const { id } of entries) this.#remember(id);
    await this.#recordMissing(run, entries);
  }

  /** Records the ends of runs whose process died before it did. Rejects when the store fails. */
  async complete(): Promise<void> {
    const { store, runs, clock } = this.options;
    const ended = await runs.recentlyEnded(LATEST);
    // Runs from before there was an audit log have no entry to complete.
    const askedIds = new Map(
      ended.flatMap(({ key, requester }) => (requester === null ? [] : [[key, askedId(key, requester)]])),
    );
    const unasked = new Set(await store.missing([...askedIds.values()]));
    const asked = ended.filter(({ key }) => {
      const id = askedIds.get(key);
      return id !== undefined && !unasked.has(id);
    });
    const missing = new Set(await store.missing(asked.flatMap(endIds)));
    for (const run of asked) {
      if (endIds(run).every((id) => missing.has(id))) await this.#recordMissing(run, runEntries(run, clock.now()));
    }
  }

  /** Records those that the store lacks. The others may be from before a restart, or from another process. Never rejects. */
  async #recordMissing(run: Run, entries: readonly AuditEntry[]): Promise<void> {
    const { store, audit } = this.options;
    // An older version recorded that a run was lost as its end.
    const sameIds = ({ id }: AuditEntry) => (id === lostId(run.key) ? endIds(run) : [id]);
    const ids = entries.flatMap(sameIds);
    // Twice is better than not at all.
    const missing = new Set(await store.missing(ids).catch(() => ids));
    for (const entry of entries) {
      if (sameIds(entry).every((id) => missing.has(id))) await audit.record(entry);
    }
  }

  #remember(id: string): void {
    this.#recorded.add(id);
    dropOldest(this.#recorded, REMEMBERED);
  }
}

/** The ids of the entries that say how a run ended: each of them is enough. */
function endIds({ key, state }: Run): string[] {
  return state === "lost" ? [lostId(key), endedId(key)] : [endedId(key)];
}
