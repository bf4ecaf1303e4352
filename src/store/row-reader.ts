// Reads stored rows, which may contain anything: a disk may be damaged, somebody may have edited them, or a newer version may have
// written them. A row that cannot be read is set aside: it is counted, logged once, kept as it is, and read again the next time.

import { type Kysely, type RawBuilder, SqliteAdapter, sql } from "kysely";
import type { z } from "zod";
import { isNestedDeeper, MAX_DEPTH } from "../lib/json.js";
import { HOUR } from "../lib/time.js";

/** The tables whose rows are read one by one. */
export const READ_TABLES = [
  "runs",
  "cards",
  "health",
  "health_hours",
  "incidents",
  "alerts",
  "catalog",
  "catalog_projects",
  "drafts",
  "watches",
  "followed_projects",
  "troubles",
  "run_ends",
  "trouble_members",
  "connection_readings",
  "attention",
  "pages",
  "digests",
  "audit",
] as const;
export type ReadTable = (typeof READ_TABLES)[number];

export interface RowPlace {
  table: ReadTable;
  /** The key by which to find the row in the table. */
  key: string;
}

/**
 * A row that cannot be read. `why` is `no_text`, `too_large`, `no_json`, `nested_too_deep`, or `wrong_shape at …` with the place in the
 * document. It never contains the value, because somebody may have typed it.
 */
export class UnreadableRow extends Error {
  override readonly name = "UnreadableRow";
  constructor(
    readonly place: RowPlace,
    readonly why: string,
  ) {
    super(`a row of ${place.table} cannot be read: ${why}`);
  }
}

/** In characters. Far more than any document that the bot writes. */
const MAX_DOC = 1_000_000;

/** A document from the store: bytes from SQLite, text from Postgres; `null` when it could not be read. */
export type StoredDoc = ArrayBuffer | string | null;

/**
 * Selects the column `doc` for a RowReader. Anything larger than a document can be stays in the store. SQLite returns bytes, because
 * libsql ends the process for a text that is not UTF-8.
 */
// biome-ignore lint/suspicious/noExplicitAny: of whatever tables.
export function storedDoc(db: Kysely<any>): RawBuilder<StoredDoc> {
  const doc = sql.ref("doc");
  return db.getExecutor().adapter instanceof SqliteAdapter
    ? sql`case when typeof(${doc}) = 'text' and length(cast(${doc} as blob)) <= ${MAX_DOC} then cast(${doc} as blob) end`
    : sql`case when length(${doc}) <= ${MAX_DOC} then ${doc} end`;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** The text of a document; `null` when it is not text or too large. */
export function textOf(doc: StoredDoc): string | null {
  if (doc === null || typeof doc === "string") return doc;
  try {
    return utf8.decode(doc);
  } catch {
    return null;
  }
}

/** How long (ms) a row counts that is not read again: it may have been removed since, by whatever process. */
const COUNTED_MS = HOUR;

export class RowReader {
  readonly #named = new Set<string>();
  /** When each row of a table could not be read, by its key. */
  readonly #setAside = new Map<ReadTable, Map<string, number>>(READ_TABLES.map((table) => [table, new Map()]));

  /**
   * @param onSetAside called once for each row
   * @param monotonic the time by the monotonic clock, in ms
   */
  constructor(
    private readonly onSetAside: (row: UnreadableRow) => void = () => undefined,
    private readonly monotonic: () => number = () => 0,
  ) {}

  /** How many rows of each table could not be read lately. */
  get setAside(): ReadonlyMap<ReadTable, number> {
    const since = this.monotonic() - COUNTED_MS;
    const lately = (times: ReadonlyMap<string, number>) => [...times.values()].filter((at) => at > since);
    return new Map([...this.#setAside].map(([table, times]) => [table, lately(times).length]));
  }

  /** Reads a document. @throws UnreadableRow */
  doc<T>(place: RowPlace, schema: z.ZodType<T>, doc: StoredDoc): T {
    const text = textOf(doc);
    if (text === null) throw this.#unreadable(place, "no_text");
    if (isNestedDeeper(text, MAX_DEPTH)) throw this.#unreadable(place, "nested_too_deep");
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw this.#unreadable(place, "no_json");
    }
    return this.columns(place, schema, value);
  }

  /** Reads a document that holds the key of its row, in the field `name`. @throws UnreadableRow, for another row's document too */
  ownDoc<T>(place: RowPlace, schema: z.ZodType<T>, doc: StoredDoc, name: keyof T & string): T {
    const read = this.doc(place, schema, doc);
    if (read[name] !== place.key) throw this.#unreadable(place, `wrong_shape at ${name}`);
    return read;
  }

  /** Reads columns, because SQLite stores values of any type in any column. @throws UnreadableRow */
  columns<T>(place: RowPlace, schema: z.ZodType<T>, value: unknown): T {
    const read = schema.safeParse(value);
    if (!read.success) throw this.#unreadable(place, `wrong_shape at ${placeOf(read.error)}`);
    this.#setAside.get(place.table)?.delete(place.key);
    return read.data;
  }

  /** What `read` returns for each row, without rows that cannot be read, because one must not hide the others. */
  each<R, T>(rows: readonly R[], read: (row: R) => T): T[] {
    return rows.flatMap((row) => {
      try {
        return [read(row)];
      } catch (error) {
        if (error instanceof UnreadableRow) return [];
        throw error;
      }
    });
  }

  /** The rows of a table were rewritten. Unreadable rows that are still there are counted when they are read again. */
  recount(table: ReadTable): void {
    this.#setAside.get(table)?.clear();
  }

  #unreadable(place: RowPlace, why: string): UnreadableRow {
    const row = new UnreadableRow(place, why);
    this.#setAside.get(place.table)?.set(place.key, this.monotonic());
    const name = `${place.table} ${place.key}`;
    if (!this.#named.has(name)) {
      this.#named.add(name);
      this.onSetAside(row);
    }
    return row;
  }
}

/** Where in a document something is wrong. Only names of the document's own fields, because somebody may have typed the others. */
function placeOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  const names = path.map(String).filter((name) => /^[A-Za-z_]{1,30}$|^\d{1,4}$/.test(name));
  return names.slice(0, 6).join(".") || "its root";
}
