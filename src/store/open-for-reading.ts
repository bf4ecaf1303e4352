// Opens a store beside the bot that uses it, to read from it and change nothing, not even its shape.

import { accessSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import Database from "libsql";
import { type Store, StoreError } from "./database.js";
import { FILE_NAME } from "./database-file.js";
import { type StoreFailureKind, storeFailureOf } from "./failure.js";
import { GuardedDialect } from "./guarded-dialect.js";
import type { StorePlace } from "./open-store.js";
import type { Tables } from "./tables.js";
import { textsAsBytes } from "./texts-as-bytes.js";

/** How long (ms) to wait for the bot while it writes. */
const BUSY_MS = 5_000;

/** @throws StoreError; a store that another version has not brought to its newest shape fails when it is read */
export async function openForReading(place: StorePlace): Promise<Store> {
  if (place.kind === "embedded") return openFile(join(place.dataDir, FILE_NAME));
  const { openSharedForReading } = await import("./postgres.js");
  return openSharedForReading(place.url);
}

function openFile(path: string): Store {
  const file = readable(path);
  const { dialect, plugin } = textsAsBytes({ database: file });
  const db = new Kysely<Tables>({ dialect: new GuardedDialect(dialect), plugins: [plugin] });
  return { db, close: () => db.destroy() };
}

/** SQLite also fails where it may read the file and not write beside it, and does not say why. */
const FOR_WANT_OF_RIGHTS: ReadonlySet<StoreFailureKind> = new Set(["failed", "io", "read_only"]);

/** @throws StoreError; StoreFailure when the file is damaged */
function readable(path: string): Database.Database {
  try {
    accessSync(path);
    const file = new Database(path, { timeout: BUSY_MS });
    file.pragma("query_only = on");
    file.prepare("select count(*) from sqlite_master").get();
    return file;
  } catch (error) {
    const failure = storeFailureOf(error);
    if (failure.code === "ENOENT" || failure.code === "ENOTDIR") throw new StoreError("absent", path, error);
    throw FOR_WANT_OF_RIGHTS.has(failure.kind) ? new StoreError("unreadable", path, error) : failure;
  }
}
