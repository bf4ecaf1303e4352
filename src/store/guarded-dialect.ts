// Rules for every statement on either store: its values have types that the drivers can handle, its failure is a StoreFailure, and a
// transaction that fails says why.

import type {
  CompiledQuery,
  DatabaseConnection,
  DatabaseIntrospector,
  Dialect,
  DialectAdapter,
  Driver,
  Kysely,
  QueryCompiler,
  QueryResult,
  TransactionSettings,
} from "kysely";
import { type StoreFailure, storeFailureOf } from "./failure.js";

/** Called for each failure, before the caller of the statement learns of it. */
export type OnFailure = (failure: StoreFailure) => void;

/**
 * A value of a type that no column accepts. libsql ends the process for a boolean, and stores NULL for undefined and NaN. Postgres
 * refuses a NUL in a text, and SQLite drops everything after it. The message has the type and the statement, never the value.
 */
export class UnstorableValue extends TypeError {
  override readonly name = "UnstorableValue";
  constructor(type: string, index: number, statement: string) {
    super(`the store takes no ${type}: value ${index + 1} of ${statement.slice(0, 300)}`);
  }
}

export class GuardedDialect implements Dialect {
  constructor(
    private readonly inner: Dialect,
    private readonly onFailure: OnFailure = () => undefined,
  ) {}

  createDriver(): Driver {
    return new GuardedDriver(this.inner.createDriver(), this.onFailure);
  }

  createQueryCompiler(): QueryCompiler {
    return this.inner.createQueryCompiler();
  }

  createAdapter(): DialectAdapter {
    return this.inner.createAdapter();
  }

  // biome-ignore lint/suspicious/noExplicitAny: as Kysely has it.
  createIntrospector(db: Kysely<any>): DatabaseIntrospector {
    return this.inner.createIntrospector(db);
  }
}

class GuardedDriver implements Driver {
  readonly #guarded = new WeakMap<DatabaseConnection, GuardedConnection>();

  constructor(
    private readonly inner: Driver,
    private readonly onFailure: OnFailure,
  ) {}

  init(): Promise<void> {
    return this.inner.init();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    const connection = await failing(() => this.inner.acquireConnection(), this.onFailure);
    const known = this.#guarded.get(connection) ?? new GuardedConnection(connection, this.onFailure);
    this.#guarded.set(connection, known);
    return known;
  }

  beginTransaction(connection: DatabaseConnection, settings: TransactionSettings): Promise<void> {
    return failing(() => this.inner.beginTransaction(innerOf(connection), settings), this.onFailure);
  }

  commitTransaction(connection: DatabaseConnection): Promise<void> {
    return failing(() => this.inner.commitTransaction(innerOf(connection)), this.onFailure);
  }

  /**
   * Kysely waits for the rollback before it throws the original error, and throws the rollback's failure instead if there is one. But a
   * rollback fails when SQLite has already rolled back, as it does when the disk is full, and when the connection is gone together
   * with the transaction.
   */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await this.inner.rollbackTransaction(innerOf(connection)).catch(() => undefined);
  }

  releaseConnection(connection: DatabaseConnection): Promise<void> {
    return this.inner.releaseConnection(innerOf(connection));
  }

  destroy(): Promise<void> {
    return this.inner.destroy();
  }
}

class GuardedConnection implements DatabaseConnection {
  constructor(
    readonly inner: DatabaseConnection,
    private readonly onFailure: OnFailure,
  ) {}

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return failing(() => {
      refuseUnstorable(query);
      return this.inner.executeQuery<R>(query);
    }, this.onFailure);
  }

  streamQuery<R>(query: CompiledQuery, chunkSize?: number): AsyncIterableIterator<QueryResult<R>> {
    refuseUnstorable(query);
    return this.inner.streamQuery<R>(query, chunkSize);
  }
}

function innerOf(connection: DatabaseConnection): DatabaseConnection {
  return connection instanceof GuardedConnection ? connection.inner : connection;
}

/** Does work that may also throw synchronously. @throws StoreFailure, UnstorableValue */
async function failing<T>(work: () => Promise<T>, onFailure: OnFailure): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof UnstorableValue) throw error;
    const failure = storeFailureOf(error);
    onFailure(failure);
    throw failure;
  }
}

function refuseUnstorable({ parameters, sql }: CompiledQuery): void {
  for (const [index, value] of parameters.entries()) {
    const type = unstorableType(value);
    if (type !== null) throw new UnstorableValue(type, index, sql);
  }
}

/** `null` when the store accepts the value. */
function unstorableType(value: unknown): string | null {
  switch (typeof value) {
    case "string":
      return value.includes("\0") ? "text with a NUL in it" : null;
    case "number":
      return Number.isFinite(value) ? null : "number that is not finite";
    case "object":
      return value === null ? null : Array.isArray(value) ? "list" : "object";
    default:
      return typeof value;
  }
}
