// Who has what, for every process that shares the store. Any process may write: a press is stored where it arrives.

import { sql, type Transaction } from "kysely";
import { z } from "zod";
import type { Db } from "../store/database.js";
import { RowReader, type StoredDoc, storedDoc, UnreadableRow } from "../store/row-reader.js";
import type { Tables } from "../store/tables.js";
import {
  type Attention,
  type Attentions,
  attentionSchema,
  type Change,
  NO_ATTENTION,
  type Subject,
  subjectKey,
} from "./attention.js";

const ATTEMPTS = 5;

const versionSchema = z.coerce.number().int();

/** Somebody else changed it in between. */
class Overtaken extends Error {}

export class AttentionStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** Called after each change of this process. */
    private readonly onChange: () => void = () => undefined,
  ) {}

  /** All that is stored. What cannot be read counts as nobody's. */
  async all(): Promise<Attentions> {
    const rows = await this.db
      .selectFrom("attention")
      .select(["kind", "id", "version", storedDoc(this.db).as("doc")])
      .execute();
    return new Map(rows.map((row) => [subjectKey(row), this.#read(row)]));
  }

  /** Changes whenever anything is changed, by any process. */
  async revision(): Promise<string> {
    const { versions, rows } = await this.db
      .selectFrom("attention")
      .select([sql<number | string | null>`sum(version)`.as("versions"), sql<number | string>`count(*)`.as("rows")])
      .executeTakeFirstOrThrow();
    return `${versions ?? 0} ${rows}`;
  }

  /**
   * Changes what belongs to some subjects, all of it or nothing. If somebody else was faster, `change` is called again with what is stored
   * then.
   * @param change receives them in the order of `subjects`
   */
  async change<T>(subjects: readonly Subject[], change: (now: Attention[]) => Change<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        const { outcome, hasChanged } = await this.db
          .transaction()
          .execute((db) => this.#tryChange(db, subjects, change));
        if (hasChanged) this.onChange();
        return outcome;
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        if (attempt === ATTEMPTS) throw new Error("who has it could not be stored: others kept changing it");
      }
    }
  }

  async #tryChange<T>(
    db: Transaction<Tables>,
    subjects: readonly Subject[],
    change: (now: Attention[]) => Change<T>,
  ): Promise<{ outcome: T; hasChanged: boolean }> {
    const now = await Promise.all(subjects.map((subject) => this.#of(db, subject)));
    const { outcome, next } = change(now);
    const changes = subjects
      .flatMap((subject, index) => {
        const [before, after] = [now[index], next[index]];
        return before === undefined || after === undefined || before === after ? [] : [{ subject, before, after }];
      })
      // Always in the same order, so that two who change the same do not wait for each other.
      .sort((one, other) => (subjectKey(one.subject) < subjectKey(other.subject) ? -1 : 1));
    for (const { subject, before, after } of changes) await write(db, subject, before, after);
    return { outcome, hasChanged: changes.length > 0 };
  }

  async #of(db: Transaction<Tables>, { kind, id }: Subject): Promise<Attention> {
    const row = await db
      .selectFrom("attention")
      .select(["kind", "id", "version", storedDoc(db).as("doc")])
      .where("kind", "=", kind)
      .where("id", "=", id)
      .executeTakeFirst();
    return row === undefined ? NO_ATTENTION : this.#read(row);
  }

  #read({ version, doc, ...subject }: StoredAttention): Attention {
    const place = { table: "attention", key: subjectKey(subject) } as const;
    try {
      return {
        version: this.rows.columns(place, versionSchema, version),
        ...this.rows.doc(place, attentionSchema, doc),
      };
    } catch (error) {
      if (error instanceof UnreadableRow) return { ...NO_ATTENTION, version: Number(version) || 0 };
      throw error;
    }
  }

  /** Forgets what belongs to outages and troubles that are no longer kept. */
  async removeOld(): Promise<void> {
    await this.db
      .deleteFrom("attention")
      .where((row) =>
        row.or([
          row.and([row("kind", "=", "incident"), row("id", "not in", row.selectFrom("incidents").select("id"))]),
          row.and([row("kind", "=", "trouble"), row("id", "not in", row.selectFrom("troubles").select("id"))]),
        ]),
      )
      .execute();
  }
}

type StoredAttention = Subject & { version: number | string; doc: StoredDoc };

/** @throws Overtaken */
async function write(
  db: Transaction<Tables>,
  { kind, id }: Subject,
  before: Attention,
  { version, ...after }: Attention,
): Promise<void> {
  const columns = { version, doc: JSON.stringify(after) };
  if (before.version === 0) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("attention")
      .values({ kind, id, ...columns })
      .onConflict((conflict) => conflict.columns(["kind", "id"]).doNothing())
      .executeTakeFirst();
    if ((numInsertedOrUpdatedRows ?? 0n) === 0n) throw new Overtaken();
    return;
  }
  const { numUpdatedRows } = await db
    .updateTable("attention")
    .set(columns)
    .where("kind", "=", kind)
    .where("id", "=", id)
    .where("version", "=", before.version)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new Overtaken();
}
