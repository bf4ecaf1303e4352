// Watches, and the ends of runs that they tell of, as they are stored, on both kinds of store.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import { newlyFollowed } from "../../src/follow/followed-project.js";
import type { RunEnd } from "../../src/follow/run-end.js";
import { TroubleStore } from "../../src/follow/trouble-store.js";
import { endsSince, ruleKey, type Watch } from "../../src/follow/watch.js";
import { WatchStore } from "../../src/follow/watch-store.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";

const stores = new Stores();
afterEach(() => stores.closeAll());
afterAll(() => stores.stop());

const DAY = 24 * 60 * 60_000;
const HERE = { channel: "C1", threadTs: null };
const watch = (more: Partial<Watch> = {}): Watch => ({
  ...HERE,
  rule: { kind: "project", id: "p" },
  level: "trouble",
  page: false,
  setBy: "U1",
  setAt: 1_000,
  ...more,
});

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => (await stores.open(kind)).store.db;

  test("set again with another level: watched since the first time, and told of ends since it has that level", async () => {
    const watches = new WatchStore(await open());
    expect(await watches.set(watch())).toBe("new");
    expect(await watches.set(watch({ setAt: 2_000 }))).toBe("same");
    expect((await watches.in(HERE)).map(endsSince)).toEqual([null]);
    expect(await watches.set(watch({ level: "all", setAt: 3_000 }))).toBe("changed");
    expect(await watches.set(watch({ level: "all", page: true, setAt: 4_000 }))).toBe("changed");
    expect((await watches.in(HERE)).map((one) => [one.setAt, endsSince(one)])).toEqual([[1_000, 3_000]]);
    expect(await watches.follows(5_000)).toEqual([{ rule: watch().rule, setAt: 1_000, endsSince: 3_000 }]);
    expect(await watches.set(watch({ ...HERE, threadTs: "1.1", level: "all", setAt: 5_000 }))).toBe("new");
    expect((await watches.all()).map(endsSince)).toEqual([3_000, 5_000]);
  });

  test("refused for good: ended at once, known for a while, and set anew like a new one", async () => {
    const watches = new WatchStore(await open());
    await watches.set(watch());
    await watches.set(watch({ rule: { kind: "scheduled" }, setBy: "U2" }));
    await watches.set(watch({ threadTs: "1.1" }));
    expect(await watches.refused(HERE, { at: 5_000, word: "is_archived", isForGood: true })).toBe(true);
    const ended = { at: 5_000, word: "is_archived" };
    expect(await watches.ended()).toMatchObject([
      { rule: { kind: "project" }, setBy: "U1", ended },
      { rule: { kind: "scheduled" }, setBy: "U2", ended },
    ]);
    expect(await watches.in(HERE)).toEqual([]);
    expect(await watches.follows(5_000)).toHaveLength(1);
    expect(await watches.set(watch({ setAt: 9_000 }))).toBe("new");
    expect(await watches.in(HERE)).toMatchObject([{ setAt: 9_000 }]);
    await watches.removeEndedBefore(5_000);
    expect(await watches.ended()).toHaveLength(1);
    await watches.removeEndedBefore(5_001);
    expect(await watches.ended()).toEqual([]);
    expect(await watches.all()).toHaveLength(2);
  });

  test("refused in a way that may pass: ended after a day in which nothing was accepted", async () => {
    const watches = new WatchStore(await open());
    await watches.set(watch());
    const refused = (at: number) => watches.refused(HERE, { at, word: "not_in_channel", isForGood: false });
    expect(await refused(10_000)).toBe(false);
    await watches.accepted(HERE);
    expect(await refused(20_000)).toBe(false);
    expect(await refused(10_000 + DAY)).toBe(false);
    expect(await watches.in(HERE)).toMatchObject([{ refusedSince: 20_000 }]);
    expect(await refused(20_000 + DAY)).toBe(true);
    expect(await watches.in(HERE)).toEqual([]);
  });

  test("a key that an earlier version spelt in another way: refused, changed and removed all the same", async () => {
    const db = await open();
    const watches = new WatchStore(db);
    const rule = { kind: "category" as const, name: "Children’s wear" };
    const { channel, threadTs: _, ...doc } = watch({ rule });
    const columns = { channel, thread_ts: "", rule_key: "category children’s wear" };
    await db
      .insertInto("watches")
      .values({ ...columns, doc: JSON.stringify(doc) })
      .execute();
    await watches.refused(HERE, { at: 5_000, word: "not_in_channel", isForGood: false });
    expect(await watches.in(HERE)).toMatchObject([{ refusedSince: 5_000 }]);
    expect(await watches.set(watch({ rule, level: "late" }))).toBe("changed");
    expect(await watches.in(HERE)).toMatchObject([{ level: "late" }]);
    expect(await watches.remove(HERE, ruleKey({ ...rule, name: "children's wear" }))).toBe(true);
    expect(await watches.all()).toEqual([]);
    expect(await watches.remove(HERE, ruleKey(rule))).toBe(false);
  });

  test("an end is stored once, as it was first seen, and forgotten later", async () => {
    const troubles = new TroubleStore(await open());
    const followed = newlyFollowed({ schedules: [] }, 1_000);
    const more = { projectId: "p", status: "COMPLETED", trigger: "API", tookMs: 5, typicalMs: null, url: null };
    const end = (runId: string, endedAt: number): RunEnd => ({ runId, endedAt, ...more });
    await troubles.keep("p", followed, { ends: [end("b", 2_000), end("a", 1_000)] });
    await troubles.keep("p", followed, { ends: [end("b", 9_000), end("c", 3_000)] });
    expect(await troubles.ends(1_000)).toEqual([end("a", 1_000), end("b", 2_000), end("c", 3_000)]);
    await troubles.removeEndsBefore(2_000);
    expect(await troubles.ends(0)).toEqual([end("b", 2_000), end("c", 3_000)]);
  });
});
