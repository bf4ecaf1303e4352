// The database's clock, as the bot asks for it, on a time of the tests'.

import { sql } from "kysely";
import type { SharedStore } from "../../src/store/postgres.js";

/** From now on it runs `speed` times as fast as the machine's, and showed `shows` at the machine's `start`. Both in epoch ms. */
export async function runDatabaseClock(
  { db, schema }: SharedStore,
  { start, shows, speed }: { start: number; shows: number; speed: number },
): Promise<void> {
  const numbers = [start, shows, speed].map((number) => sql.lit(number));
  const [from, base, times] = numbers;
  await sql`
    create or replace function ${sql.id(schema, "hexbot_now")}() returns bigint language sql volatile as $$
      select (${base} + (extract(epoch from pg_catalog.clock_timestamp()) * 1000 - ${from}) * ${times})::bigint
    $$`.execute(db);
}
