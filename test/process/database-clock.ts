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

/** A database's clock that shows what a clock shows that a test moves by hand, as soon as the database has heard of it. */
export interface FollowingClock {
  /** The database has not heard of it yet. */
  readonly isBehind: boolean;
  stop: () => Promise<void>;
}

export async function followClock(url: string, clock: Clock): Promise<FollowingClock> {
  const store = await openShared(url, () => undefined);
  let shown = clock.now();
  const show = async () => {
    const shows = clock.now();
    await runDatabaseClock(store, { start: 0, shows, speed: 0 });
    shown = shows;
  };
  await show();
  // What the store was opened with was by the machine's clock.
  await sql`update leader set until = least(until, hexbot_now() + 5000)`.execute(store.db);
  const over = new AbortController();
  const following = (async () => {
    while (!over.signal.aborted) {
      if (clock.now() === shown) await clock.sleep(1, over.signal);
      else await show();
    }
  })();
  return {
    get isBehind() {
      return clock.now() !== shown;
    },
    async stop() {
      over.abort();
      await following;
      await store.close();
    },
  };
}
