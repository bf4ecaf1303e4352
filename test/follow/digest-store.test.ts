// Digests as they are stored, on both kinds of store.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Digest } from "../../src/follow/digest.js";
import { DigestStore } from "../../src/follow/digest-store.js";
import { DAY } from "../../src/lib/time.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";

const stores = new Stores();
afterEach(() => stores.closeAll());
afterAll(() => stores.stop());

const HERE = { channel: "C1", threadTs: null };
const THREAD = { channel: "C1", threadTs: "1.1" };
/** A refusal for good. */
const ARCHIVED = { at: 5_000, word: "is_archived", isForGood: true };
const digest = (more: Partial<Digest> = {}): Digest => ({
  // Not in the order of the schema: that must not matter.
  ended: null,
  setBy: "U1",
  setAt: 1_000,
  rule: null,
  weekdaysOnly: false,
  zone: "Europe/Berlin",
  hour: 8,
  minute: 0,
  ...HERE,
  ...more,
});

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => new DigestStore((await stores.open(kind)).store.db);

  test("one for each conversation: set, the same again, changed, and removed", async () => {
    const store = await open();
    expect(await store.set(digest())).toBe("new");
    expect(await store.set(digest({ setBy: "U2", setAt: 2_000 }))).toBe("same");
    expect(await store.in(HERE)).toMatchObject({ setBy: "U1", setAt: 1_000 });
    expect(await store.set(digest({ hour: 9, setAt: 3_000 }))).toBe("changed");
    expect(await store.set(digest(THREAD))).toBe("new");
    expect(await store.in(HERE)).toEqual(digest({ hour: 9, setAt: 3_000 }));
    expect(await store.remove(HERE)).toBe(true);
    expect(await store.remove(HERE)).toBe(false);
    expect(await store.all()).toEqual([digest(THREAD)]);
  });

  test("the same rule, typed in another way, is the same digest", async () => {
    const store = await open();
    const ofCategory = (name: string) => digest({ rule: { kind: "category", name } });
    await store.set(ofCategory("Children’s wear"));
    expect(await store.set(ofCategory("children's  Wear"))).toBe("same");
    expect(await store.set(ofCategory("Wear"))).toBe("changed");
  });

  test("only those with projects of their own are followed, until they end", async () => {
    const store = await open();
    await store.set(digest());
    await store.set(digest({ ...THREAD, rule: { kind: "scheduled" } }));
    expect(await store.follows(5_000)).toEqual([{ rule: { kind: "scheduled" }, setAt: 1_000, endsSince: null }]);
    await store.refused(digest({ ...THREAD, rule: { kind: "scheduled" } }), ARCHIVED);
    expect(await store.follows(5_000)).toEqual([]);
  });

  test("ended: there is none any more, it is forgotten later, and another may be set", async () => {
    const store = await open();
    await store.set(digest());
    await store.refused(digest(), ARCHIVED);
    expect(await store.in(HERE)).toBeNull();
    expect(await store.remove(THREAD)).toBe(false);
    expect(await store.all()).toEqual([digest({ ended: { at: 5_000, word: "is_archived" } })]);
    await store.removeEndedBefore(5_000);
    expect(await store.all()).toHaveLength(1);
    await store.removeEndedBefore(5_001);
    expect(await store.all()).toEqual([]);
    expect(await store.set(digest())).toBe("new");
  });

  test("refused for less than a day: it goes on, and an accepted one begins the day anew", async () => {
    const store = await open();
    await store.set(digest());
    const refused = async (at: number) =>
      store.refused((await store.in(HERE)) ?? digest(), { at, word: "not_in_channel", isForGood: false });
    expect(await refused(10_000)).toBe(false);
    expect(await refused(9_999 + DAY)).toBe(false);
    await store.accepted((await store.in(HERE)) ?? digest());
    expect(await store.in(HERE)).toEqual(digest());
    expect(await refused(10_000 + DAY)).toBe(false);
    expect(await refused(10_000 + 2 * DAY)).toBe(true);
    expect(await store.in(HERE)).toBeNull();
  });

  test("what somebody has changed in the meantime does not end", async () => {
    const store = await open();
    await store.set(digest());
    await store.set(digest({ hour: 9, setAt: 3_000 }));
    await store.refused(digest(), ARCHIVED);
    expect(await store.in(HERE)).toEqual(digest({ hour: 9, setAt: 3_000 }));
  });
});
