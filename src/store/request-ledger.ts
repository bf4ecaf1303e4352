// Counts the requests to Hex of all replicas, since Hex counts by token and not by replica.

import { sql } from "kysely";
import type { Db } from "./database.js";

const WINDOW_MS = 60_000;
/** Any number that nothing else in the database uses as an advisory lock. */
const LOCK_KEY = 4_839_255_714;
/** Clocks of replicas differ a little: never tries again sooner than this, in ms. */
const SHORTEST_WAIT_MS = 50;

export class RequestLedger {
  constructor(private readonly db: Db) {}

  /**
   * Counts one request, if fewer than `perMinute` were counted in the last 60 s, by anybody.
   * @param now epoch ms
   * @returns 0 when it was counted; else how long to wait before trying again, in ms
   */
  claim(now: number, perMinute: number): Promise<number> {
    return this.db.transaction().execute(async (transaction) => {
      await sql`select pg_advisory_xact_lock(${LOCK_KEY})`.execute(transaction);
      await transaction
        .deleteFrom("requests")
        .where("at", "<=", now - WINDOW_MS)
        .execute();
      const rows = await transaction
        .selectFrom("requests")
        .select("at")
        .orderBy("at", "desc")
        .limit(perMinute)
        .execute();
      const oldest = rows.length < perMinute ? undefined : rows.at(-1);
      if (oldest !== undefined) return Math.max(SHORTEST_WAIT_MS, Number(oldest.at) + WINDOW_MS - now);
      await transaction.insertInto("requests").values({ at: now }).execute();
      return 0;
    });
  }
}
