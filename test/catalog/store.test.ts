// What is kept of the catalog, on either store.

import { sql } from "kysely";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { NOTHING_READ } from "../../src/catalog/state.js";
import { CatalogStore, type Changes, type Step } from "../../src/catalog/store.js";
import type { Project } from "../../src/hex/schema.js";
import type { Store } from "../../src/store/database.js";
import { RowReader } from "../../src/store/row-reader.js";
import { NOW, projectOf, realisticProjects } from "./projects.js";
import { STORE_KINDS, Stores } from "./stores.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const WEEKLY = {
  cadence: "WEEKLY",
  enabled: false,
  hourly: null,
  daily: null,
  monthly: null,
  custom: null,
  weekly: { timezone: "+05:30", hour: 6, minute: 30, dayOfWeek: "MONDAY" },
};
const stores = new Stores();

async function collected<T>(slices: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const slice of slices) all.push(slice);
  return all;
}

afterAll(() => stores.stop());

describe.each(STORE_KINDS)("%s", (kind) => {
  let opened: Store;
  let reopen: () => Promise<Store>;
  let rows: RowReader;
  let store: CatalogStore;
  beforeEach(async () => {
    ({ store: opened, reopen } = await stores.open(kind));
    rows = new RowReader();
    store = new CatalogStore(opened.db, rows);
  });
  afterEach(() => stores.closeAll());

  const all = async (from = store): Promise<Project[]> => (await collected(from.projects())).flat();
  const titles = async () => (await all()).map(({ title }) => title).sort();
  const changes = async (revision: number): Promise<Changes> => {
    const slices = await collected(store.changesSince(revision));
    return { projects: slices.flatMap(({ projects }) => projects), gone: slices.flatMap(({ gone }) => gone) };
  };
  const keep = (projects: Project[], askedAt: number, isAll = false) =>
    store.keep({ projects, askedAt, isAll }, askedAt);
  const pass = { startedAt: NOW, stepAt: NOW, cursor: "next", pages: 1, isSound: true, hasCollections: false };
  const step = (change: Partial<Step> = {}): Step => ({ change: (state) => state, goneBefore: null, ...change });

  test("every project is there again when it is opened anew, as Hex told it, with a shorter description", async () => {
    const projects = [
      ...realisticProjects(250),
      projectOf({ title: 'a \0 "売上" 🚀 \ud800', description: "x".repeat(5_000), status: { name: "Approved" } }),
      projectOf({ schedules: [WEEKLY] }),
    ];
    await keep(projects, NOW);
    await opened.close();
    store = new CatalogStore((await reopen()).db);
    const byId = (one: Project, other: Project) => (one.id < other.id ? -1 : 1);
    const expected = projects.map((one) => ({ ...one, description: one.description?.slice(0, 500) ?? null }));
    expect((await all()).sort(byId)).toEqual(JSON.parse(JSON.stringify(expected.sort(byId))));
  });

  test("collections are stored when Hex says them, and a project from before that is read as it is", async () => {
    await keep([projectOf({ id: "p1", collections: ["Board"] }), projectOf({ id: "p2" })], NOW, false);
    const known = (await all()).map(({ id, collections }) => [id, collections]);
    expect(new Map(known.map(([id, names]) => [String(id), names]))).toEqual(
      new Map([
        ["p1", ["Board"]],
        ["p2", undefined],
      ]),
    );
  });

  test("how a pass goes on is stored with its page, and what others store meanwhile takes nothing from it", async () => {
    expect((await store.state()).state).toEqual(NOTHING_READ);
    await store.keepPage({
      projects: [projectOf()],
      askedAt: NOW,
      now: NOW,
      step: step({ change: () => ({ ...NOTHING_READ, pass }) }),
    });
    await keep([projectOf()], NOW + MINUTE, true);
    expect((await store.state()).state).toEqual({
      pass,
      passEndedAt: null,
      source: null,
      hasCollections: false,
      whole: { startedAt: NOW + MINUTE, endedAt: NOW + MINUTE },
    });
    await opened.close();
    store = new CatalogStore((await reopen()).db);
    expect((await store.state()).state.pass).toEqual(pass);
  });

  test("an older reading of all does not take the place of a newer one", async () => {
    await keep([], NOW, true);
    await keep([], NOW - MINUTE, true);
    expect((await store.state()).state.whole?.startedAt).toBe(NOW);
  });

  test("what a reading of all no longer has is gone; what was told since is not; what comes back is there", async () => {
    const [old, kept, read] = [projectOf({ title: "old" }), projectOf({ title: "kept" }), projectOf({ title: "read" })];
    await keep([old, kept], NOW);
    await keep([read], NOW + 2 * MINUTE);
    await keep([kept], NOW + MINUTE, true);
    expect(await titles()).toEqual(["kept", "read"]);
    await keep([old], NOW + 3 * MINUTE);
    expect(await titles()).toEqual(["kept", "old", "read"]);
  });

  test("a page takes nothing away: only the end of a pass does", async () => {
    await keep([projectOf({ title: "old" })], NOW);
    const now = NOW + MINUTE;
    await store.keepPage({ projects: [projectOf({ title: "new" })], askedAt: now, now, step: step() });
    expect(await titles()).toEqual(["new", "old"]);
    await store.keepPage({ projects: [], askedAt: now, now, step: step({ goneBefore: now }) });
    expect(await titles()).toEqual(["new"]);
  });

  test("others read what has changed alone, and hear of what is gone for a month", async () => {
    const projects = realisticProjects(230);
    const [one] = projects;
    if (one === undefined) throw new Error("no project");
    await keep(projects, NOW);
    const { revision } = await store.state();
    await keep(projects, NOW + MINUTE);
    expect(await changes(revision)).toEqual({ projects: [], gone: [] });
    await keep([{ ...one, title: "Renamed" }], NOW + MINUTE);
    expect((await changes(revision)).projects).toEqual([{ ...one, title: "Renamed" }]);
    await keep([one], NOW + 2 * MINUTE, true);
    const since = await changes(revision);
    expect(since.projects).toEqual([one]);
    expect(since.gone).toHaveLength(229);
    expect((await changes(0)).gone).toHaveLength(229);
    await keep([one], NOW + 40 * DAY, true);
    expect((await changes(0)).gone).toHaveLength(0);
  });

  test("what is gone is remembered as it was for a month", async () => {
    const projects = realisticProjects(130);
    const ids = projects.map(({ id }) => id);
    await keep(projects, NOW);
    await keep([], NOW + MINUTE, true);
    const known = new Map((await store.lastKnown(["nowhere", ...ids])).map((project) => [project.id, project]));
    expect(ids.map((id) => known.get(id))).toEqual(projects);
    await keep([], NOW + 40 * DAY, true);
    expect(await store.lastKnown(ids)).toEqual([]);
  });

  test("writers at the same time each get a revision of their own, and nobody misses one", async () => {
    await Promise.all(Array.from({ length: 8 }, (_, i) => keep([projectOf({ title: `Project ${i}` })], NOW)));
    const slices = await sql<{ revision: string }>`select distinct revision from catalog_projects`.execute(opened.db);
    expect(slices.rows).toHaveLength(8);
    expect((await store.state()).revision).toBe(8);
  });

  test("what only the leader may write is written by the leader", async () => {
    const refusing = new CatalogStore(opened.db, rows, () => Promise.reject(new Error("not the leader")));
    const page = { projects: [projectOf()], askedAt: NOW, now: NOW, step: step() };
    await expect(refusing.keepPage(page)).rejects.toThrow("not the leader");
    await refusing.keep({ projects: [projectOf()], askedAt: NOW, isAll: false }, NOW);
    expect(await all()).toHaveLength(1);
  });

  describe("damage", () => {
    const damage = (statement: string) => sql.raw(statement).execute(opened.db);
    const setAside = (table: "catalog" | "catalog_projects") => rows.setAside.get(table);

    test.each(["{", "17", "[]", '{"id":"a"}'])("a project's document is %s: the others are there", async (doc) => {
      await keep([projectOf({ id: "a" }), projectOf({ id: "b", title: "whole" })], NOW);
      await damage(`update catalog_projects set doc = '${doc}' where id = 'a'`);
      expect(await titles()).toEqual(["whole"]);
      expect((await changes(0)).projects.map(({ id }) => id)).toEqual(["b"]);
      expect(setAside("catalog_projects")).toBe(1);
      // Hex tells of it again.
      await keep([projectOf({ id: "a", title: "told again" })], NOW);
      expect(await titles()).toEqual(["told again", "whole"]);
      expect(setAside("catalog_projects")).toBe(0);
    });

    test("one that Hex no longer tells of is counted until a pass has been whole", async () => {
      await keep([projectOf({ id: "a" })], NOW);
      await damage("update catalog_projects set doc = ''");
      expect(await all()).toEqual([]);
      const now = NOW + MINUTE;
      await store.keepPage({ projects: [], askedAt: now, now, step: step({ goneBefore: now }) });
      expect(await all()).toEqual([]);
      expect(setAside("catalog_projects")).toBe(0);
    });

    test.each(["{", "{}", '{"pass":{"cursor":7}}'])(
      "the state is %s: nothing is read, and it is written anew",
      async (doc) => {
        await keep([projectOf({ title: "there" })], NOW, true);
        await damage(`update catalog set doc = '${doc}'`);
        expect((await store.state()).state).toEqual(NOTHING_READ);
        expect(setAside("catalog")).toBe(1);
        await keep([projectOf({ title: "new" })], NOW + MINUTE);
        expect((await store.state()).state).toEqual(NOTHING_READ);
        expect(setAside("catalog")).toBe(0);
        expect(await titles()).toEqual(["new", "there"]);
      },
    );

    test("the state is gone: it goes on behind what there is", async () => {
      await keep([projectOf()], NOW);
      await keep([projectOf()], NOW);
      await damage("delete from catalog");
      expect(await store.state()).toEqual({ revision: 0, state: NOTHING_READ });
      await keep([projectOf()], NOW, true);
      expect(await store.state()).toMatchObject({ revision: 3, state: { whole: { startedAt: NOW } } });
    });
  });
});

test("SQLite takes any value in any column: what cannot be there stands in nobody's way", async () => {
  const { store: opened } = await stores.open("sqlite");
  const store = new CatalogStore(opened.db);
  const projects = ["a", "b", "c"].map((id) => projectOf({ id, title: id }));
  await store.keep({ projects, askedAt: NOW, isAll: false }, NOW);
  for (const statement of [
    "update catalog_projects set seen_at = 'x', revision = x'00ff' where id = 'a'",
    "update catalog_projects set gone_at = 'never' where id = 'b'",
    "update catalog_projects set doc = cast(x'7bff7d' as text), id = cast(x'ff00' as text) where id = 'c'",
    "update catalog set revision = 'many'",
  ])
    await sql.raw(statement).execute(opened.db);
  const reader = async () => (await collected(store.projects())).flat().map(({ id }) => id);
  expect(await reader()).toEqual(["a"]);
  expect((await collected(store.changesSince(0))).length).toBeGreaterThan(0);
  await store.keep({ projects, askedAt: NOW + MINUTE, isAll: false }, NOW + MINUTE);
  expect(await reader()).toEqual(["a", "b", "c"]);
  await stores.closeAll();
});
