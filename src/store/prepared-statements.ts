// Keeps SQLite's statements prepared, because the bot executes the same ones again and again, and preparing takes longer than executing.

import type { SqliteDatabase, SqliteStatement } from "kysely";
import { keepLatest } from "../lib/keep-latest.js";

/** The bot has fewer statements than this, but lists of different lengths make different ones. */
const MOST = 300;

/** SQLite itself prepares a statement again when the tables have changed: https://www.sqlite.org/c3ref/prepare.html */
export class PreparedStatements implements SqliteDatabase {
  /** By SQL text, the most recently used last. */
  readonly #prepared = new Map<string, SqliteStatement>();

  constructor(private readonly database: SqliteDatabase) {}

  prepare(sql: string): SqliteStatement {
    const statement = this.#prepared.get(sql) ?? this.#kept(sql);
    keepLatest(this.#prepared, sql, statement, MOST);
    return statement;
  }

  close(): void {
    this.#prepared.clear();
    this.database.close();
  }

  #kept(sql: string): SqliteStatement {
    const statement = this.database.prepare(sql);
    return {
      reader: statement.reader,
      run: (parameters) => this.#executed(sql, () => statement.run(parameters)),
      all: (parameters) => this.#executed(sql, () => statement.all(parameters)),
      // Rows may be read while the same statement is executed again, which would end the reading. So it gets a statement of its own.
      iterate: (parameters) => this.database.prepare(sql).iterate(parameters),
    };
  }

  /** A statement that failed is not used again: libsql (0.5.29) may leave it in the middle of its work. */
  #executed<T>(sql: string, execute: () => T): T {
    try {
      return execute();
    } catch (error) {
      this.#prepared.delete(sql);
      throw error;
    }
  }
}
