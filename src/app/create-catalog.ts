// The projects that the bot knows, and what reads them from Hex.

import { asksAboutCollections } from "../access/wanted-facts.js";
import { Catalog } from "../catalog/catalog.js";
import { CollectionsAsked } from "../catalog/collections-asked.js";
import { CatalogReader } from "../catalog/reader.js";
import { CatalogStore } from "../catalog/store.js";
import { newReference } from "../lib/reference.js";
import type { HexPart } from "./create-hex.js";
import type { StorePart } from "./create-store.js";
import { logNoCollections, logPass } from "./log-hex.js";
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

export function createCatalog({ settings, store, hex }: CatalogPartOptions): CatalogPart {
  const { log, policy } = settings;
  const { clock, rows, leadership, maxSleepMs, seldom } = store;
  const { client, budget, shares } = hex;
  const catalogStore = new CatalogStore(store.store.db, rows, leadership.write);
  const collections = new CollectionsAsked({
    clock,
    areWanted: () => asksAboutCollections(policy()),
    onRefused: (err) => logNoCollections(log, err),
  });
  const catalog = new Catalog({
    hex: client,
    store: catalogStore,
    clock,
    collections,
    refreshMs: maxSleepMs,
    onError: seldom((err) =>
      log.warn({ err }, "Reading or writing the stored list of projects failed: the bot tries again"),
    ),
  });
  const reader = new CatalogReader({
    hex: client,
    catalog,
    store: catalogStore,
    clock,
    collections,
    budget,
    share: shares.catalog,
    source: () => client.place.source,
    newReference,
    onPassEnded: (ended) => logPass(log, ended),
    onError: seldom((err) => log.error({ err }, "Reading the list of projects from Hex failed: the bot tries again")),
  });
  return { catalog, reader };
}
