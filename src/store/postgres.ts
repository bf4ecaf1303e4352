// Opens the store that several replicas share, on a self-hosted or managed Postgres, or behind a pooler.
//
// A pooler in transaction mode may give each transaction a different connection, so nothing here relies on what a connection
// remembers. Each statement names the schema. There are no session locks, no named statements and no LISTEN, and settings last for
// one transaction.

import { Socket } from "node:net";
import {
  CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresDialect,
  type PostgresDialectConfig,
  PostgresDriver,
  WithSchemaPlugin,
} from "kysely";
import { Client, Pool } from "pg";
import { type Db, type Store, StoreError } from "./database.js";
import { GuardedDialect, type OnFailure } from "./guarded-dialect.js";
import { migrateSchema, NewerStoreError } from "./migrate.js";
import { addressOf, type Encryption, encryptionsOf, type PostgresAddress } from "./postgres-address.js";
import { type PostgresFailure, postgresFailure } from "./postgres-failure.js";
import { RenewablePool } from "./renewable-pool.js";
import { NO_FILE, RenewedAddress, type UrlFile } from "./renewed-address.js";
import type { Tables } from "./tables.js";
import { checkWrite } from "./write-check.js";

export interface SharedStore extends Store {
  /** Reads the file of its URL, and continues with another login if there is one. @returns whether there is. Never rejects. */
  renew: () => Promise<boolean>;
  /** The schema with the bot's tables. */
  schema: string;
  /** For what keeps the lead. It has connections of its own, because it must not wait behind slow statements. */
  leaseDb: Db;
  /** The store was taken over from version 0.1.0, whose processes may still be running. */
  isAfterOld: boolean;
}

/** How many connections a process keeps to Postgres. Its work is a few short statements a second. */
const CONNECTIONS = 4;
/** And for the lease. The second one is opened only while the first one does not answer. */
const LEASE_CONNECTIONS = 2;
const CONNECT_MS = 5_000;
/** The longest time for a statement, in ms. A connection on which nothing comes back for this long is closed. Idle ones are closed earlier. */
const STATEMENT_MS = 10_000;
const IDLE_MS = 5_000;
/** In ms. A process that vanishes with its machine in the middle of a transaction holds its locks for no longer than this. */
const TRANSACTION_IDLE_MS = 4_000;

/**
 * Opens the store on Postgres and brings it to its newest shape. `url` has been checked by the configuration.
 * @param onError called when an idle connection breaks; the pool opens another one on its own
 * @param file where somebody may renew the user and the password. It is read again when the database refuses them.
 * @param onFailure called for each statement that fails
 * @throws StoreError
 */
export async function openShared(
  url: string,
  onError: (error: Error) => void,
  file: UrlFile = NO_FILE,
  onFailure: OnFailure = () => undefined,
): Promise<SharedStore> {
  const address = addressOf(url);
  try {
    const { ssl, schema } = await reach(address, readEncryptions(url, address));
    const onRenewed = () => {
      for (const pool of [work, lease]) pool.renew();
      file.onRenewed();
    };
    const leadsHere = async (other: PostgresAddress) => (await reach(other, [ssl])).schema === schema;
    const renewed = new RenewedAddress(url, { ...file, onRenewed }, leadsHere);
    const poolOf = (max: number) =>
      new RenewablePool(
        () => watched(new Pool({ ...connectionTo(renewed.now, ssl), max }), onError),
        (error) => renewed.isRenewedAfter(error),
      );
    const [work, lease] = [poolOf(CONNECTIONS), poolOf(LEASE_CONNECTIONS)];
    return { ...(await openIn(schema, work, lease, onFailure)), renew: () => renewed.renew() };
  } catch (error) {
    throw storeErrorOf(error, address);
  }
}

/** The same without a change to its shape. A store that the bot has not opened yet fails when it is read. @throws StoreError */
export async function openSharedForReading(url: string): Promise<Store> {
  const address = addressOf(url);
  try {
    const { ssl, schema } = await reach(address, readEncryptions(url, address));
    const pool = watched(new Pool({ ...connectionTo(address, ssl), max: 1 }), () => undefined);
    const db = new Kysely<Tables>({ dialect: new GuardedDialect(new PoolDialect({ pool })) });
    return { db: db.withPlugin(new WithSchemaPlugin(schema)), close: () => db.destroy() };
  } catch (error) {
    throw storeErrorOf(error, address);
  }
}

/** Why the store cannot be opened. */
function storeErrorOf(error: unknown, { where }: PostgresAddress): StoreError {
  if (error instanceof StoreError) return error;
  if (error instanceof NewerStoreError) return new StoreError("newer", where, error);
  return new StoreError(postgresFailure(error) ?? "unusable_postgres", where, error);
}

function watched(pool: Pool, onError: (error: Error) => void): Pool {
  pool.on("error", onError);
  // The pool listens only to idle connections. If one breaks while in use, the caller of the statement gets the error.
  pool.on("connect", (client) => client.on("error", () => undefined));
  return pool;
}

