// Which message shows which run.

import type { Db } from "../../store/database.js";

export interface Card {
  runKey: string;
  channel: string;
  /** null until it is posted. */
  ts: string | null;
  requester: string | null;
  /** A hash of what it shows. */
  shown: string | null;
  /** The end is shown and told, or can no longer be. */
  settled: boolean;
}

export class CardStore {
  constructor(private readonly db: Db) {}

  /** Remembers where the card of a run is to be. One that exists stays as it is. */
  async insert(card: Pick<Card, "runKey" | "channel" | "requester">): Promise<void> {
    const { runKey, channel, requester } = card;
    await this.db
      .insertInto("cards")
      .values({ run_key: runKey, channel, requester, ts: null, shown: null, settled: 0 })
      .onConflict((conflict) => conflict.column("run_key").doNothing())
      .execute();
  }

  async get(runKey: string): Promise<Card | null> {
    const row = await this.db.selectFrom("cards").selectAll().where("run_key", "=", runKey).executeTakeFirst();
    if (row === undefined) return null;
    const { run_key, channel, ts, requester, shown, settled } = row;
    return { runKey: run_key, channel, ts, requester, shown, settled: settled === 1 };
  }

  async change(runKey: string, change: Partial<Omit<Card, "runKey" | "requester">>): Promise<void> {
    const { settled, ...rest } = change;
    await this.db
      .updateTable("cards")
      .set({ ...rest, ...(settled === undefined ? {} : { settled: settled ? 1 : 0 }) })
      .where("run_key", "=", runKey)
      .execute();
  }

  /** The runs whose card may not show the truth yet. */
  async unsettled(): Promise<string[]> {
    const rows = await this.db.selectFrom("cards").select("run_key").where("settled", "=", 0).execute();
    return rows.map((row) => row.run_key);
  }
}
