// The time of a shared store's database.

import { type RawBuilder, sql } from "kysely";
import type { Db } from "./database.js";

/** The database's time in epoch ms, for use within a statement. */
export function databaseNow(schema: string): RawBuilder<number> {
  return sql`${sql.id(schema, "hexbot_now")}()`;
}

/** The same, now. */
export async function readDatabaseNow(db: Db, schema: string): Promise<number> {
  const { now } = await db.selectNoFrom(databaseNow(schema).as("now")).executeTakeFirstOrThrow();
  // Selected as a column it is text, like every bigint.
  return Number(now);
}
