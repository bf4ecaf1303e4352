// Stores which conversation watches what.

import type { Db } from "../store/database.js";
import { RowReader, storedDoc } from "../store/row-reader.js";
import { endsSince, type Follow, ruleKey, type Watch, type WatchPlace, watchSchema } from "./watch.js";

export class WatchStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
  ) {}

  /**
   * Adds a watch. If the same rule is already watched in the same place, that watch gets the new level and `page`, and keeps the time when it
   * was set.
   */
  async set({ channel, threadTs, ...watch }: Watch): Promise<"new" | "changed" | "same"> {
    const key = { channel, thread_ts: threadTs ?? "", rule_key: ruleKey(watch.rule) };
    const { numInsertedOrUpdatedRows } = await this.db
      .insertInto("watches")
      .values({ ...key, doc: JSON.stringify(watch) })
      .onConflict((conflict) => conflict.columns(["channel", "thread_ts", "rule_key"]).doNothing())
      .executeTakeFirst();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return "new";
    const before = (await this.in({ channel, threadTs })).find(({ rule }) => ruleKey(rule) === key.rule_key);
    if (before?.level === watch.level && before.page === watch.page) return "same";
    const levelSetAt = before?.level === watch.level ? before.levelSetAt : watch.setAt;
    const doc = JSON.stringify({ ...watch, setAt: before?.setAt ?? watch.setAt, levelSetAt });
    await this.db
      .updateTable("watches")
      .set({ doc })
      .where("channel", "=", key.channel)
      .where("thread_ts", "=", key.thread_ts)
      .where("rule_key", "=", key.rule_key)
      .execute();
    return "changed";
  }

  /** Removes a watch. @returns whether there was one */
  async remove({ channel, threadTs }: WatchPlace, key: string): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom("watches")
      .where("channel", "=", channel)
      .where("thread_ts", "=", threadTs ?? "")
      .where("rule_key", "=", key)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** What one conversation watches. */
  async in(place: WatchPlace): Promise<Watch[]> {
    const all = await this.all();
    return all.filter(({ channel, threadTs }) => channel === place.channel && threadTs === place.threadTs);
  }

  /** The projects that have to be known for watches. */
  async follows(): Promise<Follow[]> {
    const all = await this.all();
    return all.map((watch) => ({ rule: watch.rule, setAt: watch.setAt, endsSince: endsSince(watch) }));
  }

  /** All watches, without those that cannot be read. */
  async all(): Promise<Watch[]> {
    const rows = await this.db
      .selectFrom("watches")
      .select(["channel", "thread_ts", "rule_key", storedDoc(this.db).as("doc")])
      .orderBy("channel")
      .orderBy("thread_ts")
      .orderBy("rule_key")
      .execute();
    return this.rows.each(rows, ({ channel, thread_ts, rule_key, doc }) => {
      const place = { table: "watches", key: `${channel} ${thread_ts} ${rule_key}` } as const;
      return { channel, threadTs: thread_ts === "" ? null : thread_ts, ...this.rows.doc(place, watchSchema, doc) };
    });
  }
}
