// The time of a shared store's database.

import { type RawBuilder, sql } from "kysely";

/** The database's time in epoch ms, for use within a statement. Selected as a column it is text, like every bigint. */
export function databaseNow(schema: string): RawBuilder<number> {
  return sql`${sql.id(schema, "hexbot_now")}()`;
}
