// Opens the embedded store, and what both stores have in common.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import Database from "libsql";
import { DatabaseFile } from "./database-file.js";
import { storeFailureOf } from "./failure.js";
import { GuardedDialect } from "./guarded-dialect.js";
import { DamagedStoreError, migrateFile, NewerStoreError } from "./migrate.js";
import type { PostgresFailure } from "./postgres-failure.js";
import type { Tables } from "./tables.js";
import { textsAsBytes } from "./texts-as-bytes.js";

export type Db = Kysely<Tables>;

export interface Store {
  db: Db;
  close: () => Promise<void>;
  /** Of the embedded store. */
  file?: DatabaseFile;
}

/**
 * The store cannot be used. `kind`: `held` when another process works on the same file, `newer` when a newer version of the
 * bot has changed its shape, `damaged` when a file holds what the bot cannot have written, Postgres' own failures by their names, `unusable` (a file) and `unusable_postgres` otherwise; the
 * message is the operating system's or the database's. `where` holds no password.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly kind: "held" | "newer" | "damaged" | "unusable" | "unusable_postgres" | PostgresFailure,
    readonly where: string,
    cause?: unknown,
  ) {
    super(cause instanceof Error ? cause.message : kind, { cause });
  }
}

/**
 * Opens `hex-bot.db` in a folder, which is made when it is not there. This process then holds it alone.
 * Every commit is on the disk before it counts (`synchronous=FULL`): a run that was started must survive a power cut.
 * @throws StoreError
 */
export async function openEmbedded(dataDir: string): Promise<Store> {
  const path = join(dataDir, "hex-bot.db");
  try {
    mkdirSync(dataDir, { recursive: true });
    const unlock = lock(`${path}.lock`);
    let file: Database.Database | null = null;
    try {
      file = new Database(path);
      file.pragma("journal_mode = WAL");
      file.pragma("synchronous = FULL");
      const { dialect, plugin } = textsAsBytes({ database: file });
      const db = new Kysely<Tables>({ dialect: new GuardedDialect(dialect), plugins: [plugin] });
      await migrateFile(db);
      const own = new DatabaseFile(file, path);
      return { db, close: () => closeFile(own, db).finally(unlock), file: own };
    } catch (error) {
      file?.close();
      unlock();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    if (error instanceof NewerStoreError) throw new StoreError("newer", path, error);
    if (error instanceof DamagedStoreError || storeFailureOf(error).kind === "damaged") {
      throw new StoreError("damaged", path, error);
    }
    const isHeld = error instanceof Error && /database is locked/i.test(error.message);
    throw new StoreError(isHeld ? "held" : "unusable", path, error);
  }
}

/** Whoever copies the file afterwards has everything. What cannot be brought into it stays in the log, which is read again. */
async function closeFile(file: DatabaseFile, db: Db): Promise<void> {
  try {
    file.checkpoint();
  } catch {
    // A full disk, for one.
  }
  await db.destroy();
}

/**
 * Holds a file for as long as this process lives, kill -9 included: an open transaction of SQLite's, on a file of its own.
 * @returns what lets it go
 */
function lock(path: string): () => void {
  const file = new Database(path);
  try {
    file.pragma("busy_timeout = 300");
    file.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    file.close();
    throw error;
  }
  return () => {
    file.exec("ROLLBACK");
    file.close();
  };
}
