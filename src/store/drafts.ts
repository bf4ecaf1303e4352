// What somebody is about to do, kept where no button or form can carry it, and forgotten after a while.

import { z } from "zod";
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

  /** Keeps a document of JSON under a key, in the place of an older one, for `forMs`. */
  async keep(key: string, doc: unknown, forMs: number): Promise<void> {
    const columns = { doc: JSON.stringify(doc), expires_at: this.now() + forMs };
    await this.db
      .insertInto("drafts")
      .values({ key, ...columns })
      .onConflict((conflict) => conflict.column("key").doUpdateSet(columns))
      .execute();
  }

  /** The document under a key; null when there is none, when its time is over, and when it cannot be read. */
  async get<T>(key: string, schema: z.ZodType<T>): Promise<T | null> {
    const found = await this.db
      .selectFrom("drafts")
      .select(["expires_at", storedDoc(this.db).as("doc")])
      .where("key", "=", key)
      .executeTakeFirst();
    if (found === undefined) return null;
    const place = { table: "drafts", key } as const;
    try {
      const { expires_at } = this.rows.columns(place, row, { expires_at: found.expires_at });
      return expires_at > this.now() ? this.rows.doc(place, schema, found.doc) : null;
    } catch (error) {
      if (error instanceof UnreadableRow) return null;
      throw error;
    }
  }

  async remove(key: string): Promise<void> {
    await this.db.deleteFrom("drafts").where("key", "=", key).execute();
  }

  /** Forgets those whose time is over. */
  async removeExpired(): Promise<void> {
    await this.db.deleteFrom("drafts").where("expires_at", "<=", this.now()).execute();
  }
}
