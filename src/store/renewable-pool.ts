// A pool of connections to Postgres that can be replaced by a new one while it is in use.

import type { PostgresPool } from "kysely";
import type { Pool, PoolClient } from "pg";

export class RenewablePool implements PostgresPool {
  #pool: Pool;

  constructor(private readonly create: () => Pool) {
    this.#pool = create();
  }

  connect(): Promise<PoolClient> {
    return this.#pool.connect();
  }

  /** From now on, all connections are new. Old ones are closed as soon as nobody is using them or waiting for one. */
  renew(): void {
    const old = this.#pool;
    this.#pool = this.create();
    retire(old);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** Waits until nobody is waiting for a connection, because a pool that ends would forget them. */
function retire(pool: Pool): void {
  if (pool.waitingCount === 0) void pool.end();
  else pool.once("release", () => retire(pool));
}
