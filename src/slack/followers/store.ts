// Who is to be told about the end of which run, and what they have been told.

import { sql } from "kysely";
import type { RunState } from "../../runs/run.js";
import type { Db } from "../../store/database.js";
import type { Drawer } from "../cards/store.js";

export interface Follower {
  runKey: string;
  /** A Slack user id. */
  user: string;
}

/** A press of the button. */
export interface Press extends Follower {
  /** The same for every delivery of one click. */
  click: string;
  /** Epoch ms. */
  at: number;
}

/** Two clicks of one person within this time (ms) are a double click, which means one. */
const DOUBLE_CLICK_MS = 2_000;
/** Nobody clicks so often at once. */
const ATTEMPTS = 5;

export class FollowerStore {
  /** `teller`: this process, and the clock that all who share the store go by. */
  constructor(
    private readonly db: Db,
    private readonly teller: Drawer,
  ) {}

  /**
   * Somebody who does not follow the run follows it from now on, and somebody who does no longer does. A click that is delivered
   * again changes nothing, and neither does the second half of a double click.
   * @returns whether they follow it now
   */
  async press({ runKey, user, click, at }: Press): Promise<boolean> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.db
        .selectFrom("followers")
        .select(["following", "click", "pressed_at"])
        .where("run_key", "=", runKey)
        .where("user_id", "=", user)
        .executeTakeFirst();
      if (row === undefined) {
        if (await this.#insert({ runKey, user, click, at })) return true;
        continue;
      }
      const isRepeated = row.click === click || Math.abs(at - Number(row.pressed_at)) < DOUBLE_CLICK_MS;
      if (isRepeated) return row.following === 1;
      const result = await this.db
        .updateTable("followers")
        .set({ following: 1 - row.following, click, pressed_at: at })
        .where("run_key", "=", runKey)
        .where("user_id", "=", user)
        .where("click", "=", row.click)
        .executeTakeFirst();
      if (result.numUpdatedRows === 1n) return row.following === 0;
    }
    throw new Error(`who follows run ${runKey} was changed ${ATTEMPTS} times in a row by others`);
  }

  async #insert({ runKey, user, click, at }: Press): Promise<boolean> {
    const result = await this.db
      .insertInto("followers")
      .values({
        run_key: runKey,
        user_id: user,
        following: 1,
        click,
        pressed_at: at,
        told: null,
        told_by: null,
        telling_until: 0,
      })
      .onConflict((conflict) => conflict.columns(["run_key", "user_id"]).doNothing())
      .executeTakeFirst();
    return result.numInsertedOrUpdatedRows === 1n;
  }

  /** How many follow a run. */
  async count(runKey: string): Promise<number> {
    const row = await this.db
      .selectFrom("followers")
      .select((eb) => eb.fn.countAll().as("count"))
      .where("run_key", "=", runKey)
      .where("following", "=", 1)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  }

  /** Those whose run has ended in another way than they have been told, if they have been told at all. */
  async untold(): Promise<Follower[]> {
    const rows = await this.db
      .selectFrom("followers")
      .innerJoin("runs", "runs.key", "followers.run_key")
      .select(["run_key", "user_id"])
      .where("followers.following", "=", 1)
      .where("runs.in_flight", "=", 0)
      .where((eb) => eb.or([eb("followers.told", "is", null), eb("followers.told", "!=", eb.ref("runs.state"))]))
      .execute();
    return rows.map(({ run_key: runKey, user_id: user }) => ({ runKey, user }));
  }

  /** The same of one run, which has ended as `state` says. */
  async untoldOf(runKey: string, state: RunState): Promise<Follower[]> {
    const rows = await this.db
      .selectFrom("followers")
      .select("user_id")
      .where("run_key", "=", runKey)
      .where("following", "=", 1)
      .where((eb) => eb.or([eb("told", "is", null), eb("told", "!=", state)]))
      .execute();
    return rows.map(({ user_id: user }) => ({ runKey, user }));
  }

  /** Takes the right to tell somebody that a run has ended as `state` says, for `forMs`. False when it is another process's. */
  async claim({ runKey, user }: Follower, state: RunState, forMs: number): Promise<boolean> {
    const { process, now: time } = this.teller;
    const now = sql<number>`cast(${time()} as bigint)`;
    const result = await this.db
      .updateTable("followers")
      .set({ told_by: process, telling_until: sql<number>`${now} + cast(${forMs} as bigint)` })
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .where("following", "=", 1)
      .where((eb) => eb.or([eb("told", "is", null), eb("told", "!=", state)]))
      .where((eb) =>
        eb.or([
          eb("told_by", "is", null),
          eb("told_by", "=", process),
          eb("telling_until", "<", now),
          // The clock was set back since.
          eb("telling_until", ">", sql<number>`${now} + cast(${forMs} as bigint)`),
        ]),
      )
      .executeTakeFirst();
    return result.numUpdatedRows === 1n;
  }

  /** They have been told, or can no longer be. */
  async settle({ runKey, user }: Follower, state: RunState): Promise<void> {
    await this.#change({ runKey, user }, { told: state, told_by: null });
  }

  /** They have not been told: this process, or another, tries again. */
  async release(follower: Follower): Promise<void> {
    await this.#change(follower, { told_by: null });
  }

  /** When no other process works on this store: whoever was telling somebody has died. */
  async releaseAll(): Promise<void> {
    await this.db.updateTable("followers").set({ told_by: null }).where("told_by", "is not", null).execute();
  }

  async #change({ runKey, user }: Follower, columns: { told?: RunState; told_by: null }): Promise<void> {
    await this.db
      .updateTable("followers")
      .set(columns)
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .execute();
  }
}
