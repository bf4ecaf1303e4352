// Which message shows which run, and which process draws it at this moment.

import { type Expression, sql } from "kysely";
import { z } from "zod";
import type { Db } from "../../store/database.js";
import { RowReader } from "../../store/row-reader.js";
import type { Posted } from "../connection/post.js";
import type { Moved } from "../messages/run-card.js";

export interface Card {
  runKey: string;
  channel: string;
  /** The thread that it was asked for in; null outside threads. */
  threadTs: string | null;
  /** Everybody in the workspace may read what it shows. False: nobody knows that they may. */
  isPublic: boolean;
  /** null until it is posted. */
  ts: string | null;
  requester: string | null;
  /** A hash of what it shows. */
  shown: string | null;
  moved: Moved | null;
  /** The message that it left where it was; null when there is none. */
  left: Posted | null;
  /** The end is shown and told, or can no longer be. */
  settled: boolean;
}

const rowSchema = z.object({
  channel: z.string(),
  thread_ts: z.string().nullable(),
  is_public: z.number(),
  ts: z.string().nullable(),
  requester: z.string().nullable(),
  shown: z.string().nullable(),
  moved_from: z.string().nullable(),
  moved_ts: z.string().nullable(),
  moved_why: z.string().nullable(),
  settled: z.number(),
});

/** Who draws. `process`: a name that no other has. `now`: epoch ms, by the clock of all who share the store. */
export interface Drawer {
  process: string;
  now: () => number | Expression<number>;
}

export class CardStore {
  constructor(
    private readonly db: Db,
    private readonly drawer: Drawer,
    private readonly rows: RowReader = new RowReader(),
  ) {}

  /** Remembers where the card of a run is to be. One that exists stays as it is. */
  async insert(card: Pick<Card, "runKey" | "channel" | "threadTs" | "isPublic" | "requester">): Promise<void> {
    const { runKey, channel, threadTs, isPublic, requester } = card;
    const empty = {
      ts: null,
      shown: null,
      moved_from: null,
      moved_ts: null,
      moved_why: null,
      drawn_by: null,
      drawn_until: 0,
      settled: 0,
    };
    await this.db
      .insertInto("cards")
      .values({
        run_key: runKey,
        channel,
        thread_ts: threadTs,
        is_public: isPublic ? 1 : 0,
        requester,
        ...empty,
      })
      .onConflict((conflict) => conflict.column("run_key").doNothing())
      .execute();
  }

  /** @throws UnreadableRow */
  async get(runKey: string): Promise<Card | null> {
    const row = await this.db
      .selectFrom("cards")
      .select([
        "channel",
        "thread_ts",
        "is_public",
        "ts",
        "requester",
        "shown",
        "moved_from",
        "moved_ts",
        "moved_why",
        "settled",
      ])
      .where("run_key", "=", runKey)
      .executeTakeFirst();
    if (row === undefined) return null;
    const read = this.rows.columns({ table: "cards", key: runKey }, rowSchema, row);
    const {
      channel,
      thread_ts: threadTs,
      is_public,
      ts,
      requester,
      shown,
      moved_from,
      moved_ts,
      moved_why,
      settled,
    } = read;
    const moved = moved_from !== null && moved_why !== null ? { from: moved_from, why: moved_why } : null;
    const left = moved_from !== null && moved_ts !== null ? { channel: moved_from, ts: moved_ts } : null;
    return {
      runKey,
      channel,
      threadTs,
      isPublic: is_public === 1,
      ts,
      requester,
      shown,
      moved,
      left,
      settled: settled === 1,
    };
  }

  async change(runKey: string, change: Partial<Omit<Card, "runKey" | "requester" | "isPublic">>): Promise<void> {
    const { settled, moved, left, threadTs, ...rest } = change;
    const columns = {
      ...rest,
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
      ...(moved ? { moved_from: moved.from, moved_why: moved.why } : {}),
      ...(left ? { moved_ts: left.ts } : {}),
      ...(settled === undefined ? {} : { settled: settled ? 1 : 0 }),
    };
    await this.db.updateTable("cards").set(columns).where("run_key", "=", runKey).execute();
  }

  /**
   * Takes the right to draw a card, until `release` or for `forMs`. False when another process has it.
   * Without it a slow edit with older knowledge could arrive after a newer one.
   */
  async claim(runKey: string, forMs: number): Promise<boolean> {
    const { process, now: time } = this.drawer;
    const now = sql<number>`cast(${time()} as bigint)`;
    const result = await this.db
      .updateTable("cards")
      .set({ drawn_by: process, drawn_until: sql<number>`${now} + cast(${forMs} as bigint)` })
      .where("run_key", "=", runKey)
      .where((eb) => eb.or([eb("drawn_by", "is", null), eb("drawn_by", "=", process), eb("drawn_until", "<", now)]))
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  async release(runKey: string): Promise<void> {
    await this.db
      .updateTable("cards")
      .set({ drawn_by: null })
      .where("run_key", "=", runKey)
      .where("drawn_by", "=", this.drawer.process)
      .execute();
  }

  /** When no other process works on this store: whoever was drawing has died. */
  async releaseAll(): Promise<void> {
    await this.db.updateTable("cards").set({ drawn_by: null }).execute();
  }

  /** The channels in which the cards of runs in flight are to stand, by the run's key. */
  async channelsInFlight(): Promise<Map<string, string>> {
    const rows = await this.db
      .selectFrom("cards")
      .innerJoin("runs", "runs.key", "cards.run_key")
      .select(["cards.run_key", "cards.channel"])
      .where("runs.in_flight", "=", 1)
      .execute();
    return new Map(rows.map((row) => [row.run_key, row.channel]));
  }

  /** The runs whose card may not show the truth yet. */
  async unsettled(): Promise<string[]> {
    const rows = await this.db.selectFrom("cards").select("run_key").where("settled", "=", 0).execute();
    return rows.map((row) => row.run_key);
  }
}
