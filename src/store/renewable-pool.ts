// A pool of connections to Postgres that can be replaced by a new one while it is in use.

import type { PostgresPool } from "kysely";
import type { Pool, PoolClient } from "pg";
import { postgresFailure } from "./postgres-failure.js";

export class RenewablePool implements PostgresPool {
  #pool: WaitingPool;
  #isEnded = false;

  /** @param isRenewedAfter whether this has been renewed, because a pool that could not connect was out of date. Must not reject. */
  constructor(
    private readonly create: () => Pool,
    private readonly isRenewedAfter: (error: unknown) => Promise<boolean>,
  ) {
    this.#pool = new WaitingPool(create());
  }

  async connect(): Promise<PoolClient> {
    const pool = this.#pool;
    try {
      return await pool.connect();
    } catch (error) {
      // Somebody else may have renewed it in the meantime.
      if (pool === this.#pool && !(await this.isRenewedAfter(error))) throw error;
      return this.#pool.connect();
    }
  }

  /** From now on, all connections are new. Old ones are closed as soon as nobody is using them or waiting for one. After the end, nothing changes. */
  renew(): void {
    if (this.#isEnded) return;
    const old = this.#pool;
    this.#pool = new WaitingPool(this.create());
    retire(old.pool);
  }

  end(): Promise<void> {
    this.#isEnded = true;
    return this.#pool.pool.end();
  }
}

/** A pool that makes do with the connections that it has while the server lets nobody else in: a statement waits for one of them. */
class WaitingPool {
  readonly #open = new Set<PoolClient>();
  readonly #most: number;

  constructor(readonly pool: Pool) {
    this.#most = pool.options.max;
    pool.on("connect", (client) => this.#open.add(client));
    pool.on("remove", (client) => this.#open.delete(client));
  }

  async connect(): Promise<PoolClient> {
    const { options } = this.pool;
    for (;;) {
      try {
        const client = await this.pool.connect();
        if (this.pool.waitingCount === 0) options.max = this.#most;
        return client;
      } catch (error) {
        if (postgresFailure(error) !== "too_many" || this.#open.size === 0) throw error;
        // A full pool does not try to open another one.
        options.max = this.#open.size;
      }
    }
  }
}

/** Waits until nobody is waiting for a connection, because a pool that ends would forget them. */
function retire(pool: Pool): void {
  if (pool.waitingCount === 0) void pool.end();
  else pool.once("release", () => retire(pool));
}
