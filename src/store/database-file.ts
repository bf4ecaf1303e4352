// The file of the embedded store: whether it is still there, and whether a copy of it would be complete.

import { statSync } from "node:fs";
import type Database from "libsql";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { StoreFailure } from "./failure.js";

/** In the folder of the embedded store. */
export const FILE_NAME = "hex-bot.db";
/** In ms. The oldest write that a copy of the file alone may lack. */
const CHECKPOINT_MS = 5 * MINUTE;

export class DatabaseFile {
  /** The identity of each file when it was first seen, by path. */
  readonly #seen = new Map<string, string>();

  /** `file` is the open file, `path` is where it is. */
  constructor(
    private readonly file: Database.Database,
    readonly path: string,
  ) {
    this.assertThere();
  }

  /**
   * A file that is deleted or replaced while it is open can still be written to, but nobody will find it again. The same goes for the
   * log next to it, which has the latest writes.
   * @throws StoreFailure `file_gone`
   */
  assertThere(): void {
    for (const path of [this.path, `${this.path}-wal`]) {
      const now = identityOf(path);
      const before = this.#seen.get(path);
      // The log exists from the first write on.
      if (before === undefined && now !== null) this.#seen.set(path, now);
      if (before !== undefined && before !== now) {
        throw new StoreFailure("file_gone", new Error(`${path} was deleted, moved or replaced`));
      }
    }
  }

  /** Writes everything in the log next to it into the file itself, so that a copy of that one file is complete. */
  checkpoint(): void {
    this.file.pragma("wal_checkpoint(TRUNCATE)");
  }

  /** Keeps doing so until `signal` aborts. Whatever prevents it, such as a full disk, shows up where something is written. */
  async keepWhole(clock: Clock, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        this.checkpoint();
      } catch {
        // The next attempt may work.
      }
      await clock.sleep(CHECKPOINT_MS, signal);
    }
  }
}

/** `null` when there is no file. */
function identityOf(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : `${found.dev}:${found.ino}`;
}
