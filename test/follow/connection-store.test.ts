// What is stored of data connections, on both kinds of store.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import { ConnectionStore } from "../../src/follow/connection-store.js";
import { RowReader } from "../../src/store/row-reader.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";

const stores = new Stores();
afterEach(() => stores.closeAll());
afterAll(() => stores.stop());

const NONE = { cells: null, names: null };

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => new ConnectionStore((await stores.open(kind)).store.db);

  test("what was read last is known, until it is old", async () => {
    const store = await open();
    expect(await store.known()).toEqual({ uses: new Map(), names: null, refusedAt: NONE });
    await store.keep({ kind: "cells", projectId: "a", readAt: 1_000, connectionIds: ["x"] });
    await store.keep({ kind: "cells", projectId: "a", readAt: 2_000, connectionIds: ["y"] });
    await store.keep({ kind: "names", readAt: 3_000, connections: [{ id: "y", name: "Postgres" }] });
    expect(await store.known()).toEqual({
      uses: new Map([["a", { readAt: 2_000, connectionIds: ["y"] }]]),
      names: { readAt: 3_000, byId: new Map([["y", "Postgres"]]) },
      refusedAt: NONE,
    });
    await store.removeBefore(2_500);
    expect((await store.known()).uses).toEqual(new Map());
    expect((await store.known()).names).not.toBeNull();
  });

  test("a refusal is remembered until Hex tells", async () => {
    const store = await open();
    await store.keep({ kind: "refused", of: "cells", readAt: 1_000 });
    await store.keep({ kind: "refused", of: "names", readAt: 2_000 });
    expect((await store.known()).refusedAt).toEqual({ cells: 1_000, names: 2_000 });
    await store.keep({ kind: "cells", projectId: "a", readAt: 3_000, connectionIds: [] });
    expect((await store.known()).refusedAt).toEqual({ cells: null, names: 2_000 });
  });

  test("a row that cannot be read hides no other, and is replaced when Hex tells again", async () => {
    const { db } = (await stores.open(kind)).store;
    const rows = new RowReader();
    const store = new ConnectionStore(db, rows);
    await store.keep({ kind: "cells", projectId: "a", readAt: 1_000, connectionIds: ["x"] });
    await db
      .insertInto("connection_readings")
      .values({ key: "cells b", read_at: 1_000, doc: '{"kind":"cells"}' })
      .execute();
    expect([...(await store.known()).uses.keys()]).toEqual(["a"]);
    expect(rows.setAside.get("connection_readings")).toBe(1);
    await store.keep({ kind: "cells", projectId: "b", readAt: 2_000, connectionIds: ["x"] });
    expect([...(await store.known()).uses.keys()]).toEqual(["a", "b"]);
    expect(rows.setAside.get("connection_readings")).toBe(0);
  });
});
