// Version 0.1.0 on the same Postgres: its store is taken over, and during a rolling upgrade its processes go first.

import { type Kysely, sql, type Transaction } from "kysely";
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
 * @returns whether there was one
 */
export async function takeOver(db: Transaction<Tables>, schema: string, names: string): Promise<boolean> {
  for (const table of [OLD_NAMES, "runs", "cards", "watch"]) if (!(await hasTable(db, schema, table))) return false;
  // Another application's table of this name may have other columns.
  const { rows } = await sql<{ name: string | null }>`
    select to_jsonb(old) ->> 'name' as name from ${sql.table(OLD_NAMES)} old`.execute(db);
  if (!rows.some(({ name }) => name === OLD_FIRST)) return false;
  for (const { name } of rows) if (name !== null) await noteName(db, names, name);
  await noteName(db, OLD_NAMES, NEWER);
  return true;
}

/** A store on Postgres. `isAfterOld`: it was taken over from 0.1.0. */
interface AfterOld {
  db: Kysely<Tables>;
  schema: string;
  isAfterOld: boolean;
}

/** How long a process of 0.1.0 may believe that it watches after its lock has gone with its connection, in ms. */
const OLD_GRACE_MS = 5_000;

/** Processes of 0.1.0 may still be at work on this store: until they are gone, they watch. */
export async function expectOldVersion(db: Transaction<Tables>): Promise<void> {
  await sql`
    update leader set after_old = 1,
      until = case when exists (select from watch where goodbye = 0) then hexbot_now() + ${OLD_GRACE_MS} else 0 end
  `.execute(db);
}

/** The session's advisory lock of whoever watches in 0.1.0 (4839255713), as `pg_locks` shows it: two halves, of one bigint. */
const OLD_LOCK = sql`
  select from pg_catalog.pg_locks
  where locktype = 'advisory' and granted and classid = 1 and objid = 544288417 and objsubid = 1
    and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;

/**
 * Whether a process of 0.1.0 watches. In a store that 0.1.0 never had none does: the lock is another bot's, in another schema.
 *
 * Nobody leads then, nor for a while afterwards, since the process may not know yet that it has lost its lock. And whoever
 * leads keeps `goodbye` at 0, by which a process of 0.1.0 that gets the lock waits for as long before it begins. So the two
 * are asked in this order: who has noted `goodbye` and sees no lock afterwards has been first.
 */
export async function oldVersionLeads({ db, schema, isAfterOld }: AfterOld): Promise<boolean> {
  if (!isAfterOld) return false;
  const [leader, watch] = [sql.id(schema, "leader"), sql.id(schema, "watch")];
  await sql`
    update ${watch} set goodbye = 0
    where goodbye <> 0 and exists (select from ${leader} where holder is not null)`.execute(db);
  const { rows } = await sql`
    update ${leader} set until = greatest(until, ${sql.id(schema, "hexbot_now")}() + ${OLD_GRACE_MS})
    where exists (${OLD_LOCK}) returning 1`.execute(db);
  return rows.length > 0;
}
