// Which of Slack's events have been handled. When an acknowledgement is lost, Slack delivers the event again, to any replica.

import { DAY } from "../lib/time.js";
import type { Db } from "./database.js";

/** How long (ms) an event is remembered. Slack's last retry comes within a day. Source: https://docs.slack.dev/apis/events-api#retries */
const KEPT_MS = 2 * DAY;

export class SeenEvents {
  /** `now`: epoch ms. */
  constructor(
    private readonly db: Db,
    private readonly now: () => number,
  ) {}

  /** Claims an event, by a key that is the same in every delivery. Returns false when it has already been claimed. */
  async claim(key: string): Promise<boolean> {
    const result = await this.db
      .insertInto("seen_events")
      .values({ key, at: this.now() })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }

  /** Removes events that Slack no longer delivers. `now`: epoch ms. */
  async removeOld(now: number): Promise<void> {
    await this.db
      .deleteFrom("seen_events")
      .where("at", "<=", now - KEPT_MS)
      .execute();
  }
}
