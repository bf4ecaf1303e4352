// The stored audit log on both kinds of store.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import { AuditStore } from "../../src/audit/audit-store.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";
import { entry, REVENUE } from "./entries.js";

const stores = new Stores();
afterEach(() => stores.closeAll());
afterAll(() => stores.stop());

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => new AuditStore((await stores.open(kind)).store.db);
  const allOf = async (audit: AuditStore, since = 0) => {
    const ids: string[] = [];
    for await (const page of audit.pages({ since })) ids.push(...page.map(({ id }) => id));
    return ids;
  };

  test("an entry that is recorded twice is there once, as it was first", async () => {
    const audit = await open();
    await audit.add([entry()]);
    await audit.add([entry({ at: 5_000, result: "other" }), entry({ id: "asked 2", at: 2_000 })]);
    const { entries, total } = await audit.latest({ since: 0 }, 10);
    expect(entries).toEqual([entry({ id: "asked 2", at: 2_000 }), entry()]);
    expect(total).toBe(2);
  });

  test("takes as many entries at once as may wait for it", async () => {
    const audit = await open();
    await audit.add(Array.from({ length: 10_000 }, (_, at) => entry({ id: `waiting ${at}`, at })));
    expect((await audit.latest({ since: 0 }, 1)).total).toBe(10_000);
  });

  test("leaves out projects, and says which ones there are entries about", async () => {
    const audit = await open();
    await audit.add([
      entry({ id: "a", at: 1 }),
      entry({ id: "b", at: 2 }),
      entry({ id: "c", at: 3, project: { id: "other", title: "" } }),
      entry({ id: "d", at: 4, project: null }),
    ]);
    expect((await audit.projectIds({ since: 0 })).sort()).toEqual([REVENUE.id, "other"]);
    expect(await audit.projectIds({ since: 3 })).toEqual(["other"]);
    const { entries, total } = await audit.latest({ since: 0, except: [REVENUE.id] }, 1);
    expect(entries.map(({ id }) => id)).toEqual(["d"]);
    expect(total).toBe(2);
  });

  test("finds what one person did, to one project, in a time", async () => {
    const audit = await open();
    await audit.add([
      entry({ id: "a", at: 1, who: "U0ADA" }),
      entry({ id: "b", at: 2, who: "U0GRACE" }),
      entry({ id: "c", at: 3, who: "U0GRACE", project: { id: "other", title: "" } }),
      entry({ id: "d", at: 4, who: "U0GRACE", project: null }),
    ]);
    const found = async (query: Parameters<AuditStore["latest"]>[0]) =>
      (await audit.latest(query, 10)).entries.map(({ id }) => id);
    expect(await found({ since: 0, who: "U0GRACE" })).toEqual(["d", "c", "b"]);
    expect(await found({ since: 0, projectId: REVENUE.id })).toEqual(["b", "a"]);
    expect(await found({ since: 2, until: 4 })).toEqual(["c", "b"]);
    expect((await audit.latest({ since: 0 }, 2)).total).toBe(4);
  });

  test("all pages together are all entries, the oldest first, whatever their times", async () => {
    const audit = await open();
    const many = Array.from({ length: 1_203 }, (_, at) => entry({ id: `e${at}`, at: Math.floor(at / 700) }));
    for (let at = 0; at < many.length; at += 300) await audit.add(many.slice(at, at + 300));
    const ids = await allOf(audit);
    expect(ids).toHaveLength(many.length);
    expect(new Set(ids).size).toBe(many.length);
    expect(await allOf(audit, 1)).toHaveLength(many.length - 700);
  });

  test.each([
    ["is cut off", "{"],
    ["has a time that is no date", JSON.stringify(entry({ id: "odd", at: 1e300 }))],
  ])("old entries go, and one that %s hides no other", async (_, doc) => {
    const { store } = await stores.open(kind);
    const audit = new AuditStore(store.db);
    await audit.add([entry({ id: "old", at: 1 }), entry({ id: "new", at: 10 })]);
    await store.db.insertInto("audit").values({ id: "odd", at: 11, who: null, project_id: null, doc }).execute();
    await audit.removeBefore(10);
    expect(await allOf(audit)).toEqual(["new"]);
    expect(await audit.missing(["old", "new", "odd"])).toEqual(["old"]);
  });
});
