// Records what people do, in the store and as a line of the log, which is the second copy.

import type { Clock } from "../lib/clock.js";
import type { Logger } from "../log/logger.js";
import type { AuditEntry } from "./audit-entry.js";
import type { AuditStore } from "./audit-store.js";

export interface AuditLogOptions {
  store: Pick<AuditStore, "add">;
  clock: Clock;
  log: Logger;
}

/** How many entries wait in memory for a store that does not take them. */
const MOST_WAITING = 10_000;
/** The pause (ms) before the store is tried again. */
const AGAIN_MS = 5_000;

export class AuditLog {
  /** What the store has not taken yet, the oldest first. */
  #waiting: AuditEntry[] = [];
  /** Entries that never reached the store, because too many were waiting. The log has them. */
  #dropped = 0;

  readonly #lines: Logger;

  constructor(private readonly options: AuditLogOptions) {
    const { log } = options;
    // Entries are lines of the log at any level, because they are the second copy.
    this.#lines = log.level === "silent" ? log : log.child({}, { level: "info" });
  }

  /** How many entries wait for the store. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Records what may happen only if it is recorded. @throws StoreFailure when the store does not take it */
  async demand(entry: AuditEntry): Promise<void> {
    await this.options.store.add([entry]);
    this.#say(entry);
  }

  /** Records what happens anyway. If the store does not take it, it is entered later. Never rejects. */
  async record(entry: AuditEntry): Promise<void> {
    this.#say(entry);
    try {
      await this.options.store.add([entry]);
    } catch (err) {
      this.options.log.error(
        { err, id: entry.id },
        "The store does not take an entry of the audit log: it is tried again",
      );
      this.#keep(entry);
    }
  }

  /** Enters what the store did not take, until `signal` aborts; then tries once more. Never rejects. */
  async enterLater(signal: AbortSignal): Promise<void> {
    const { clock } = this.options;
    while (!signal.aborted) {
      await clock.sleep(AGAIN_MS, signal);
      await this.#enterWaiting();
    }
  }

  async #enterWaiting(): Promise<void> {
    const entries = this.#waiting;
    if (entries.length === 0) return;
    const { store, log } = this.options;
    try {
      await store.add(entries);
      this.#waiting = this.#waiting.slice(entries.length);
      log.info({ entries: entries.length, dropped: this.#dropped }, "The store has taken the audit log's entries");
      this.#dropped = 0;
    } catch {
      // It was said once for each entry.
    }
  }

  #keep(entry: AuditEntry): void {
    if (this.#waiting.length < MOST_WAITING) this.#waiting = [...this.#waiting, entry];
    else this.#dropped += 1;
  }

  #say(entry: AuditEntry): void {
    this.#lines.info({ audit: entry }, "audit");
  }
}
