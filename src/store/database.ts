// What both stores have in common.

import type { Kysely } from "kysely";
import type { DatabaseFile } from "./database-file.js";
import type { PostgresFailure } from "./postgres-failure.js";
import type { Tables } from "./tables.js";

export type Db = Kysely<Tables>;

export interface Store {
  db: Db;
  close: () => Promise<void>;
  /** Only for the embedded store. */
  file?: DatabaseFile;
}

/**
 * The store cannot be used. `kind` is `held` when another process is using the same file, `newer` when a newer version of the bot has
 * changed its shape, `damaged` when a file contains what the bot cannot have written, `absent` when there is no file to read from,
 * `unreadable` when this user may not read it, one of Postgres' own failures by name, and otherwise `unusable` (a file) or
 * `unusable_postgres`. The message is the operating system's or the database's. `where` contains no password.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  constructor(
    readonly kind:
      | "held"
      | "newer"
      | "damaged"
      | "absent"
      | "unreadable"
      | "unusable"
      | "unusable_postgres"
      | PostgresFailure,
    readonly where: string,
    cause?: unknown,
  ) {
    super(cause instanceof Error ? cause.message : kind, { cause });
  }
}
