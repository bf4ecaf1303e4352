// Which message shows which run, and which process is drawing it at this moment.

import { type Expression, sql } from "kysely";
import { z } from "zod";
import type { Db } from "../../store/database.js";
import { prepared } from "../../store/prepared-query.js";
import { RowReader } from "../../store/row-reader.js";
import type { Posted } from "../connection/post.js";
import type { Moved } from "../messages/run-card.js";

/** What is said once about a run, besides its card. */
export type CardReply = z.output<typeof replySchema>;
const replySchema = z.enum(["end", "overdue"]);

export interface Card {
  runKey: string;
  channel: string;
  /** The thread in which the run was requested; `null` outside threads. */
  threadTs: string | null;
  /** True when everybody in the workspace may read the card; false when that is not known. */
  isPublic: boolean;
  /** `null` until it is posted. */
  ts: string | null;
  requester: string | null;
  /** A hash of what it shows. */
  shown: string | null;
  moved: Moved | null;
  /** The message that it left behind when it moved; `null` when there is none. */
  left: Posted | null;
  /** The end has been shown and told, or can no longer be. */
  settled: boolean;
  /** The reply that was about to be posted: if Slack's answer was lost, it may be there already. `null`: none. */
  posting: CardReply | null;
  /** A process has claimed the right to draw it, and has not released it. */
  isClaimed: boolean;
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
  posting: replySchema.nullable(),
  drawn_by: z.string().nullable(),
});

/** The process that draws. `process` is its unique name. `now` is epoch ms by the clock that everything on this store shares. */
export interface Drawer {
  process: string;
  now: () => number | Expression<number>;
}

/** The time now, and the end of a claim that begins now and lasts for `forMs`. */
export function leaseOf({ now }: Drawer, forMs: number) {
  const time = sql<number>`cast(${now()} as bigint)`;
  return { now: time, until: sql<number>`${time} + cast(${forMs} as bigint)` };
}

const COLUMNS = rowSchema.keyof().options;

export class CardStore {
  readonly #byRun;
  readonly #unsettled;

  constructor(
    private readonly db: Db,
    private readonly drawer: Drawer,
    private readonly rows: RowReader = new RowReader(),
  ) {
    this.#byRun = prepared(db, (runKey: Expression<string>) =>
      db.selectFrom("cards").select(COLUMNS).where("run_key", "=", runKey),
    );
    this.#unsettled = prepared(db, () => db.selectFrom("cards").select("run_key").where("settled", "=", 0));
  }

  /**
   * Notes where the card of a new run should be. One that has been posted stays as it is. `db`: the transaction that stores the run;
   * without one, the card is stored by itself.
   */
  async insert(
    card: Pick<Card, "runKey" | "channel" | "threadTs" | "isPublic" | "requester">,
    db: Db = this.db,
  ): Promise<void> {
    const { runKey, channel, threadTs, isPublic, requester } = card;
    const columns = {
      channel,
      thread_ts: threadTs,
      is_public: isPublic ? 1 : 0,
      requester,
      ts: null,
      shown: null,
      moved_from: null,
      moved_ts: null,
      moved_why: null,
      settled: 0,
      posting: null,
    };
    await db
      .insertInto("cards")
      .values({ run_key: runKey, ...columns, drawn_by: null, drawn_until: 0 })
      // It is left from a start that the store did not take, or took back.
      .onConflict((conflict) => conflict.column("run_key").doUpdateSet(columns).where("cards.ts", "is", null))
      .execute();
  }

  /** @throws UnreadableRow */
  async get(runKey: string): Promise<Card | null> {
    const [row] = await this.#byRun(runKey);
    if (row === undefined) return null;
    const read = this.rows.columns({ table: "cards", key: runKey }, rowSchema, row);
    const { thread_ts: threadTs, is_public, moved_from, moved_ts, moved_why, settled, drawn_by, ...rest } = read;
    const moved = moved_from !== null && moved_why !== null ? { from: moved_from, why: moved_why } : null;
    const left = moved_from !== null && moved_ts !== null ? { channel: moved_from, ts: moved_ts } : null;
    return {
      runKey,
      ...rest,
      threadTs,
      isPublic: is_public === 1,
      moved,
      left,
      settled: settled === 1,
      isClaimed: drawn_by !== null,
    };
  }

  async change(
    runKey: string,
    change: Partial<Omit<Card, "runKey" | "requester" | "isPublic" | "isClaimed">>,
  ): Promise<void> {
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

  /** Notes where a card was posted. Returns false if it has a place already: another process has posted it in the meantime. */
  async place(runKey: string, { channel, ts, threadTs }: Posted & { threadTs?: null }): Promise<boolean> {
    const columns = { channel, ts, ...(threadTs === undefined ? {} : { thread_ts: threadTs }) };
    const { numUpdatedRows } = await this.db
      .updateTable("cards")
      .set(columns)
      .where("run_key", "=", runKey)
      .where("ts", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /**
   * Claims the right to draw a card, until `release` or for `forMs`. Returns false when another process has it.
   * Without the claim, a slow edit with an older state could arrive after a newer one.
   */
  async claim(runKey: string, forMs: number): Promise<boolean> {
    const { process } = this.drawer;
    const { now, until } = leaseOf(this.drawer, forMs);
    const result = await this.db
      .updateTable("cards")
      .set({ drawn_by: process, drawn_until: until })
      .where("run_key", "=", runKey)
      .where((eb) =>
        eb.or([
          eb("drawn_by", "is", null),
          eb("drawn_by", "=", process),
          eb("drawn_until", "<", now),
          // The clock has been set back since then.
          eb("drawn_until", ">", until),
        ]),
      )
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

  /** For when no other process uses this store: whichever process was drawing has died. */
  async releaseAll(): Promise<void> {
    await this.db.updateTable("cards").set({ drawn_by: null }).execute();
  }

  /** The channels where the cards of runs in flight belong, by run key. */
  async channelsInFlight(): Promise<Map<string, string>> {
    const rows = await this.db
      .selectFrom("cards")
      .innerJoin("runs", "runs.key", "cards.run_key")
      .select(["cards.run_key", "cards.channel"])
      .where("runs.in_flight", "=", 1)
      .execute();
    return new Map(rows.map((row) => [row.run_key, row.channel]));
  }

  /** The conversations where the cards of runs are, by the run's id in Hex. Runs without a card are left out. */
  async placesOfHexRuns(runIds: readonly string[]): Promise<Map<string, Pick<Card, "channel" | "threadTs">>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.db
      .selectFrom("cards")
      .innerJoin("runs", "runs.key", "cards.run_key")
      .select(["runs.hex_run_id", "cards.channel", "cards.thread_ts"])
      .where("runs.hex_run_id", "in", [...runIds])
      .where("cards.ts", "is not", null)
      .execute();
    return new Map(rows.map((row) => [row.hex_run_id ?? "", { channel: row.channel, threadTs: row.thread_ts }]));
  }

  /** The runs whose card may not be up to date yet. */
  async unsettled(): Promise<string[]> {
    return (await this.#unsettled()).map((row) => row.run_key);
  }
}
