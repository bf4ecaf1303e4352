// The file of the embedded store: whether it is still there, and what a copy of it holds.

import { statSync } from "node:fs";
import type Database from "libsql";
import type { Clock } from "../lib/clock.js";
import { StoreFailure } from "./failure.js";

/** How old, in ms, what a copy of the file alone lacks may be. */
const CHECKPOINT_MS = 5 * 60_000;

export class DatabaseFile {
  /** What was there when it was seen first, by path. */
  readonly #seen = new Map<string, string>();

  /** `file`: open. `path`: where it is. */
  constructor(
    private readonly file: Database.Database,
    readonly path: string,
  ) {
    this.assertThere();
  }

  /**
   * A file that is deleted or replaced while it is open goes on to be written to, and nobody finds it again. So does the log
   * beside it, which holds what was written last.
   * @throws StoreFailure `file_gone`
   */
  assertThere(): void {
    for (const path of [this.path, `${this.path}-wal`]) {
      const now = identityOf(path);
      const before = this.#seen.get(path);
      // The log is there from the first write on.
      if (before === undefined && now !== null) this.#seen.set(path, now);
      if (before !== undefined && before !== now) {
        throw new StoreFailure("file_gone", new Error(`${path} was deleted, moved or replaced`));
      }
    }
  }

  /** Writes all that stands in the log beside it into the file itself, so that a copy of the one file holds everything. */
  checkpoint(): void {
    this.file.pragma("wal_checkpoint(TRUNCATE)");
  }

  /** Does so again and again, until `signal` aborts. What stops it, such as a full disk, shows where something is written. */
  async keepWhole(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.checkpoint();
      } catch {
        // The next one may work.
      }
      await clock.sleep(CHECKPOINT_MS, signal);
    }
  }
}

/** null: there is none. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
