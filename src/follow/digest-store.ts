// Stores which conversation gets which digest.

import type { Db } from "../store/database.js";
import { RowReader, type StoredDoc, storedDoc } from "../store/row-reader.js";
import { type Digest, digestSchema, isSameDigest } from "./digest.js";
import { columnsOf, placeOf } from "./place-columns.js";
import { type Follow, isGivenUp, isSamePlace, type Refusal, type WatchPlace } from "./watch.js";

export class DigestStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
  ) {}

  /** Sets the digest of a conversation, in place of the one that it has. If both are the same, that one stays. */
  async set(digest: Digest): Promise<"new" | "changed" | "same"> {
    const before = await this.in(digest);
    if (before !== null && isSameDigest(before, digest)) return "same";
    const doc = docOf(digest);
    await this.db
      .insertInto("digests")
      .values({ ...columnsOf(digest), doc })
      .onConflict((conflict) => conflict.columns(["channel", "thread_ts"]).doUpdateSet({ doc }))
      .execute();
    return before === null ? "new" : "changed";
  }

  /** Removes the digest of a conversation. @returns whether it had one */
  async remove(place: WatchPlace): Promise<boolean> {
    const before = await this.in(place);
    await this.db
      .deleteFrom("digests")
      .where((row) => row.and(columnsOf(place)))
      .execute();
    return before !== null;
  }

  /** The digest of a conversation, or null if it has none or Slack has ended it. */
  async in(place: WatchPlace): Promise<Digest | null> {
    const all = await this.all();
    return all.find((one) => isSamePlace(one, place) && one.ended === null) ?? null;
  }

  /**
   * The projects that have to be known for digests, without those of conversations that have one for what they watch. What seems to have
   * been set later than `now` (epoch ms), because the clock has been set back since, counts as set now, and is stored so.
   */
  async follows(now: number): Promise<Follow[]> {
    const follows: Follow[] = [];
    for (const digest of await this.all()) {
      if (digest.ended !== null) continue;
      const setAt = Math.min(digest.setAt, now);
      if (setAt < digest.setAt) await this.#replace(digest, { ...digest, setAt });
      if (digest.rule !== null) follows.push({ rule: digest.rule, setAt, endsSince: null });
    }
    return follows;
  }

  /** All digests, also those that Slack has ended, without those that cannot be read. */
  async all(): Promise<Digest[]> {
    const rows = await this.db
      .selectFrom("digests")
      .select(["channel", "thread_ts", storedDoc(this.db).as("doc")])
      .orderBy("channel")
      .orderBy("thread_ts")
      .execute();
    return this.rows.each(rows, (row) => this.#read(row));
  }

  /**
   * Notes that Slack does not accept a digest in its conversation. It ends if that is for good, or if it has been so for a day.
   * @returns whether it has ended
   */
  async refused(digest: Digest, refusal: Refusal): Promise<boolean> {
    const { at, word } = refusal;
    const refusedSince = digest.refusedSince ?? at;
    const isOver = isGivenUp(refusedSince, refusal);
    if (isOver) await this.#replace(digest, { ...digest, ended: { at, word } });
    else if (digest.refusedSince === undefined) await this.#replace(digest, { ...digest, refusedSince });
    return isOver;
  }

  /** Notes that Slack has accepted a digest in its conversation. */
  async accepted(digest: Digest): Promise<void> {
    if (digest.refusedSince !== undefined) await this.#replace(digest, { ...digest, refusedSince: undefined });
  }

  /** Does nothing if somebody has changed it in the meantime. */
  async #replace(before: Digest, after: Digest): Promise<void> {
    await this.db
      .updateTable("digests")
      .set({ doc: docOf(after) })
      .where((row) => row.and({ ...columnsOf(before), doc: docOf(before) }))
      .execute();
  }

  /** Forgets the digests that Slack ended before a time (epoch ms). */
  async removeEndedBefore(time: number): Promise<void> {
    for (const digest of await this.all()) {
      if (digest.ended === null || digest.ended.at >= time) continue;
      await this.db
        .deleteFrom("digests")
        .where((row) => row.and({ ...columnsOf(digest), doc: docOf(digest) }))
        .execute();
    }
  }

  #read({ doc, ...columns }: { channel: string; thread_ts: string; doc: StoredDoc }): Digest {
    const key = `${columns.channel} ${columns.thread_ts}`;
    return { ...placeOf(columns), ...this.rows.doc({ table: "digests", key }, digestSchema, doc) };
  }
}

/** The same text for the same digest, whatever the order of its fields. */
function docOf(digest: Digest): string {
  return JSON.stringify(digestSchema.parse(digest));
}
