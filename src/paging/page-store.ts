// What the paging service has been told, for every process that shares the store. Only the leader writes.

import { type Subject, subjectKey } from "../attention/attention.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { type RowReader, storedDoc, UnreadableRow } from "../store/row-reader.js";
import { NO_PAGE, type Page, type PageFailureKind, pageSchema } from "./page-plan.js";

export interface StoredPage {
  subject: Subject;
  page: Page;
}

/** Events that were not accepted. */
export interface PagesHeld {
  /** How many outages and troubles they are about. */
  count: number;
  /** Why the last one was not accepted. */
  kind: PageFailureKind;
  /** When the last one was sent, epoch ms. */
  at: number;
}

export class PageStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader,
    /** How changes are written. Those of a process that does not lead are refused. */
    private readonly write: Write,
  ) {}

  /** The pages of some subjects, and all others about which the service may have to be told more; by the keys of their subjects. */
  async of(subjects: readonly Subject[]): Promise<Map<string, StoredPage>> {
    const ids = subjects.map(({ id }) => id);
    const rows = await this.db
      .selectFrom("pages")
      .select(["kind", "id", storedDoc(this.db).as("doc")])
      .where((row) => row.or([row("settled", "=", 0), ...(ids.length === 0 ? [] : [row("id", "in", ids)])]))
      .execute();
    return new Map(
      rows.map(({ kind, id, doc }): [string, StoredPage] => {
        const subject: Subject = { kind, id };
        const key = subjectKey(subject);
        try {
          return [key, { subject, page: this.rows.doc({ table: "pages", key }, pageSchema, doc) }];
        } catch (error) {
          if (!(error instanceof UnreadableRow)) throw error;
          // It may exist, so it is resolved in the end. The dedup key makes another trigger harmless.
          return [key, { subject, page: { ...NO_PAGE, mayExist: true } }];
        }
      }),
    );
  }

  /** The events that were not accepted; null when there are none. */
  async held(): Promise<PagesHeld | null> {
    const failures = [...(await this.of([])).values()].flatMap(({ page }) => page.failure ?? []);
    const [last] = failures.sort((one, other) => other.at - one.at);
    return last === undefined ? null : { count: failures.length, kind: last.kind, at: last.at };
  }

  async keep({ kind, id }: Subject, page: Page, isSettled: boolean): Promise<void> {
    const columns = { settled: isSettled ? 1 : 0, doc: JSON.stringify(page) };
    await this.write((db) =>
      db
        .insertInto("pages")
        .values({ kind, id, ...columns })
        .onConflict((conflict) => conflict.columns(["kind", "id"]).doUpdateSet(columns))
        .execute(),
    );
  }

  /** Forgets the settled pages of outages and troubles that are no longer kept. */
  async removeOld(): Promise<void> {
    await this.write((db) =>
      db
        .deleteFrom("pages")
        .where("settled", "=", 1)
        .where((row) =>
          row.or([
            row.and([row("kind", "=", "incident"), row("id", "not in", row.selectFrom("incidents").select("id"))]),
            row.and([row("kind", "=", "trouble"), row("id", "not in", row.selectFrom("troubles").select("id"))]),
          ]),
        )
        .execute(),
    );
  }
}
