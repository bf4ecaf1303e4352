// Stores which conversation watches what.

import type { Db } from "../store/database.js";
import { RowReader, storedDoc, textOf } from "../store/row-reader.js";
import { columnsOf, placeOf } from "./place-columns.js";
import {
  type EndedWatch,
  endsSince,
  type Follow,
  isGivenUp,
  isSamePlace,
  type Refusal,
  ruleKey,
  type Watch,
  type WatchPlace,
  watchSchema,
} from "./watch.js";

/** The key of a row. An earlier version may have spelt the rule's in another way than `ruleKey`. */
interface RowKey {
  channel: string;
  thread_ts: string;
  rule_key: string;
}

/** A watch, the key of its row, and the text of its document. */
interface StoredWatch {
  watch: Watch;
  key: RowKey;
  text: string;
}

export class WatchStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
  ) {}

  /**
   * Adds a watch. If the same rule is already watched in the same place, that watch gets the new level and `page`, and keeps the time when it
   * was set. One that has ended is replaced.
   */
  async set({ channel, threadTs, ...watch }: Watch): Promise<"new" | "changed" | "same"> {
    const place = { channel, threadTs };
    const rule = ruleKey(watch.rule);
    const [known] = await this.#meant(place, rule);
    const key = known?.key ?? { ...columnsOf(place), rule_key: rule };
    const { numInsertedOrUpdatedRows } = await this.db
      .insertInto("watches")
      .values({ ...key, doc: JSON.stringify(watch) })
      .onConflict((conflict) => conflict.columns(["channel", "thread_ts", "rule_key"]).doNothing())
      .executeTakeFirst();
    if ((numInsertedOrUpdatedRows ?? 0n) > 0n) return "new";
    const stored = await this.#meant(place, rule);
    const before = stored.find((one) => one.watch.ended === undefined)?.watch;
    if (before?.level === watch.level && before.page === watch.page) return "same";
    const levelSetAt = before?.level === watch.level ? before.levelSetAt : watch.setAt;
    const doc = JSON.stringify({ ...watch, setAt: before?.setAt ?? watch.setAt, levelSetAt });
    await this.db
      .updateTable("watches")
      .set({ doc })
      .where((row) => row.and({ ...key }))
      .execute();
    return before === undefined ? "new" : "changed";
  }

  /** Removes a watch. @returns whether there was one */
  async remove(place: WatchPlace, key: string): Promise<boolean> {
    let wasThere = false;
    for (const one of await this.#meant(place, key)) wasThere = (await this.#delete(one.key)) || wasThere;
    return wasThere;
  }

  /** What one conversation watches. */
  async in(place: WatchPlace): Promise<Watch[]> {
    const all = await this.all();
    return all.filter((watch) => isSamePlace(watch, place));
  }

  /**
   * The projects that have to be known for watches. What seems to have been set later than `now` (epoch ms), because the clock has been
   * set back since, counts as set now, and is stored so.
   */
  async follows(now: number): Promise<Follow[]> {
    const follows: Follow[] = [];
    for (const stored of await this.#stored()) {
      if (stored.watch.ended !== undefined) continue;
      const watch = setNoLaterThan(stored.watch, now);
      if (watch !== stored.watch) await this.#replace(stored, watch);
      follows.push({ rule: watch.rule, setAt: watch.setAt, endsSince: endsSince(watch) });
    }
    return follows;
  }

  /** All watches that have not ended, without those that cannot be read. */
  async all(): Promise<Watch[]> {
    const stored = await this.#stored();
    return stored.flatMap(({ watch }) => (watch.ended === undefined ? watch : []));
  }

  /** The watches of conversations to which the bot cannot write any more. */
  async ended(): Promise<EndedWatch[]> {
    const stored = await this.#stored();
    return stored.flatMap(({ watch: { ended, ...watch } }) => (ended === undefined ? [] : { ...watch, ended }));
  }

  /**
   * Notes that Slack does not accept messages in a conversation. Its watches end if that is for good, or if it has been so for a day.
   * @returns whether the conversation has no watches any more
   */
  async refused(place: WatchPlace, refusal: Refusal): Promise<boolean> {
    const { at, word } = refusal;
    const stored = (await this.#stored()).filter(({ watch }) => watch.ended === undefined && isSamePlace(watch, place));
    const since = Math.min(at, ...stored.map(({ watch }) => watch.refusedSince ?? at));
    const isOver = isGivenUp(since, refusal);
    for (const one of stored) {
      if (isOver) await this.#replace(one, { ...one.watch, ended: { at, word } });
      else if (one.watch.refusedSince === undefined) await this.#replace(one, { ...one.watch, refusedSince: at });
    }
    return isOver || stored.length === 0;
  }

  /** Notes that Slack has accepted a message in a conversation. */
  async accepted(place: WatchPlace): Promise<void> {
    for (const stored of await this.#stored()) {
      const { watch } = stored;
      if (watch.refusedSince === undefined || watch.ended !== undefined || !isSamePlace(watch, place)) continue;
      await this.#replace(stored, { ...watch, refusedSince: undefined });
    }
  }

  /** Forgets the watches that ended before a time (epoch ms). */
  async removeEndedBefore(time: number): Promise<void> {
    for (const { watch, key, text } of await this.#stored()) {
      if (watch.ended !== undefined && watch.ended.at < time) await this.#delete({ ...key, doc: text });
    }
  }

  /** Does nothing if somebody has changed it in the meantime. */
  async #replace({ key, text }: StoredWatch, { channel: _, threadTs: __, ...watch }: Watch): Promise<void> {
    await this.db
      .updateTable("watches")
      .set({ doc: JSON.stringify(watch) })
      .where((row) => row.and({ ...key, doc: text }))
      .execute();
  }

  /** `doc`: only while it is still this one. @returns whether the row was there */
  async #delete(stored: RowKey & { doc?: string }): Promise<boolean> {
    const { numDeletedRows } = await this.db
      .deleteFrom("watches")
      .where((row) => row.and({ ...stored }))
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  /** The watch of a rule in a place; two if an earlier version spelt the key of one in another way. */
  async #meant(place: WatchPlace, key: string): Promise<StoredWatch[]> {
    const stored = await this.#stored();
    return stored.filter(({ watch }) => isSamePlace(watch, place) && ruleKey(watch.rule) === key);
  }

  /** All watches, without those that cannot be read. */
  async #stored(): Promise<StoredWatch[]> {
    const rows = await this.db
      .selectFrom("watches")
      .select(["channel", "thread_ts", "rule_key", storedDoc(this.db).as("doc")])
      .orderBy("channel")
      .orderBy("thread_ts")
      .orderBy("rule_key")
      .execute();
    return this.rows.each(rows, ({ rule_key, doc, ...columns }) => {
      const key = `${columns.channel} ${columns.thread_ts} ${rule_key}`;
      const read = this.rows.doc({ table: "watches", key }, watchSchema, doc);
      return { watch: { ...placeOf(columns), ...read }, key: { ...columns, rule_key }, text: textOf(doc) ?? "" };
    });
  }
}

function setNoLaterThan(watch: Watch, now: number): Watch {
  const { setAt, levelSetAt = setAt } = watch;
  if (Math.max(setAt, levelSetAt) <= now) return watch;
  return { ...watch, setAt: Math.min(setAt, now), levelSetAt: Math.min(levelSetAt, now) };
}