async function openIn(
  schema: string,
  work: RenewablePool,
  lease: RenewablePool,
  onFailure: OnFailure,
): Promise<Omit<SharedStore, "renew">> {
  const anywhere = through(work, onFailure);
  const inSchema = new WithSchemaPlugin(schema);
  const [db, leaseDb] = [anywhere.withPlugin(inSchema), through(lease, onFailure).withPlugin(inSchema)];
  const close = async () => {
    await Promise.all([db.destroy(), leaseDb.destroy()]);
  };
  try {
    await migrateSchema(anywhere, schema);
    // A standby accepts every read and would fail only later.
    await checkWrite(db);
    const { after_old } = await db.selectFrom("leader").select("after_old").executeTakeFirstOrThrow();
    return { db, leaseDb, schema, isAfterOld: after_old === 1, close };
  } catch (error) {
    await close().catch(() => undefined);
    throw error;
  }
}

function through(pool: RenewablePool, onFailure: OnFailure): Db {
  const dialect = new GuardedDialect(new PoolDialect({ pool }), (failure) => {
    // After a failover, the server at the other end may continue as a standby, while the host name already leads to the new primary.
    if (failure.kind === "read_only") pool.renew();
    onFailure(failure);
  });
  return new Kysely<Tables>({ dialect });
}

function readEncryptions(url: string, { sslMode, where }: PostgresAddress): Encryption[] {
  try {
    return encryptionsOf(url, sslMode);
  } catch (error) {
    throw new StoreError("tls_file", where, error);
  }
}

function connectionTo({ connectionString }: PostgresAddress, ssl: Encryption) {
  return {
    connectionString,
    ssl,
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: IDLE_MS,
    stream: openSocket,
    keepAlive: true,
  };
}

/** Failures that may depend on whether the connection is encrypted. */
const OTHER_WAY: ReadonlySet<PostgresFailure | null> = new Set(["login", "tls_refused", "tls", "lost"]);

/** Finds out which way of connecting the server accepts, and which schema is the bot's. The way that worked is kept. */
async function reach(
  address: PostgresAddress,
  ways: readonly Encryption[],
): Promise<{ ssl: Encryption; schema: string }> {
  const errors: unknown[] = [];
  for (const ssl of ways) {
    const client = new Client(connectionTo(address, ssl));
    client.on("error", () => undefined);
    try {
      await client.connect();
      return { ssl, schema: await schemaOf(client, address) };
    } catch (error) {
      errors.push(error);
      if (!OTHER_WAY.has(postgresFailure(error))) break;
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  // A server that lets nobody in says so both ways, and a server without TLS refuses the first one.
  throw errors.find((error) => postgresFailure(error) === "login") ?? errors.at(-1);
}

/** Encodings that take every text. Without one (SQL_ASCII), the server keeps the bytes as they come. */
const ENCODINGS = ["UTF8", "SQL_ASCII"];
/** Isolations in which a statement that meets another one waits for it. In the others it fails. To Postgres these two are the same. */
const ISOLATIONS = ["read committed", "read uncommitted"];

/** The schema in which this role creates tables. @throws StoreError for settings with which the bot's statements would fail at times */
async function schemaOf(client: Client, { searchPath, where }: PostgresAddress): Promise<string> {
  await client.query("begin");
  if (searchPath !== null) await client.query("select set_config('search_path', $1, true)", [searchPath]);
  const { rows } = await client.query<{ schema: string | null; encoding: string; isolation: string }>(SETTINGS);
  await client.query("rollback");
  const [{ schema, encoding, isolation } = { schema: null, encoding: "", isolation: "" }] = rows;
  if (schema === null) throw new StoreError("no_schema", where);
  if (!ENCODINGS.includes(encoding)) throw new StoreError("encoding", where);
  if (!ISOLATIONS.includes(isolation)) throw new StoreError("isolation", where);
  return schema;
}

const SETTINGS = `
  select current_schema() as schema, current_setting('server_encoding') as encoding,
    current_setting('default_transaction_isolation') as isolation`;

/**
 * A socket that is closed when it falls silent, so that the next statement opens another connection. (The pool's own time limit fails
 * only the statement, and the next one would wait behind it.)
 */
function openSocket(): Socket {
  const socket = new Socket();
  return socket.setTimeout(STATEMENT_MS, () => socket.destroy(new Error(`Postgres was silent for ${STATEMENT_MS} ms`)));
}

class PoolDialect extends PostgresDialect {
  constructor(private readonly own: PostgresDialectConfig) {
    super(own);
  }

  override createDriver(): PostgresDriver {
    return new ShortTransactions(this.own);
  }
}

/** Limits how long a transaction may be idle. Set when it begins, because a pooler refuses it as a connection parameter. */
class ShortTransactions extends PostgresDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    const limit = `set local idle_in_transaction_session_timeout = ${TRANSACTION_IDLE_MS}`;
    await connection.executeQuery(CompiledQuery.raw(`begin; ${limit}`));
  }
}
