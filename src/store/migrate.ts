// Brings a store to its newest shape: applies the migrations that it lacks.

import { type Kysely, sql, type Transaction } from "kysely";
import { createNames, hasTable, noteName, readNames } from "./migration-names.js";
import { MIGRATIONS } from "./migrations.js";
import { expectOldVersion, takeOver } from "./old-version.js";
import type { Tables } from "./tables.js";

/** The store has a migration that this version does not know: the message is its name. */
export class NewerStoreError extends Error {
  override readonly name = "NewerStoreError";
}

/** The store cannot hold what it holds: a disk or another program has changed it. The message says what. */
export class DamagedStoreError extends Error {
  override readonly name = "DamagedStoreError";
}

/** In a file, which is the bot's alone: the name that Kysely gives it, as since 0.1.0. */
const NAMES_IN_FILE = "kysely_migration";
/** In a schema, where Kysely's own name may be another application's. */
const NAMES_IN_SCHEMA = "hexbot_migration";

/** All of it is applied, or nothing. @throws NewerStoreError, DamagedStoreError */
export async function migrateFile(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await createNames(transaction, NAMES_IN_FILE);
    await applyMissing(transaction, NAMES_IN_FILE);
  });
}

/**
 * The same within one schema of a Postgres, whatever else the database holds. Replicas that start together do it one after
 * the other. While nothing is missing it needs no right to create anything.
 * @throws NewerStoreError
 */
export async function migrateSchema(db: Kysely<Tables>, schema: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`hexbot migration ${schema}`}, 0))`.execute(transaction);
    await sql`set local search_path to ${sql.id(schema)}`.execute(transaction);
    if (await hasTable(transaction, schema, NAMES_IN_SCHEMA)) return applyMissing(transaction, NAMES_IN_SCHEMA);
    await createNames(transaction, NAMES_IN_SCHEMA);
    const isAfterOld = await takeOver(transaction, schema, NAMES_IN_SCHEMA);
    await applyMissing(transaction, NAMES_IN_SCHEMA);
    if (isAfterOld) await expectOldVersion(transaction);
  });
}

async function applyMissing(db: Transaction<Tables>, names: string): Promise<void> {
  const applied = new Set(await readNames(db, names));
  for (const name of applied) {
    if (typeof name !== "string" || name.includes("\uFFFD")) {
      throw new DamagedStoreError(`${names} has a name that is no text`);
    }
    if (!Object.hasOwn(MIGRATIONS, name)) throw new NewerStoreError(name);
  }
  for (const [name, migration] of Object.entries(MIGRATIONS)) {
    if (applied.has(name)) continue;
    await migration.up(db);
    await noteName(db, names, name);
  }
}
