// Remembers that there were rules about who may do what, so that nobody gets every right because a file is missing.

import type { Db } from "./database.js";

const KEY = "policy";

/** There are no rules now, and nobody has said that there should be none. */
export class MissingPolicyError extends Error {
  override readonly name = "MissingPolicyError";

  /** @param since when the bot first started with rules, epoch ms */
  constructor(readonly since: number) {
    super("rules were in force, and there are none now");
  }
}

export class PolicyMemory {
  constructor(private readonly db: Db) {}

  /** When the bot first started with rules, epoch ms; `null` when there have been none. */
  async since(): Promise<number | null> {
    const row = await this.db.selectFrom("policy_memory").select("since").where("key", "=", KEY).executeTakeFirst();
    return row === undefined ? null : Number(row.since);
  }

  /** There are rules from `now` on, epoch ms, unless there were some before. */
  async remember(now: number): Promise<void> {
    await this.db
      .insertInto("policy_memory")
      .values({ key: KEY, since: now })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .execute();
  }

  async forget(): Promise<void> {
    await this.db.deleteFrom("policy_memory").where("key", "=", KEY).execute();
  }
}
