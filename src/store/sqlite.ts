// The embedded store: a SQLite file that one process holds.

import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import Database from "libsql";
import { type Db, type Store, StoreError } from "./database.js";
import { DatabaseFile, FILE_NAME } from "./database-file.js";
import { storeFailureOf } from "./failure.js";
import { GuardedDialect, type OnFailure } from "./guarded-dialect.js";
import { LockFirst } from "./lock-first.js";
import { DamagedStoreError, migrateFile, NewerStoreError } from "./migrate.js";
import { PreparedStatements } from "./prepared-statements.js";
import type { Tables } from "./tables.js";
import { textsAsBytes } from "./texts-as-bytes.js";

/**
 * Opens `hex-bot.db` in a folder, which is created for this user alone if it does not exist. This process then holds the file exclusively.
 * Every commit is on disk before it counts (`synchronous=FULL`), because a run that was started must survive a power cut.
 * @throws StoreError, and StoreFailure for a full disk
 */
export async function openEmbedded(dataDir: string, onFailure?: OnFailure): Promise<Store> {
  const path = join(dataDir, FILE_NAME);
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const unlock = lock(`${path}.lock`);
    let file: Database.Database | null = null;
    try {
      file = new Database(path);
      file.pragma("journal_mode = WAL");
      file.pragma("synchronous = FULL");
      const { dialect, plugin } = textsAsBytes({ database: new PreparedStatements(new LockFirst(file)) });
      const db = new Kysely<Tables>({ dialect: new GuardedDialect(dialect, onFailure), plugins: [plugin] });
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
    const failure = storeFailureOf(error);
    if (error instanceof DamagedStoreError || failure.kind === "damaged") throw new StoreError("damaged", path, error);
    if (failure.kind === "disk_full") throw failure;
    const isHeld = error instanceof Error && /database is locked/i.test(error.message);
    throw new StoreError(isHeld ? "held" : "unusable", path, error);
  }
}

/** After this, a copy of the file is complete. What cannot be written into it stays in the log, which is read at the next start. */
async function closeFile(file: DatabaseFile, db: Db): Promise<void> {
  try {
    file.checkpoint();
  } catch {
    // A full disk, for example.
  }
  await db.destroy();
}

/**
 * Holds a file for as long as this process lives, even if it is killed with -9, through an open SQLite transaction on a separate file.
 * @returns a function that releases it
 */
function lock(path: string): () => void {
  const file = new Database(path);
  try {
    file.pragma("busy_timeout = 300");
    file.exec("BEGIN EXCLUSIVE");
    // SQLite locks nothing in a file that it may only read, and says nothing.
    accessSync(path, constants.W_OK);
  } catch (error) {
    file.close();
    throw error;
  }
  return () => {
    file.exec("ROLLBACK");
    file.close();
  };
}
