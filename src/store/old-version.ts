// Version 0.1.0 on the same Postgres. Its store is taken over, and during a rolling upgrade its processes take precedence.

import { type Kysely, sql, type Transaction } from "kysely";
import { databaseNow } from "./database-now.js";
import { hasTable, noteName } from "./migration-names.js";
import type { Tables } from "./tables.js";

/** Where 0.1.0 kept the names of its migrations, like any application that uses Kysely. */
const OLD_NAMES = "kysely_migration";
/** A name that only the bot's store has there. */
const OLD_FIRST = "001_runs_and_cards";
/** A name that 0.1.0 does not know, which makes it say that the store is from a newer version. */
const NEWER = "003_leader";

/**
 * Copies the names of the applied migrations if this schema has a store of version 0.1.0, and leaves another application's names
 * alone. A process of 0.1.0 that starts afterwards says that the store was written by a newer version.
 * @returns whether there was one
 */
export async function takeOver(db: Transaction<Tables>, schema: string, names: string): Promise<boolean> {
  for (const table of [OLD_NAMES, "runs", "cards", "watch"]) if (!(await hasTable(db, schema, table))) return false;
  // Another application's table with this name may have different columns.
  const { rows } = await sql<{ name: string | null }>`
    select to_jsonb(old) ->> 'name' as name from ${sql.table(OLD_NAMES)} old`.execute(db);
  if (!rows.some(({ name }) => name === OLD_FIRST)) return false;
  for (const { name } of rows) if (name !== null) await noteName(db, names, name);
  await noteName(db, OLD_NAMES, NEWER);
  return true;
}

/** A store on Postgres. `isAfterOld` is true when it was taken over from 0.1.0. */
interface AfterOld {
  db: Kysely<Tables>;
  schema: string;
  isAfterOld: boolean;
}

/** How long a process of 0.1.0 may believe that it leads after it lost its lock with its connection, in ms. */
const OLD_GRACE_MS = 5_000;

/** Processes of 0.1.0 may still be using this store. Until they are gone, they lead. */
export async function expectOldVersion(db: Transaction<Tables>): Promise<void> {
  await sql`
    update leader set after_old = 1,
      until = case when exists (select from watch where goodbye = 0) then hexbot_now() + ${OLD_GRACE_MS} else 0 end
  `.execute(db);
}

/** The session-level advisory lock of the leading process in 0.1.0 (4839255713), as `pg_locks` shows it: two halves of one bigint. */
const OLD_LOCK = sql`
  select from pg_catalog.pg_locks
  where locktype = 'advisory' and granted and classid = 1 and objid = 544288417 and objsubid = 1
    and database = (select oid from pg_catalog.pg_database where datname = pg_catalog.current_database())`;

/**
 * Whether a process of 0.1.0 leads. In a store that never belonged to 0.1.0, none does: the lock is another bot's, in another schema.
 *
 * While one does, no process of this version leads, nor for a while afterwards, because the old process may not know yet that it has lost
 * its lock. And a leader keeps `goodbye` at 0, which makes a process of 0.1.0 that gets the lock wait equally long before it begins.
 * Hence the order of the two queries: a process that has written `goodbye` and then sees no lock was first.
 */
export async function oldVersionLeads({ db, schema, isAfterOld }: AfterOld): Promise<boolean> {
  if (!isAfterOld) return false;
  const [leader, watch] = [sql.id(schema, "leader"), sql.id(schema, "watch")];
  await sql`
    update ${watch} set goodbye = 0
    where goodbye <> 0 and exists (select from ${leader} where holder is not null)`.execute(db);
  const { rows } = await sql`
    update ${leader} set until = greatest(until, ${databaseNow(schema)} + ${OLD_GRACE_MS})
    where exists (${OLD_LOCK}) returning 1`.execute(db);
  return rows.length > 0;
}
