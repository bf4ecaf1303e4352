// Stores which messages tell of which troubles.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader } from "../store/row-reader.js";
import { columnsOf, placeOf } from "./place-columns.js";
import type { Member } from "./trouble-groups.js";

const rowSchema = z.object({
  channel: z.string(),
  thread_ts: z.string(),
  trouble_id: z.string(),
  project_id: z.string(),
  alert: z.string(),
  position: z.number().int(),
  joined_at: z.coerce.number().pipe(epochMs),
  failed_at: z.coerce.number().pipe(epochMs).nullable(),
});
type Row = Record<keyof z.output<typeof rowSchema>, unknown>;

export class MemberStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** Writes changes, and refuses those of a process that does not lead. */
    private readonly write: Write = (work) => db.transaction().execute(work),
  ) {}

  /** The members of all messages that may still have something new to show, in the order in which they joined. */
  async unsettled(): Promise<Member[]> {
    return this.#read(await this.#select().where("settled", "=", 0).execute());
  }

  /** The members of one message, in their order. */
  async of(alert: string): Promise<Member[]> {
    return this.#read(await this.#select().where("alert", "=", alert).execute());
  }

  /** Adds new members, all or none. One that is there already stays as it is. */
  async add(members: readonly Member[]): Promise<void> {
    if (members.length === 0) return;
    const rows = members.map(({ channel, threadTs, alert, troubleId, projectId, position, joinedAt, failedAt }) => ({
      ...columnsOf({ channel, threadTs }),
      trouble_id: troubleId,
      project_id: projectId,
      alert,
      position,
      joined_at: joinedAt,
      failed_at: failedAt,
      settled: 0,
    }));
    await this.write((db) =>
      db
        .insertInto("trouble_members")
        .values(rows)
        .onConflict((conflict) => conflict.columns(["channel", "thread_ts", "trouble_id"]).doNothing())
        .execute(),
    );
  }

  /** Notes since when (epoch ms) the messages of these members tell that they have failed. */
  async fail(members: readonly Member[], failedAt: number): Promise<void> {
    await this.write(async (db) => {
      for (const { alert, troubleId } of members) {
        await db
          .updateTable("trouble_members")
          .set({ failed_at: failedAt })
          .where("alert", "=", alert)
          .where("trouble_id", "=", troubleId)
          .execute();
      }
    });
  }

  /** Notes that a message shows nothing new any more. `gone`: its members that are not over. They may be told again. */
  async settle(alert: string, gone: readonly Member[]): Promise<void> {
    await this.write(async (db) => {
      for (const { troubleId } of gone) {
        await db.deleteFrom("trouble_members").where("alert", "=", alert).where("trouble_id", "=", troubleId).execute();
      }
      await db.updateTable("trouble_members").set({ settled: 1 }).where("alert", "=", alert).execute();
    });
  }

  /** Forgets the members of settled messages whose troubles are no longer kept. */
  async removeOld(): Promise<void> {
    await this.write((db) =>
      db
        .deleteFrom("trouble_members")
        .where("settled", "=", 1)
        .where("trouble_id", "not in", db.selectFrom("troubles").select("id"))
        .execute(),
    );
  }

  #select() {
    return this.db.selectFrom("trouble_members").select(rowSchema.keyof().options);
  }

  #read(rows: readonly Row[]): Member[] {
    const members = this.rows.each(rows, (row): Member => {
      const key = [row.channel, row.thread_ts, row.trouble_id].join(" ");
      const read = this.rows.columns({ table: "trouble_members", key }, rowSchema, row);
      const { trouble_id, project_id, alert, position, joined_at, failed_at } = read;
      return {
        ...placeOf(read),
        alert,
        troubleId: trouble_id,
        projectId: project_id,
        position,
        joinedAt: joined_at,
        failedAt: failed_at,
      };
    });
    return members.sort((one, other) => one.joinedAt - other.joinedAt || one.position - other.position);
  }
}
