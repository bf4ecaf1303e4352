// Who has what, as it is stored: two at the same moment, on both kinds of store, and what an unreadable row costs.

import { afterAll, afterEach, describe, expect, test } from "vitest";
import {
  type Attention,
  attentionTo,
  holderOf,
  NO_ATTENTION,
  pressed,
  type Subject,
  versionOf,
} from "../../src/attention/attention.js";
import { AttentionStore } from "../../src/attention/attention-store.js";
import type { Db } from "../../src/store/database.js";
import { STORE_KINDS, Stores } from "../catalog/stores.js";

const A: Subject = { kind: "trouble", id: "a" };
const B: Subject = { kind: "trouble", id: "b" };

const stores = new Stores();
afterEach(() => stores.closeAll());
afterAll(() => stores.stop());

const press = (store: AttentionStore, by: string, subjects: readonly Subject[], seen: readonly Attention[]) =>
  store.change(subjects, (now) =>
    pressed(now, versionOf(now), { by, at: 5, holder: holderOf(seen), version: versionOf(seen) }),
  );

describe.each(STORE_KINDS)("%s", (kind) => {
  const open = async () => {
    const { store, reopen } = await stores.open(kind);
    return { db: store.db, reopen };
  };

  test("two press at the same moment, on two troubles in another order: one has both, and the other is told who", async () => {
    const { db, reopen } = await open();
    const other = kind === "sqlite" ? db : (await reopen()).db;
    const nothing = [NO_ATTENTION, NO_ATTENTION];
    const outcomes = await Promise.all([
      press(new AttentionStore(db), "ada", [A, B], nothing),
      press(new AttentionStore(other), "grace", [B, A], nothing),
    ]);
    expect(outcomes.map((one) => one.kind).sort()).toEqual(["held", "taken"]);
    const winner = outcomes[0]?.kind === "taken" ? "ada" : "grace";
    expect(outcomes).toContainEqual({ kind: "held", by: winner });
    const all = await new AttentionStore(db).all();
    expect([A, B].map((subject) => attentionTo(all, subject).taken?.by)).toEqual([winner, winner]);
  });

  test("ten press at the same moment, first when nobody has it, then to take it over: one of them is on it each time", async () => {
    const { db, reopen } = await open();
    const other = kind === "sqlite" ? db : (await reopen()).db;
    let seen: Attention[] = [NO_ATTENTION];
    for (const round of ["first", "second", "third"]) {
      const people = Array.from({ length: 10 }, (_, index) => `${round} ${index}`);
      const outcomes = await Promise.all(
        people.map((by, index) => press(new AttentionStore(index % 2 === 0 ? db : other), by, [A], seen)),
      );
      const winners = people.filter((_, index) => outcomes[index]?.kind === "taken");
      expect(winners).toHaveLength(1);
      seen = [attentionTo(await new AttentionStore(db).all(), A)];
      expect(seen[0]?.taken?.by).toBe(winners[0]);
    }
  });

  test("each change shows in the revision, and is announced once it is stored", async () => {
    const { db } = await open();
    const announced: Promise<string>[] = [];
    const store: AttentionStore = new AttentionStore(db, undefined, () => announced.push(store.revision()));
    const before = await store.revision();
    await press(store, "ada", [A], [NO_ATTENTION]);
    const after = await store.revision();
    expect(after).not.toBe(before);
    expect(await Promise.all(announced)).toEqual([after]);
    await press(store, "ada", [A], [NO_ATTENTION]);
    expect(await store.revision()).toBe(after);
    expect(announced).toHaveLength(1);
  });

  test("a row that cannot be read counts as nobody's, and the next press puts it right", async () => {
    const { db } = await open();
    const store = new AttentionStore(db);
    await press(store, "ada", [A], [NO_ATTENTION]);
    await db.updateTable("attention").set({ doc: "{" }).execute();
    expect(attentionTo(await store.all(), A)).toEqual({ ...NO_ATTENTION, version: 1 });
    expect(await press(store, "grace", [A], [])).toMatchObject({ kind: "taken" });
    expect(attentionTo(await store.all(), A)).toMatchObject({ version: 2, taken: { by: "grace" } });
  });

  test("forgotten with what it belongs to, and not before", async () => {
    const { db } = await open();
    const store = new AttentionStore(db);
    const outage: Subject = { kind: "incident", id: "a" };
    await addTrouble(db, "a");
    await press(store, "ada", [A, B, outage], [NO_ATTENTION]);
    await store.removeOld();
    expect([...(await store.all()).keys()]).toEqual(["trouble a"]);
  });
});

async function addTrouble(db: Db, id: string): Promise<void> {
  await db.insertInto("troubles").values({ id, project_id: "p", over_at: null, doc: "{}" }).execute();
}
