// Brings a store to its newest shape by applying the migrations that it lacks.

import { type Kysely, sql, type Transaction } from "kysely";
import { createNames, hasTable, noteName, readNames } from "./migration-names.js";
import { MIGRATIONS } from "./migrations.js";
import { expectOldVersion, takeOver } from "./old-version.js";
import type { Tables } from "./tables.js";

/** The store has a migration that this version does not know. The message is its name. */
export class NewerStoreError extends Error {
  override readonly name = "NewerStoreError";
}

/** The store contains what it cannot contain, because a disk or another program has changed it. The message says what. */
export class DamagedStoreError extends Error {
  override readonly name = "DamagedStoreError";
}

/** In a file, which belongs only to the bot: Kysely's default name, in use since 0.1.0. */
const NAMES_IN_FILE = "kysely_migration";
/** In a schema, where another application may use Kysely's default name. */
const NAMES_IN_SCHEMA = "hexbot_migration";

/** All migrations are applied, or none. @throws NewerStoreError, DamagedStoreError */
export async function migrateFile(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await createNames(transaction, NAMES_IN_FILE);
    await applyMissing(transaction, NAMES_IN_FILE);
  });
}

/**
 * The longest time to wait for a table that another program has locked, in ms. Meanwhile the statements of other processes wait behind
 * this one, and Postgres does not notice when it is given up (https://www.postgresql.org/docs/current/explicit-locking.html).
 */
const LOCK_MS = 2_000;

/**
 * The same within one schema of a Postgres, whatever else the database contains. Replicas that start together do it one after another.
 * If nothing is missing, it needs no permission to create anything.
 * @throws NewerStoreError
 */
export async function migrateSchema(db: Kysely<Tables>, schema: string): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`hexbot migration ${schema}`}, 0))`.execute(transaction);
    await sql`set local search_path to ${sql.id(schema)}`.execute(transaction);
    await sql`set local lock_timeout to ${sql.lit(LOCK_MS)}`.execute(transaction);
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
