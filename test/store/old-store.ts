// The store as version 0.1.0 makes it on Postgres.

import { Kysely, Migrator, PostgresDialect, sql } from "kysely";
import { Pool } from "pg";
import { MIGRATIONS } from "../../src/store/migrations.js";

/** With Kysely's own migrator. Rejects with "newer" where 0.1.0 says that a newer version was here. */
export async function openOldStore(url: string) {
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool: new Pool({ connectionString: url }) }) });
  const { "001_runs_and_cards": first, "002_health": second } = MIGRATIONS;
  if (!first || !second) throw new Error("what is released is gone");
  const released = { "001_runs_and_cards": first, "002_health": second };
  const applied = await sql<{ name: string }>`select name from kysely_migration`.execute(db).catch(() => null);
  const isNewer = (applied?.rows ?? []).some(({ name }) => !(name in released));
  const { error } = isNewer
    ? { error: new Error("newer") }
    : await new Migrator({ db, provider: { getMigrations: async () => released } }).migrateToLatest();
  await db.destroy();
  if (error !== undefined) throw error;
}
