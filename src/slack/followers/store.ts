// Who wants to be told about the end of which run, and what they have been told.

import type { Expression } from "kysely";
import type { RunState } from "../../runs/run.js";
import type { Db } from "../../store/database.js";
import { prepared } from "../../store/prepared-query.js";
import { type Drawer, leaseOf } from "../cards/store.js";

export interface Follower {
  runKey: string;
  /** A Slack user id. */
  user: string;
}

/** Somebody whom this process may tell. */
export interface Claimed extends Follower {
  /** A process was about to tell them and died, or Slack's answer was lost: they may have been told. */
  mayBeTold: boolean;
}

/** A press of the button. */
export interface Press extends Follower {
  /** The same for every delivery of a click. */
  click: string;
  /** Epoch ms. */
  at: number;
}

/** Two clicks by one person within this time (ms) are a double click, which counts as one. */
const DOUBLE_CLICK_MS = 2_000;
/** Nobody clicks this often at the same time. */
const ATTEMPTS = 5;

export class FollowerStore {
  readonly #count;
  readonly #untold;

  /** `teller` is this process, and the clock that everything on this store shares. */
  constructor(
    private readonly db: Db,
    private readonly teller: Drawer,
  ) {
    this.#count = prepared(db, (runKey: Expression<string>) =>
      db
        .selectFrom("followers")
        .select((eb) => eb.fn.countAll().as("count"))
        .where("run_key", "=", runKey)
        .where("following", "=", 1),
    );
    this.#untold = prepared(db, () =>
      db
        .selectFrom("followers")
        .innerJoin("runs", "runs.key", "followers.run_key")
        .select(["run_key", "user_id"])
        .where("followers.following", "=", 1)
        .where("runs.in_flight", "=", 0)
        .where((eb) => eb.or([eb("followers.told", "is", null), eb("followers.told", "!=", eb.ref("runs.state"))])),
    );
  }

  /**
   * Makes the person follow the run, or no longer follow it if they already did. A click that is delivered again changes nothing, and
   * neither does the second half of a double click.
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

  /** How many people follow a run. */
  async count(runKey: string): Promise<number> {
    const [row] = await this.#count(runKey);
    return Number(row?.count ?? 0);
  }

  /** The followers whose run has ended differently from what they have been told, if they have been told anything. */
  async untold(): Promise<Follower[]> {
    return (await this.#untold()).map(({ run_key: runKey, user_id: user }) => ({ runKey, user }));
  }

  /** The same for one run, which has ended in `state`. */
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

  /** Claims the right to tell somebody that a run has ended in `state`, for `forMs`. Returns `null` when another process has it. */
  async claim({ runKey, user }: Follower, state: RunState, forMs: number): Promise<Claimed | null> {
    const before = await this.db
      .selectFrom("followers")
      .select("told_by")
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .executeTakeFirst();
    if (before === undefined) return null;
    const { process } = this.teller;
    const { now, until } = leaseOf(this.teller, forMs);
    const result = await this.db
      .updateTable("followers")
      .set({ told_by: process, telling_until: until })
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .where("following", "=", 1)
      .where((eb) => eb.or([eb("told", "is", null), eb("told", "!=", state)]))
      // Otherwise another process has claimed it in between, and may have told them.
      .where("told_by", before.told_by === null ? "is" : "=", before.told_by)
      .where((eb) =>
        eb.or([
          eb("told_by", "is", null),
          eb("told_by", "=", process),
          eb("telling_until", "<", now),
          // The clock has been set back since then.
          eb("telling_until", ">", until),
        ]),
      )
      .executeTakeFirst();
    return result.numUpdatedRows === 1n ? { runKey, user, mayBeTold: before.told_by !== null } : null;
  }

  /** Keeps a claim that this process has for `forMs` from now. */
  async renew({ runKey, user }: Follower, forMs: number): Promise<void> {
    const { until } = leaseOf(this.teller, forMs);
    await this.db
      .updateTable("followers")
      .set({ telling_until: until })
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .where("told_by", "=", this.teller.process)
      .execute();
  }

  /** The follower has been told, or can no longer be. */
  async settle({ runKey, user }: Follower, state: RunState): Promise<void> {
    await this.#change({ runKey, user }, { told: state, told_by: null });
  }

  /** This process or another one tries again. `told_by` stays when they may have been told. */
  async release(follower: Follower, mayBeTold: boolean): Promise<void> {
    await this.#change(follower, mayBeTold ? { telling_until: 0 } : { told_by: null });
  }

  /** For when no other process uses this store: whichever process was telling somebody has died. */
  async releaseAll(): Promise<void> {
    await this.db.updateTable("followers").set({ telling_until: 0 }).where("told_by", "is not", null).execute();
  }

  async #change(
    { runKey, user }: Follower,
    columns: { told?: RunState; told_by: null } | { telling_until: number },
  ): Promise<void> {
    await this.db
      .updateTable("followers")
      .set(columns)
      .where("run_key", "=", runKey)
      .where("user_id", "=", user)
      .execute();
  }
}
