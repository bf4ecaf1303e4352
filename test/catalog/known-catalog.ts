// A catalog that has read these projects, and neither asks Hex nor stores anything.

import { DummyDriver, Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import { Catalog } from "../../src/catalog/catalog.js";
import { CatalogStore } from "../../src/catalog/store.js";
import type { Project } from "../../src/hex/schema.js";
import { systemClock } from "../../src/lib/clock.js";
import { RowReader } from "../../src/store/row-reader.js";
import type { Tables } from "../../src/store/tables.js";
import { noCollections } from "./no-collections.js";

export function catalogOf(projects: readonly Project[]): Catalog {
  // It answers each query with no rows.
  const db = new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new DummyDriver(),
      createIntrospector: (asked) => new SqliteIntrospector(asked),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  });
  const nobody = () => Promise.reject(new Error("there is no Hex here"));
  const catalog = new Catalog({
    hex: { project: nobody, projectPage: nobody },
    store: new CatalogStore(db, new RowReader()),
    clock: systemClock,
    collections: noCollections(systemClock),
    refreshMs: 60_000,
    onError: (error) => {
      throw error;
    },
  });
  catalog.learn({ projects: [...projects], askedAt: 1, isAll: true });
  return catalog;
}
