// Which events of Slack somebody has taken care of: Slack delivers one again when an acknowledgement was lost, and to any replica.

import type { Db } from "./database.js";

/** How long (ms) an event is remembered: Slack's last try comes within a day. Source: https://docs.slack.dev/apis/events-api#retries */
const KEPT_MS = 2 * 24 * 60 * 60_000;

export class SeenEvents {
  /** `now`: epoch ms. */
  constructor(
    private readonly db: Db,
    private readonly now: () => number,
  ) {}

  /** Takes an event, by a key that is the same in every delivery of it. False: somebody else has. */
  async claim(key: string): Promise<boolean> {
    const result = await this.db
      .insertInto("seen_events")
      .values({ key, at: this.now() })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }

  /** Forgets those that Slack no longer delivers. */
  async removeOld(): Promise<void> {
    await this.db
      .deleteFrom("seen_events")
      .where("at", "<=", this.now() - KEPT_MS)
      .execute();
  }
}
