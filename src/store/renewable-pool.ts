// A pool of connections to Postgres that can be exchanged for a new one while it is at work.

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

  /** From now on all connections are new ones. Those of before are closed as soon as nobody uses them or waits for one. */
  renew(): void {
    const old = this.#pool;
    this.#pool = this.create();
    retire(old);
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}

/** A pool that ends forgets whoever waits for a connection. */
function retire(pool: Pool): void {
  if (pool.waitingCount === 0) void pool.end();
  else pool.once("release", () => retire(pool));
}
