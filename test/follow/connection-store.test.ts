// What is stored of data connections, on both kinds of store.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import { ConnectionStore } from "../../src/follow/connection-store.js";
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
});
