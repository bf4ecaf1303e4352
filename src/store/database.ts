// Opens the embedded store: one SQLite file, brought to the newest shape.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Kysely, Migrator, SqliteDialect } from "kysely";
import Database from "libsql";
import { MIGRATIONS, type Tables } from "./migrations.js";

export type Db = Kysely<Tables>;

/** The store cannot be used. The message is the operating system's or SQLite's; `path` is the file. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly path: string,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Opens `hex-bot.db` in a folder, which is made when it is not there.
 * Every commit is on the disk before it counts (`synchronous=FULL`): a run that was started must survive a power cut.
 * @throws StoreError when the folder or the file cannot be used
 */
export async function openDatabase(dataDir: string): Promise<Db> {
  const path = join(dataDir, "hex-bot.db");
  try {
    mkdirSync(dataDir, { recursive: true });
    const file = new Database(path);
    file.pragma("journal_mode = WAL");
    file.pragma("synchronous = FULL");
    file.pragma("busy_timeout = 5000");
    const db: Db = new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) });
    await migrate(db);
    return db;
  } catch (error) {
    throw new StoreError(path, error);
  }
}

async function migrate(db: Db): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
