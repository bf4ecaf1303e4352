// A pool of connections to Postgres that can be replaced by a new one while it is in use.

import type { PostgresPool } from "kysely";
import type { Pool, PoolClient } from "pg";

export class RenewablePool implements PostgresPool {
  #pool: Pool;
  #isEnded = false;

  /** @param isWorthRenewing whether a new pool may connect where an old one could not. Must not reject. */
  constructor(
    private readonly create: () => Pool,
    private readonly isWorthRenewing: (error: unknown) => Promise<boolean>,
  ) {
    this.#pool = create();
  }

  async connect(): Promise<PoolClient> {
    const pool = this.#pool;
    try {
      return await pool.connect();
    } catch (error) {
      // Somebody else may have renewed it in the meantime.
      if (pool === this.#pool && !(await this.isWorthRenewing(error))) throw error;
      if (pool === this.#pool) this.renew();
      return this.#pool.connect();
    }
  }

  /** From now on, all connections are new. Old ones are closed as soon as nobody is using them or waiting for one. After the end, nothing changes. */
  renew(): void {
    if (this.#isEnded) return;
    const old = this.#pool;
    this.#pool = this.create();
    retire(old);
  }

  end(): Promise<void> {
    this.#isEnded = true;
    return this.#pool.end();
  }
}

/** Waits until nobody is waiting for a connection, because a pool that ends would forget them. */
function retire(pool: Pool): void {
  if (pool.waitingCount === 0) void pool.end();
  else pool.once("release", () => retire(pool));
}
