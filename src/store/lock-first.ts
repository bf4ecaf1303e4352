// Takes SQLite's write lock before anything is written.
//
// A prepared statement that meets the lock of another program stays "in progress" in libsql (0.5.29) until it is garbage-collected,
// and until then no transaction can be committed. `exec` leaves nothing behind, so the lock is taken by `exec`, and a statement only
// runs once it is held.

import type { SqliteDatabase, SqliteStatement } from "kysely";
import type Database from "libsql";

/** The words with which Kysely's driver begins and ends a transaction, and what is run instead. */
const TRANSACTION: Readonly<Record<string, string>> = {
  begin: "begin immediate",
  commit: "commit",
  rollback: "rollback",
};
const READS = /^\s*(?:select|pragma|with)\b/i;

export class LockFirst implements SqliteDatabase {
  constructor(private readonly database: Database.Database) {}

  prepare(sql: string): SqliteStatement {
    const transaction = TRANSACTION[sql];
    if (transaction !== undefined) return this.#command(transaction);
    const statement = this.database.prepare(sql);
    return READS.test(sql) ? statement : this.#locking(statement);
  }

  close(): void {
    this.database.close();
  }

  #command(sql: string): SqliteStatement {
    const run = () => {
      this.database.exec(sql);
      return { changes: 0, lastInsertRowid: 0 };
    };
    return { reader: false, run, all: () => [], iterate: () => [].values() };
  }

  #locking(statement: SqliteStatement): SqliteStatement {
    return {
      reader: statement.reader,
      run: (parameters) => this.#locked(() => statement.run(parameters)),
      all: (parameters) => this.#locked(() => statement.all(parameters)),
      iterate: (parameters) => this.#locked(() => statement.all(parameters)).values(),
    };
  }

  #locked<T>(write: () => T): T {
    if (this.database.inTransaction) return write();
    this.database.exec("begin immediate");
    try {
      const result = write();
      this.database.exec("commit");
      return result;
    } catch (error) {
      if (this.database.inTransaction) this.database.exec("rollback");
      throw error;
    }
  }
}
