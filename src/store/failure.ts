// Why the store did not do what it was asked, with one word for each remedy.

import { POSTGRES_FAILURES, postgresFailure } from "./postgres-failure.js";

/**
 * Postgres' failures by their names. The file has `disk_full` and `read_only` too, and
 * - `busy`: another program holds a lock on it. `io`: the disk or the file system failed. `damaged`: the file is no longer a database.
 *   `file_gone`: it was deleted, moved or replaced while the bot was using it.
 * - `failed`: anything else.
 */
export const STORE_FAILURES = [...POSTGRES_FAILURES, "busy", "io", "damaged", "file_gone", "failed"] as const;
export type StoreFailureKind = (typeof STORE_FAILURES)[number];

/** The message and the `code` are the database's or the operating system's. */
export class StoreFailure extends Error {
  override readonly name = "StoreFailure";
  readonly code: string | undefined;
  constructor(
    readonly kind: StoreFailureKind,
    override readonly cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.code = codeOf(cause);
  }
}

/** Whether a failure may be of one table or one large write only, and last, while the store does everything else. */
export function mayBePartial({ kind }: StoreFailure): boolean {
  return PARTIAL.has(kind);
}
const PARTIAL: ReadonlySet<StoreFailureKind> = new Set(["failed", "rights", "disk_full", "locked", "io", "damaged"]);

/** By SQLite's result codes (https://www.sqlite.org/rescode.html), including extended ones: `SQLITE_IOERR_WRITE` is an `IOERR`. */
const BY_SQLITE_CODE: readonly [string, StoreFailureKind][] = [
  ["SQLITE_FULL", "disk_full"],
  ["SQLITE_READONLY", "read_only"],
  ["SQLITE_BUSY", "busy"],
  ["SQLITE_LOCKED", "busy"],
  ["SQLITE_IOERR", "io"],
  ["SQLITE_CANTOPEN", "io"],
  ["SQLITE_CORRUPT", "damaged"],
  ["SQLITE_NOTADB", "damaged"],
];

/** Why a statement or a connection failed. */
export function storeFailureOf(error: unknown): StoreFailure {
  if (error instanceof StoreFailure) return error;
  const code = codeOf(error) ?? "";
  const ofFile = BY_SQLITE_CODE.find(([prefix]) => code.startsWith(prefix))?.[1];
  return new StoreFailure(ofFile ?? postgresFailure(error) ?? "failed", error);
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
