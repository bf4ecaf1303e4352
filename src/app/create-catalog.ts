// The projects that the bot knows, and what reads them from Hex.

import { randomBytes } from "node:crypto";
import { Catalog } from "../catalog/catalog.js";
import { CatalogReader } from "../catalog/reader.js";
import { CatalogStore } from "../catalog/store.js";
import type { HexPart } from "./create-hex.js";
import type { StorePart } from "./create-store.js";
import { logPass } from "./log-events.js";
import type { Settings } from "./settings.js";

export interface CatalogPart {
  catalog: Catalog;
  /** Runs on the leader. */
  reader: CatalogReader;
}

export interface CatalogPartOptions {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
}

export function createCatalog({ settings: { log }, store, hex }: CatalogPartOptions): CatalogPart {
  const { clock, rows, leadership, maxSleepMs } = store;
  const { client, budget, shares } = hex;
  const catalogStore = new CatalogStore(store.store.db, rows, leadership.write);
  const catalog = new Catalog({
    hex: client,
    store: catalogStore,
    clock,
    refreshMs: maxSleepMs,
    onError: (err) => log.warn({ err }, "catalog"),
  });
  const reader = new CatalogReader({
    hex: client,
    catalog,
    store: catalogStore,
    clock,
    budget,
    share: shares.catalog,
    source: () => client.place.source,
    newReference: () => randomBytes(4).toString("hex"),
    onPassEnded: (ended) => logPass(log, ended),
    onError: (err) => log.error({ err }, "catalog reader"),
  });
  return { catalog, reader };
}
