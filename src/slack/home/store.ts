// Who has opened their Home tab, and what it shows.

import type { Db } from "../../store/database.js";

export interface OpenedHome {
  /** A Slack user id. */
  user: string;
  /** When it was opened or used last, epoch ms. */
  openedAt: number;
  /** A hash of what it shows; `null` when that is not known. */
  shown: string | null;
  /** Slack's hash of the view, which changes each time the view is published; `null` when it is not known. */
  viewHash: string | null;
  /** How many times something was picked in its search field. */
  searches: number;
  /** An answer that could not be given anywhere else, in mrkdwn. */
  notice: string | null;
}

const COLUMNS = ["user_id", "opened_at", "shown", "view_hash", "searches", "notice"] as const;

export class HomeStore {
  constructor(private readonly db: Db) {}

  /** Somebody opens the tab, at `at` (epoch ms). It is drawn again, without the notice that was there. */
  async open(user: string, at: number): Promise<void> {
    const columns = { opened_at: at, shown: null, notice: null };
    await this.db
      .insertInto("homes")
      .values({ user_id: user, ...columns, view_hash: null, searches: 0 })
      .onConflict((conflict) => conflict.column("user_id").doUpdateSet(columns))
      .execute();
  }

  /** Somebody uses the tab, at `at` (epoch ms), so it is on their screen, however long ago they opened it. */
  async use(user: string, at: number): Promise<void> {
    await this.db
      .insertInto("homes")
      .values({ user_id: user, opened_at: at, shown: null, notice: null, view_hash: null, searches: 0 })
      .onConflict((conflict) => conflict.column("user_id").doUpdateSet({ opened_at: at }))
      .execute();
  }

  /** `null` when the tab was not opened after `since` (epoch ms). */
  async openedSince(user: string, since: number): Promise<OpenedHome | null> {
    const row = await this.db
      .selectFrom("homes")
      .select(COLUMNS)
      .where("user_id", "=", user)
      .where("opened_at", ">", since)
      .executeTakeFirst();
    return row === undefined ? null : homeIn(row);
  }

  /** The ids of everybody who has opened the tab after `since` (epoch ms). */
  async usersSince(since: number): Promise<string[]> {
    const rows = await this.db.selectFrom("homes").select("user_id").where("opened_at", ">", since).execute();
    return rows.map(({ user_id }) => user_id);
  }

  /** Stores what Slack accepted in place of `before`. If another process has published in the meantime, what that one stored stays. */
  async published(before: OpenedHome, now: Pick<OpenedHome, "shown" | "viewHash">): Promise<void> {
    await this.db
      .updateTable("homes")
      .set({ shown: now.shown, view_hash: now.viewHash })
      .where("user_id", "=", before.user)
      .where((eb) => (before.viewHash === null ? eb("view_hash", "is", null) : eb("view_hash", "=", before.viewHash)))
      .execute();
  }

  /** Something was picked in the search field, which must be emptied. */
  async searched(user: string): Promise<void> {
    await this.db
      .updateTable("homes")
      .set((eb) => ({ searches: eb("searches", "+", 1) }))
      .where("user_id", "=", user)
      .execute();
  }

  /** Stores an answer that cannot be given anywhere else. It stays on the tab until the person opens it again. */
  async say(user: string, notice: string): Promise<void> {
    await this.db.updateTable("homes").set({ notice }).where("user_id", "=", user).execute();
  }

  /** Forgets a tab, unless it has been opened again since it was read. */
  async remove({ user, openedAt }: OpenedHome): Promise<void> {
    await this.db.deleteFrom("homes").where("user_id", "=", user).where("opened_at", "=", openedAt).execute();
  }

  /** Removes the tabs that were not opened after `since` (epoch ms). */
  async removeOpenedBefore(since: number): Promise<void> {
    await this.db.deleteFrom("homes").where("opened_at", "<=", since).execute();
  }
}

/** Postgres gives a bigint as text. */
function homeIn(row: {
  user_id: string;
  opened_at: number;
  shown: string | null;
  view_hash: string | null;
  searches: number;
  notice: string | null;
}): OpenedHome {
  const { user_id: user, opened_at: openedAt, shown, view_hash: viewHash, searches, notice } = row;
  return { user, openedAt: Number(openedAt), shown, viewHash, searches, notice };
}
