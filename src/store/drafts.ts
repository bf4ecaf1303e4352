// What somebody is about to do, stored for a while when it does not fit into a button or form.

import { z } from "zod";
import { HOUR } from "../lib/time.js";
import type { Db } from "./database.js";
import { RowReader, storedDoc, UnreadableRow } from "./row-reader.js";

const row = z.object({ expires_at: z.coerce.number() });

export class Drafts {
  /** `now`: epoch ms. */
  constructor(
    private readonly db: Db,
    private readonly now: () => number,
    private readonly rows: RowReader = new RowReader(),
  ) {}

  /** Stores a JSON document under a key for `forMs`, replacing an older one. */
  async keep(key: string, doc: unknown, forMs: number): Promise<void> {
    const columns = { doc: JSON.stringify(doc), expires_at: this.now() + forMs };
    await this.db
      .insertInto("drafts")
      .values({ key, ...columns })
      .onConflict((conflict) => conflict.column("key").doUpdateSet(columns))
      .execute();
  }

  /** The document under a key; `null` when there is none, when it has expired, or when it cannot be read. */
  async get<T>(key: string, schema: z.ZodType<T>): Promise<T | null> {
    const found = await this.db
      .selectFrom("drafts")
      .select(["expires_at", storedDoc(this.db).as("doc")])
      .where("key", "=", key)
      .executeTakeFirst();
    if (found === undefined) return null;
    const place = { table: "drafts", key } as const;
    try {
      const { expires_at } = this.rows.columns(place, row, found);
      return expires_at > this.now() ? this.rows.doc(place, schema, found.doc) : null;
    } catch (error) {
      if (error instanceof UnreadableRow) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.db.deleteFrom("drafts").where("key", "=", key).execute();
  }

  /** Takes out the expired documents whose key has the prefix. If several processes ask, each gets different ones. */
  async takeExpired<T>(prefix: string, schema: z.ZodType<T>): Promise<T[]> {
    const found = await this.db
      .selectFrom("drafts")
      .select(["key", storedDoc(this.db).as("doc")])
      // Not by order: many a Postgres sorts texts by words.
      .where("key", "like", `${prefix}%`)
      .where("expires_at", "<=", this.now())
      .execute();
    const taken: typeof found = [];
    for (const draft of found) {
      const result = await this.db.deleteFrom("drafts").where("key", "=", draft.key).executeTakeFirst();
      if (result.numDeletedRows === 1n) taken.push(draft);
    }
    return this.rows.each(taken, ({ key, doc }) => this.rows.doc({ table: "drafts", key }, schema, doc));
  }

  /** Removes documents that expired an hour ago or more. Until then, they can be taken out. */
  async removeExpired(): Promise<void> {
    await this.db
      .deleteFrom("drafts")
      .where("expires_at", "<=", this.now() - HOUR)
      .execute();
  }
}
