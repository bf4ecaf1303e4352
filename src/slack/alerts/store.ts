// Which message shows which alert, wherever it belongs.

import type { Expression } from "kysely";
import { z } from "zod";
import type { Db } from "../../store/database.js";
import type { Write } from "../../store/leadership.js";
import { prepared } from "../../store/prepared-query.js";
import { RowReader } from "../../store/row-reader.js";
import type { Posted } from "../connection/post.js";

export interface Alert {
  subject: string;
  /** When it was first wanted, epoch ms. */
  at: number;
  /** Where the message is; `null` until it is posted, and so is `ts`. */
  channel: string | null;
  ts: string | null;
  /** A hash of what it shows. */
  shown: string | null;
  /** How many replies are in its thread. */
  told: number;
  /** It, or the next reply once it has a place, is being posted, or it is not known whether that worked. */
  posting: boolean;
  /** There may be an earlier message about the same subject. */
  doubled: boolean;
  /** Somebody deleted it, and it was posted again. */
  reposted: boolean;
  /** There is nothing more to show. */
  settled: boolean;
}

type Change = Partial<Omit<Alert, "subject" | "at">>;

const rowSchema = z.object({
  at: z.coerce.number(),
  channel: z.string().nullable(),
  ts: z.string().nullable(),
  shown: z.string().nullable(),
  told: z.number(),
  posting: z.number(),
  doubled: z.number(),
  reposted: z.number(),
  settled: z.number(),
});

const COLUMNS = rowSchema.keyof().options;

export class AlertStore {
  readonly #bySubject;

  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** How changes are written. Those of a process that does not lead are refused. */
    private readonly write: Write = (work) => work(db),
  ) {
    this.#bySubject = prepared(db, (subject: Expression<string>) =>
      db.selectFrom("alerts").select(COLUMNS).where("subject", "=", subject),
    );
  }

  /** Notes that a message is wanted. An existing one stays as it is. `now`: epoch ms. */
  async insert(subject: string, now: number): Promise<void> {
    const place = { channel: null, ts: null, shown: null };
    const counts = { told: 0, posting: 0, doubled: 0, reposted: 0, settled: 0 };
    await this.write((db) =>
      db
        .insertInto("alerts")
        .values({ subject, at: now, ...place, ...counts })
        .onConflict((conflict) => conflict.column("subject").doNothing())
        .execute(),
    );
  }

  /** @throws UnreadableRow */
  async get(subject: string): Promise<Alert | null> {
    const [row] = await this.#bySubject(subject);
    if (row === undefined) return null;
    const read = this.rows.columns({ table: "alerts", key: subject }, rowSchema, row);
    const { posting, doubled, reposted, settled, ...rest } = read;
    return {
      subject,
      ...rest,
      posting: posting === 1,
      doubled: doubled === 1,
      reposted: reposted === 1,
      settled: settled === 1,
    };
  }

  /**
   * The alerts whose subject begins with `prefix` and that were first wanted at `time` (epoch ms) or later, by their subjects: whether
   * each is settled.
   */
  async settledSince(prefix: string, time: number): Promise<Map<string, boolean>> {
    const rows = await this.db
      .selectFrom("alerts")
      .select(["subject", "settled"])
      .where("at", ">=", time)
      .where("subject", "like", `${prefix}%`)
      .execute();
    return new Map(rows.map(({ subject, settled }) => [subject, settled === 1]));
  }

  /** The messages of settled alerts whose content is not known, by their subjects. */
  async abandoned(): Promise<(Posted & { subject: string })[]> {
    const rows = await this.db
      .selectFrom("alerts")
      .select(["subject", "channel", "ts"])
      .where("settled", "=", 1)
      .where("shown", "is", null)
      .execute();
    return rows.flatMap(({ subject, channel, ts }) =>
      channel === null || ts === null ? [] : { subject, channel, ts },
    );
  }

  async change(subject: string, change: Change): Promise<void> {
    await this.write((db) => db.updateTable("alerts").set(columnsOf(change)).where("subject", "=", subject).execute());
  }

  /**
   * The same for a message that was just posted. Returns false if the alert already has a place. Any process may call this: a message
   * that a former leader has posted exists, and the next leader keeps it up to date.
   */
  async place(subject: string, change: Change): Promise<boolean> {
    const { numUpdatedRows } = await this.db
      .updateTable("alerts")
      .set(columnsOf(change))
      .where("subject", "=", subject)
      .where("ts", "is", null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Removes settled alerts that were first wanted before a time (epoch ms). */
  async removeBefore(time: number): Promise<void> {
    await this.write((db) => db.deleteFrom("alerts").where("settled", "=", 1).where("at", "<", time).execute());
  }
}

function columnsOf({ posting, doubled, reposted, settled, ...rest }: Change) {
  const flags = Object.entries({ posting, doubled, reposted, settled }).flatMap(([name, flag]) =>
    flag === undefined ? [] : [[name, flag ? 1 : 0]],
  );
  return { ...rest, ...Object.fromEntries(flags) };
}
