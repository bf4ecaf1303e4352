// Opens the store, embedded or shared, and brings it to the newest shape.

import { mkdirSync } from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { Kysely, Migrator, PostgresDialect, SqliteDialect, sql } from "kysely";
import Database from "libsql";
import { Pool } from "pg";
import { MIGRATIONS } from "./migrations.js";
import type { Tables } from "./tables.js";

export type Db = Kysely<Tables>;

export interface Store {
  db: Db;
  close: () => Promise<void>;
}

/**
 * The store cannot be used. `kind`: `held` when another process works on the same file, `newer` when a newer version of the
 * bot has changed its shape, `unusable` otherwise, with the operating system's or the database's message. `where` holds no
 * password.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly kind: "held" | "newer" | "unusable",
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
    try {
      const file = new Database(path);
      file.pragma("journal_mode = WAL");
      file.pragma("synchronous = FULL");
      const db = await migrated(new Kysely<Tables>({ dialect: new SqliteDialect({ database: file }) }), path);
      const close = () => db.destroy().finally(unlock);
      return { db, close };
    } catch (error) {
      unlock();
      throw error;
    }
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const isHeld = error instanceof Error && /database is locked/i.test(error.message);
    throw new StoreError(isHeld ? "held" : "unusable", path, error);
  }
}

/**
 * Holds a file for as long as this process lives, kill -9 included: an open transaction of SQLite's, on a file of its own.
 * @returns what lets it go
 */
function lock(path: string): () => void {
  const file = new Database(path);
  file.pragma("busy_timeout = 300");
  file.exec("BEGIN EXCLUSIVE");
  return () => {
    file.exec("ROLLBACK");
    file.close();
  };
}

/** Connections that a process keeps to Postgres. Its work is a few short statements a second. */
const CONNECTIONS = 4;
const CONNECT_MS = 5_000;
/** Longest time for a statement: a connection on which nothing comes back for so long is closed. Idle ones are closed before. */
const STATEMENT_MS = 10_000;
const IDLE_MS = 5_000;

/**
 * Opens the Postgres store.
 * @param onError told when an idle connection breaks; the pool opens another one by itself
 * @throws StoreError
 */
export async function openShared(url: string, onError: (error: Error) => void): Promise<Store> {
  const pool = new Pool({
    connectionString: libpqUrl(url),
    max: CONNECTIONS,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    stream: openSocket,
    keepAlive: true,
  });
  pool.on("error", onError);
  // The pool listens to idle ones alone. Of one that breaks at work, whoever waits for the statement hears.
  pool.on("connect", (client) => client.on("error", () => undefined));
  const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  try {
    await migrated(db, hostOf(url));
    return { db, close: () => db.destroy() };
  } catch (error) {
    await db.destroy().catch(() => undefined);
    throw error instanceof StoreError ? error : new StoreError("unusable", hostOf(url), error);
  }
}

/**
 * What falls silent is given up, so that the next statement opens another connection. (The pool's own limit of time fails the
 * statement alone, and the next one would wait behind it.)
 */
function openSocket(): Socket {
  const socket = new Socket();
  return socket.setTimeout(STATEMENT_MS, () => socket.destroy(new Error(`Postgres was silent for ${STATEMENT_MS} ms`)));
}

/** `sslmode=require` encrypts and does not verify, as psql and the managed platforms mean it; `verify-full` verifies. */
export function libpqUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.searchParams.has("sslmode")) parsed.searchParams.set("uselibpqcompat", "true");
  return parsed.toString();
}

function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** Kysely's migrator locks the store, so that replicas that start together do this one after the other. */
async function migrated(db: Db, where: string): Promise<Db> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const applied = await appliedMigrations(db);
  if (applied.some((name) => !(name in MIGRATIONS))) throw new StoreError("newer", where);
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return db;
}

async function appliedMigrations(db: Db): Promise<string[]> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  if (!tables.some((table) => table.name === "kysely_migration")) return [];
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  return rows.map((row) => row.name);
}
