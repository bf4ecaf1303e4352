// The database's clock for the bot, running on the tests' time.

import { sql } from "kysely";
import type { Clock } from "../../src/lib/clock.js";
import { openShared, type SharedStore } from "../../src/store/postgres.js";

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

const FOLLOW_MS = 10;

/**
 * From now on it shows what a clock shows that a test moves by hand, a few real ms later.
 * @returns what ends that
 */
export async function followClock(url: string, clock: Clock): Promise<() => Promise<void>> {
  const store = await openShared(url, () => undefined);
  const { db } = store;
  const show = () => runDatabaseClock(store, { start: 0, shows: clock.now(), speed: 0 });
  await show();
  // What the store was opened with was by the machine's clock.
  await sql`update leader set until = least(until, hexbot_now() + 5000)`.execute(db);
  const over = new AbortController();
  let shown = clock.now();
  const following = (async () => {
    while (!over.signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, FOLLOW_MS));
      if (clock.now() === shown) continue;
      shown = clock.now();
      await show();
    }
  })();
  return async () => {
    over.abort();
    await following;
    await store.close();
  };
}
