// Reads stored rows, which may hold anything: a disk is damaged, somebody edits, a newer version was here before. A row that
// cannot be read is set aside: counted, named once, kept as it is, and read again the next time.

import { type Kysely, type RawBuilder, SqliteAdapter, sql } from "kysely";
import type { z } from "zod";
import { isNestedDeeper, MAX_DEPTH } from "../lib/json.js";

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
] as const;
export type ReadTable = (typeof READ_TABLES)[number];

export interface RowPlace {
  table: ReadTable;
  /** Of the row, by which it is found in the table. */
  key: string;
}

/**
 * A row that cannot be read. `why`: `no_text`, `too_large`, `no_json`, `nested_too_deep`, or `wrong_shape at …` with the place
 * in the document. Never what stands there: it may be what somebody typed.
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

/** Characters. Far more than any document that the bot writes. */
const MAX_DOC = 1_000_000;

/** A document as it comes from the store: as bytes from SQLite, as text from Postgres; null: none that could be read. */
export type StoredDoc = ArrayBuffer | string | null;

/**
 * The column `doc`, to be read by a RowReader. What is larger than any document stays in the store. SQLite gives bytes, because
 * libsql ends the process at a text that is not UTF-8.
 */
// biome-ignore lint/suspicious/noExplicitAny: of whatever tables.
export function storedDoc(db: Kysely<any>): RawBuilder<StoredDoc> {
  const doc = sql.ref("doc");
  return db.getExecutor().adapter instanceof SqliteAdapter
    ? sql`case when typeof(${doc}) = 'text' and length(cast(${doc} as blob)) <= ${MAX_DOC} then cast(${doc} as blob) end`
    : sql`case when length(${doc}) <= ${MAX_DOC} then ${doc} end`;
}

/** The text of a document; null when it is none, or too large. */
export function textOf(doc: StoredDoc): string | null {
  if (doc === null || typeof doc === "string") return doc;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(doc);
  } catch {
    return null;
  }
}

export class RowReader {
  readonly #named = new Set<string>();
  readonly #setAside = new Map<ReadTable, Set<string>>(READ_TABLES.map((table) => [table, new Set<string>()]));

  /** `onSetAside`: told of each row once. */
  constructor(private readonly onSetAside: (row: UnreadableRow) => void = () => undefined) {}

  /** How many rows of each table could not be read when they were read last. */
  get setAside(): ReadonlyMap<ReadTable, number> {
    return new Map([...this.#setAside].map(([table, keys]) => [table, keys.size]));
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

  /** Reads columns: SQLite stores a value of any type in any of them. @throws UnreadableRow */
  columns<T>(place: RowPlace, schema: z.ZodType<T>, value: unknown): T {
    const read = schema.safeParse(value);
    if (!read.success) throw this.#unreadable(place, `wrong_shape at ${placeOf(read.error)}`);
    this.#setAside.get(place.table)?.delete(place.key);
    return read.data;
  }

  /** What `read` reads of each row, without those that cannot be read: one must hide no other. */
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

  /** Rows of a table were removed: those that are still there are found when they are read again. */
  recount(table: ReadTable): void {
    this.#setAside.get(table)?.clear();
  }

  #unreadable(place: RowPlace, why: string): UnreadableRow {
    const row = new UnreadableRow(place, why);
    this.#setAside.get(place.table)?.add(place.key);
    const name = `${place.table} ${place.key}`;
    if (!this.#named.has(name)) {
      this.#named.add(name);
      this.onSetAside(row);
    }
    return row;
  }
}

/** Where in a document something is wrong. Names of the document's own fields alone: others may be what somebody typed. */
function placeOf(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  const names = path.map(String).filter((name) => /^[A-Za-z_]{1,30}$|^\d{1,4}$/.test(name));
  return names.slice(0, 6).join(".") || "its root";
}
