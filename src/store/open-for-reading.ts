// Opens a store beside the bot that uses it, to read from it and change nothing, not even its shape.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { Kysely } from "kysely";
import Database from "libsql";
import { type Store, StoreError } from "./database.js";
import { FILE_NAME } from "./database-file.js";
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
  if (!existsSync(path)) throw new StoreError("absent", path);
  const file = new Database(path, { timeout: BUSY_MS });
  file.pragma("query_only = on");
  const { dialect, plugin } = textsAsBytes({ database: file });
  const db = new Kysely<Tables>({ dialect: new GuardedDialect(dialect), plugins: [plugin] });
  return { db, close: () => db.destroy() };
}
