// Version 0.1.0 on the same Postgres: its store is taken over.

import { sql, type Transaction } from "kysely";
import { hasTable, noteName } from "./migration-names.js";
import type { Tables } from "./tables.js";

/** Where 0.1.0 kept the names of its migrations, as any application does that uses Kysely. */
const OLD_NAMES = "kysely_migration";
/** What only the bot's store has there. */
const OLD_FIRST = "001_runs_and_cards";
/** What 0.1.0 does not know, so that it says that the store is a newer version's. */
const NEWER = "003_leader";

/**
 * Copies the names of the applied migrations, if this schema has a store of version 0.1.0; another application's names are
 * left alone. A process of 0.1.0 that starts afterwards says that the store was written by a newer version.
 */
export async function takeOver(db: Transaction<Tables>, schema: string, names: string): Promise<void> {
  for (const table of [OLD_NAMES, "runs", "cards", "watch"]) if (!(await hasTable(db, schema, table))) return;
  // Another application's table of this name may have other columns.
  const { rows } = await sql<{ name: string | null }>`
    select to_jsonb(old) ->> 'name' as name from ${sql.table(OLD_NAMES)} old`.execute(db);
  if (!rows.some(({ name }) => name === OLD_FIRST)) return;
  for (const { name } of rows) if (name !== null) await noteName(db, names, name);
  await noteName(db, OLD_NAMES, NEWER);
}
