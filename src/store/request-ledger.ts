// Counts the requests to Hex of all replicas, since Hex counts by token and not by replica.

import { sql } from "kysely";
import { databaseNow, type SharedStore } from "./postgres.js";

const WINDOW_MS = 60_000;
/** Never tries again sooner than this, in ms. */
const SHORTEST_WAIT_MS = 50;

export class RequestLedger {
  constructor(private readonly store: SharedStore) {}

  /**
   * Counts one request, if fewer than `perMinute` were counted in the last 60 s, by anybody. By the database's clock: that of
   * a replica may be minutes ahead.
   * @returns 0 when it was counted; else how long to wait before trying again, in ms
   */
  claim(perMinute: number): Promise<number> {
    const { db, schema } = this.store;
    return db.transaction().execute(async (transaction) => {
      // One at a time, whatever their version. Of this schema: another bot in the database has requests of its own.
      await sql`lock table ${sql.id(schema, "requests")} in share row exclusive mode`.execute(transaction);
      const time = await transaction.selectNoFrom(databaseNow(schema).as("now")).executeTakeFirstOrThrow();
      const now = Number(time.now);
      // What is to come was counted by a process of version 0.1.0 on a machine that is ahead, or before the clock was set back.
      await transaction
        .deleteFrom("requests")
        .where((eb) => eb.or([eb("at", "<=", now - WINDOW_MS), eb("at", ">", now)]))
        .execute();
      const counted = await transaction
        .selectFrom("requests")
        .select("at")
        .orderBy("at", "desc")
        .limit(perMinute)
        .execute();
      const oldest = counted.length < perMinute ? undefined : counted.at(-1);
      if (oldest !== undefined) return Math.max(SHORTEST_WAIT_MS, Number(oldest.at) + WINDOW_MS - now);
      await transaction.insertInto("requests").values({ at: now }).execute();
      return 0;
    });
  }
}
