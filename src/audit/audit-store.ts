// The stored audit log. Entries are added, and removed when they are old. None is ever changed.

import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, type StoredDoc, storedDoc } from "../store/row-reader.js";
import { type AuditEntry, auditEntrySchema } from "./audit-entry.js";

/** Which entries to read. Times in epoch ms. */
export interface AuditQuery {
  since: number;
  until?: number;
  projectId?: string;
  /** A person's id in Slack. */
  who?: string;
  /** The ids of projects whose entries to leave out. */
  except?: readonly string[];
}

/** How many rows are read at once. */
const PAGE = 500;
/** How many entries are written at once. SQLite takes 32,766 values, and Postgres 65,535. */
const BATCH = 1_000;

export class AuditStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** How old entries are removed. */
    private readonly write: Write = (work) => work(db),
  ) {}

  /** Adds entries. One that is there already stays as it is. */
  async add(entries: readonly AuditEntry[]): Promise<void> {
    for (let from = 0; from < entries.length; from += BATCH) await this.#addBatch(entries.slice(from, from + BATCH));
  }

  async #addBatch(entries: readonly AuditEntry[]): Promise<void> {
    const values = entries.map((entry) => ({
      id: entry.id,
      at: entry.at,
      who: entry.who,
      project_id: entry.project?.id ?? null,
      doc: JSON.stringify(entry),
    }));
    await this.db
      .insertInto("audit")
      .values(values)
      .onConflict((conflict) => conflict.column("id").doNothing())
      .execute();
  }

  /** The latest entries, newest first, and how many there are. */
  async latest(query: AuditQuery, limit: number): Promise<{ entries: AuditEntry[]; total: number }> {
    const [rows, counted] = await Promise.all([
      this.#matching(query)
        .select(["id", storedDoc(this.db).as("doc")])
        .orderBy("at", "desc")
        .orderBy("id", "desc")
        .limit(limit)
        .execute(),
      this.#matching(query)
        .select((eb) => eb.fn.countAll().as("count"))
        .executeTakeFirst(),
    ]);
    return { entries: this.#read(rows), total: Number(counted?.count ?? 0) };
  }

  /** The ids of all projects that such entries are about. */
  async projectIds(query: AuditQuery): Promise<string[]> {
    const rows = await this.#matching(query).select("project_id").distinct().execute();
    return rows.flatMap(({ project_id: id }) => id ?? []);
  }

  /** All entries, oldest first, a page at a time. */
  async *pages(query: AuditQuery): AsyncGenerator<AuditEntry[], void> {
    // No time is negative.
    let after = { at: -1, id: "" };
    for (;;) {
      const { at, id } = after;
      // The lower bound moves along, because an index does not seek by the "or" below.
      const rows = await this.#matching({ ...query, since: Math.max(query.since, at) })
        .where((eb) => eb.or([eb("at", ">", at), eb.and([eb("at", "=", at), eb("id", ">", id)])]))
        .select(["id", "at", storedDoc(this.db).as("doc")])
        .orderBy("at")
        .orderBy("id")
        .limit(PAGE)
        .execute();
      yield this.#read(rows);
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      after = { at: Number(end.at), id: end.id };
    }
  }

  /** Which of these ids have no entry. */
  async missing(ids: readonly string[]): Promise<string[]> {
    if (ids.length === 0) return [];
    const rows = await this.db
      .selectFrom("audit")
      .select("id")
      .where("id", "in", [...ids])
      .execute();
    const there = new Set(rows.map(({ id }) => id));
    return ids.filter((id) => !there.has(id));
  }

  /** Removes the entries from before a time (epoch ms). */
  async removeBefore(time: number): Promise<void> {
    await this.write((db) => db.deleteFrom("audit").where("at", "<", time).execute());
  }

  #matching({ since, until, projectId, who, except = [] }: AuditQuery) {
    let select = this.db.selectFrom("audit").where("at", ">=", since);
    if (until !== undefined) select = select.where("at", "<", until);
    if (projectId !== undefined) select = select.where("project_id", "=", projectId);
    if (who !== undefined) select = select.where("who", "=", who);
    if (except.length > 0) {
      select = select.where((eb) => eb.or([eb("project_id", "is", null), eb("project_id", "not in", except)]));
    }
    return select;
  }

  #read(rows: readonly { id: string; doc: StoredDoc }[]): AuditEntry[] {
    return this.rows.each(rows, ({ id, doc }) =>
      this.rows.ownDoc({ table: "audit", key: id }, auditEntrySchema, doc, "id"),
    );
  }
}
