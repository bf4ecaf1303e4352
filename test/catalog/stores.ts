// An empty store of either kind, for tests of what is stored in it.

import { rm } from "node:fs/promises";
import type { Store } from "../../src/store/database.js";
import { openShared } from "../../src/store/postgres.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { LocalPostgres } from "../process/fleet.js";
import { folderWithNewStore } from "../wire/new-store.js";

export const STORE_KINDS = ["sqlite", "postgres"] as const;
export type StoreKind = (typeof STORE_KINDS)[number];

/** The database that the others are copies of. */
const EMPTY = "catalog";

/** Opens stores, and cleans up everything that it has started. */
export class Stores {
  #postgres: LocalPostgres | null = null;
  #databases = 0;
  readonly #ends: (() => Promise<unknown>)[] = [];

  /** `reopen` opens the same once more, after `close` or, on Postgres, beside it. */
  async open(kind: StoreKind): Promise<{ store: Store; reopen: () => Promise<Store> }> {
    const reopen = kind === "sqlite" ? await this.#file() : await this.#database();
    return { store: await reopen(), reopen };
  }

  async #file(): Promise<() => Promise<Store>> {
    const folder = await folderWithNewStore();
    this.#ends.push(() => rm(folder, { recursive: true }));
    return () => this.#closing(openEmbedded(folder));
  }

  async #database(): Promise<() => Promise<Store>> {
    this.#postgres ??= await postgresWithNewStore();
    const url = await this.#postgres.copyOf(EMPTY, `catalog${this.#databases++}`);
    return () => this.#closing(openShared(url, () => undefined));
  }

  async #closing(opening: Promise<Store>): Promise<Store> {
    const store = await opening;
    let closed: Promise<void> | null = null;
    const close = () => {
      closed ??= store.close();
      return closed;
    };
    this.#ends.push(close);
    return { ...store, close };
  }

  /** Closes every store that is open. */
  async closeAll(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }

  async stop(): Promise<void> {
    await this.closeAll();
    await this.#postgres?.stop();
  }
}

async function postgresWithNewStore(): Promise<LocalPostgres> {
  const postgres = await LocalPostgres.start();
  const { close } = await openShared(await postgres.database(EMPTY), () => undefined);
  await close();
  return postgres;
}
