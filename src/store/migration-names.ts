// The names of the migrations that a store has, in a table of the store.

import { sql } from "kysely";
import type { Db } from "./database.js";

/** Creates the table unless it exists. */
export async function createNames(db: Db, table: string): Promise<void> {
  await db.schema
    .createTable(table)
    .ifNotExists()
    .addColumn("name", "varchar(255)", (column) => column.notNull().primaryKey())
    .addColumn("timestamp", "varchar(255)", (column) => column.notNull())
    .execute();
}

/** A name that is not UTF-8 gets a U+FFFD. The columns are selected in a way that makes SQLite return their bytes. */
export async function readNames(db: Db, table: string): Promise<string[]> {
  const names = sql<{ name: string }>`${sql.table(table)}`.as("names");
  const rows = await db.selectFrom(names).select("name").execute();
  return rows.map(({ name }) => name);
}

export async function noteName(db: Db, table: string, name: string): Promise<void> {
  await sql`insert into ${sql.table(table)} (name, timestamp) values (${name}, ${new Date().toISOString()})`.execute(
    db,
  );
}

/** Whether a schema in Postgres has a table with this name that this role may read. */
export async function hasTable(db: Db, schema: string, name: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relname = ${name} and c.relkind in ('r', 'p')
      and pg_catalog.has_table_privilege(c.oid, 'select')`.execute(db);
  return rows.length > 0;
}
