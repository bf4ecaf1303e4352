// Keeps the statements of SQLite prepared: most of them are asked again and again, and preparing takes longer than asking.

import type { SqliteDatabase, SqliteStatement } from "kysely";

/** More texts of statements than the bot has; lists of other lengths make other texts. */
const MOST = 300;

/** A database that prepares each statement once. SQLite prepares it again by itself when the tables have changed. */
export class PreparedStatements implements SqliteDatabase {
  /** By their texts, the one that was asked for last at the end. */
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(private readonly database: SqliteDatabase) {}

  prepare(sql: string): SqliteStatement {
    const statement = this.#prepared.get(sql) ?? this.database.prepare(sql);
    this.#prepared.delete(sql);
    this.#prepared.set(sql, statement);
    const [oldest] = this.#prepared.keys();
    if (this.#prepared.size > MOST && oldest !== undefined) this.#prepared.delete(oldest);
    return statement;
  }

  close(): void {
    this.#prepared.clear();
    this.database.close();
  }
}
