// Counts all replicas' requests to Hex together, because Hex counts by token and not by replica.

import { sql } from "kysely";
import { MINUTE } from "../lib/time.js";
import { readDatabaseNow } from "./database-now.js";
import type { SharedStore } from "./postgres.js";

const WINDOW_MS = MINUTE;

export class RequestLedger {
  constructor(private readonly store: SharedStore) {}

  /**
   * Counts one request if all replicas together counted fewer than `perMinute` in the last 60 s. Uses the database's clock, because a
   * replica's may be minutes ahead.
   * @returns 0 when the request was counted, otherwise how long to wait before trying again, in ms
   */
  claim(perMinute: number): Promise<number> {
    const { db, schema } = this.store;
    return db.transaction().execute(async (transaction) => {
      // One at a time, whatever their version. Only in this schema, because another bot in the database has its own requests.
      await sql`lock table ${sql.id(schema, "requests")} in share row exclusive mode`.execute(transaction);
      const now = await readDatabaseNow(transaction, schema);
      // Entries in the future come from a process of version 0.1.0 on a machine that is ahead, or from before the clock was set back.
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
      if (oldest !== undefined) return Number(oldest.at) + WINDOW_MS - now;
      await transaction.insertInto("requests").values({ at: now }).execute();
      return 0;
    });
  }
}
