// The catalog and what reads it in the background, against the simulated Hex and a store, on a clock that the test holds.

import { setTimeout as delay, setImmediate as nextTurn } from "node:timers/promises";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { Catalog } from "../../src/catalog/catalog.js";
import { CatalogReader, type PassEnded } from "../../src/catalog/reader.js";
import { CatalogStore } from "../../src/catalog/store.js";
import { Budget } from "../../src/hex/budget.js";
import { HexClient } from "../../src/hex/client.js";
import type { Share } from "../../src/hex/shares.js";
import type { Store } from "../../src/store/database.js";
import { RowReader } from "../../src/store/row-reader.js";
import { CALL, failure, soon, startWire, type Wire } from "../hex/wire.js";
import type { FaultKind, ProjectOptions } from "../sandbox/hex/types.js";
import { OpenRequests } from "../sandbox/open-requests.js";
import { noCollections } from "./no-collections.js";
import { STORE_KINDS, Stores } from "./stores.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
/** After so many turns of the event loop without a request in progress, no more are expected. And how many turns it waits for that. */
const QUIET_TURNS = 4;
const BUSY_TURNS = 100;
/** Real ms, in which Postgres answers on most machines. On others, the clock goes further. */
const POSTGRES_MS = 3;
const stores = new Stores();
afterAll(() => stores.stop());

/** One process: its catalog, and the reader that it runs while it leads. */
class Process {
  readonly errors: unknown[] = [];
  readonly passes: PassEnded[] = [];
  readonly rows = new RowReader();
  readonly budget: Budget;
  readonly polls: Share;
  readonly catalog: Catalog;
  readonly #reader: CatalogReader;
  readonly #stopping = new AbortController();
  #leading: Promise<void> = Promise.resolve();
  #following: Promise<void> = Promise.resolve();

  constructor(
    private readonly wire: Wire,
    { db }: Store,
    perMinute = 30,
  ) {
    const { clock, token, hex } = wire;
    const store = new CatalogStore(db, this.rows);
    this.budget = new Budget(clock, perMinute);
    this.polls = this.budget.share("polls", 12);
    const client = new HexClient({
      userAgent: "test",
      origin: hex.origin,
      token,
      clock,
      budget: this.budget,
      attemptTimeoutMs: 5_000,
      backoffMs: 100,
      random: () => 0.5,
      onRequest: () => undefined,
    });
    const onError = (error: unknown) => this.errors.push(error);
    const collections = noCollections(clock);
    this.catalog = new Catalog({ hex: client, store, clock, collections, refreshMs: 2_000, onError });
    this.#reader = new CatalogReader({
      hex: client,
      collections,
      catalog: this.catalog,
      store,
      clock,
      budget: this.budget,
      share: this.budget.share("catalog", 5),
      onError,
      source: () => client.place.source,
      newReference: () => "pass",
      onPassEnded: (ended) => this.passes.push(ended),
    });
  }

  follow(): this {
    this.#following = this.catalog.follow(this.#stopping.signal);
    return this;
  }

  lead(): this {
    this.#leading = this.#reader.read(this.#stopping.signal);
    return this;
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await soon(this.wire.clock, Promise.all([this.#leading, this.#following]));
  }
}

let wire: Wire;
let opened: Store;
let reopen: () => Promise<Store>;
let running: Process[] = [];
let requests: OpenRequests;
/** Whether the processes use Postgres. */
let isShared = false;
beforeEach(async () => {
  requests = new OpenRequests();
  isShared = false;
  wire = await startWire();
  ({ store: opened, reopen } = await stores.open("sqlite"));
});
afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
  await stores.closeAll();
  await wire.stop();
  requests.stop();
});

const start = (store = opened, perMinute?: number): Process => {
  const started = new Process(wire, store, perMinute);
  running.push(started);
  return started;
};
const stop = async (one: Process): Promise<void> => {
  running = running.filter((other) => other !== one);
  await one.stop();
};

/** Lets the time go on until something has happened, by `atMost` ms in all. Where nobody wakes, it takes several steps at once. */
async function until(done: () => boolean, stepMs = SECOND, atMost = Number.POSITIVE_INFINITY): Promise<void> {
  const { clock } = wire;
  const end = clock.monotonic() + atMost;
  for (let turn = 0; turn < 8_000 && !done(); turn++) {
    const isQuiet = await settle();
    const steps = isQuiet && Number.isFinite(clock.nextWakeMs) ? Math.ceil(clock.nextWakeMs / stepMs) : 1;
    if (!done()) clock.advance(Math.min(Math.max(1, steps) * stepMs, end - clock.monotonic()));
  }
  if (!done()) throw new Error("it did not happen");
}
const pass = async (ms: number, stepMs = SECOND) => {
  const end = wire.clock.monotonic() + ms;
  await until(() => wire.clock.monotonic() >= end, stepMs, ms);
};

/** Waits until nobody waits for Hex or the file, and for a moment if it is Postgres. @returns whether only the clock is waited for */
async function settle(): Promise<boolean> {
  for (let turn = 0, quiet = 0; turn < BUSY_TURNS && quiet < QUIET_TURNS; turn++) {
    await nextTurn();
    quiet = requests.count === 0 ? quiet + 1 : 0;
  }
  if (!isShared && requests.count === 0) return true;
  await delay(POSTGRES_MS);
  return false;
}

/** Projects, the first one created last. */
function addProjects(count: number, options: ProjectOptions = {}): void {
  const now = wire.clock.now();
  for (let i = 0; i < count; i++) {
    wire.hex.workspace.addProject({ title: `Project ${i}`, createdAt: now - (i + 1) * MINUTE, ...options });
  }
}
const pages = () => wire.hex.requests.filter(({ endpoint }) => endpoint === "listProjects");
const fault = (kind: FaultKind, times = 1) => wire.hex.faults.add({ endpoint: "listProjects", kind, times });
const titles = ({ catalog }: Process) => catalog.all().map(({ title }) => title);

describe("the first pass", () => {
  test("reads every page, at two thirds of the budget, in even steps, and what is read can be used meanwhile", async () => {
    addProjects(2_550);
    const one = start().lead();
    await until(() => one.catalog.size >= 300);
    expect(one.catalog.isWhole).toBe(false);
    expect(one.catalog.match("project 7").kind).toBe("exact");
    await until(() => one.passes.length === 1);
    expect(one.catalog).toMatchObject({ size: 2_550, isWhole: true });
    expect(one.passes).toMatchObject([{ isWhole: true, pages: 26 }]);
    const at = pages().map((page) => page.at);
    expect(at).toHaveLength(26);
    for (const from of at)
      expect(at.filter((other) => other >= from && other < from + MINUTE).length).toBeLessThanOrEqual(20);
    expect(Math.min(...at.slice(1).map((time, index) => time - (at[index] ?? 0)))).toBeGreaterThanOrEqual(3 * SECOND);
    expect((at.at(-1) ?? 0) - (at[0] ?? 0)).toBeLessThan(2 * MINUTE);
  });

  test("goes slowly where people ask, or where polls need the budget", async () => {
    addProjects(1_000);
    const one = start().lead();
    await until(() => pages().length === 2);
    const from = wire.clock.now();
    // Polls use more than their share, so the pages get theirs: eight a minute, of 27.
    for (let i = 0; i < 19; i++) await one.budget.take(one.polls, 0);
    await until(() => pages().length === 4, 500);
    expect(wire.clock.now() - from).toBeGreaterThan(9 * SECOND);
  });

  test("of a small budget takes a third", async () => {
    addProjects(500);
    const one = start(opened, 6).lead();
    await until(() => one.passes.length === 1);
    const at = pages().map((page) => page.at);
    for (const from of at)
      expect(at.filter((other) => other >= from && other < from + MINUTE).length).toBeLessThanOrEqual(4);
  });
});

describe("later passes", () => {
  test("begin ten minutes after the last one, at five requests a minute", async () => {
    addProjects(700);
    const one = start().lead();
    await until(() => one.passes.length === 1);
    const ended = wire.clock.now();
    await until(() => one.passes.length === 2);
    const at = pages()
      .slice(7)
      .map((page) => page.at);
    expect((at[0] ?? 0) - ended).toBeGreaterThanOrEqual(10 * MINUTE - 3 * SECOND);
    expect(at).toHaveLength(7);
    expect(Math.min(...at.slice(1).map((time, index) => time - (at[index] ?? 0)))).toBeGreaterThanOrEqual(12 * SECOND);
  });

  test("see what was created, renamed, unpublished, thrown away and removed", async () => {
    addProjects(250);
    const { workspace } = wire.hex;
    const [renamed, hidden, trashed, removed] = workspace.projects.slice(200);
    if (!renamed || !hidden || !trashed || !removed) throw new Error("no projects");
    const one = start().lead();
    await until(() => one.passes.length === 1);
    renamed.title = "Renamed";
    hidden.lastPublishedAt = null;
    trashed.trashedAt = wire.clock.now();
    workspace.removeProject(removed.id);
    workspace.addProject({ title: "Created" });
    await until(() => one.passes.length === 2, 5 * SECOND);
    expect(one.catalog.size).toBe(249);
    expect(one.catalog.match("renamed").kind).toBe("exact");
    expect(one.catalog.match("created").kind).toBe("exact");
    expect(one.catalog.match(hidden.title).kind).not.toBe("exact");
    expect(one.catalog.known(hidden.id)?.lastPublishedAt).toBeNull();
    expect(one.catalog.known(trashed.id)).toBeNull();
    expect(one.catalog.known(removed.id)).toBeNull();
  });
});

describe("a pass that is disturbed", () => {
  test.each<[string, FaultKind, number]>([
    ["429 that says how long", { type: "status", status: 429, headers: { "retry-after": "40" } }, 1],
    ["429", { type: "rateLimited" }, 2],
    ["500", { type: "status", status: 500 }, 3],
    ["no answer", { type: "reset" }, 2],
    ["a page of a proxy", { type: "html" }, 2],
  ])("by %s goes on where it stood, and nobody is gone", async (_, kind, times) => {
    addProjects(450);
    const one = start().lead();
    await until(() => pages().length === 2 && one.catalog.size === 200);
    fault(kind, times);
    await until(() => one.passes.length === 1, 2 * SECOND);
    expect(pages()).toHaveLength(5 + times);
    expect(one.passes).toMatchObject([{ isWhole: true, pages: 5 }]);
    expect(one.catalog.size).toBe(450);
    expect(one.errors).toEqual([]);
  });

  test("by a budget that is spent waits for its turn, behind people and polls", async () => {
    addProjects(250);
    const one = start(opened, 10);
    for (let i = 0; i < 9; i++) await one.budget.take("command", 0);
    one.lead();
    await pass(30 * SECOND);
    expect(pages()).toHaveLength(0);
    await until(() => one.passes.length === 1, 2 * SECOND);
    expect(one.catalog.size).toBe(250);
  });

  test.each([400, 404, 422])("by a cursor that Hex refuses (%d) begins anew", async (status) => {
    addProjects(350);
    const one = start().lead();
    await until(() => pages().length === 2 && one.catalog.size === 200);
    fault({ type: "status", status });
    await until(() => one.passes.length === 1, 2 * SECOND);
    expect(pages().map(({ query }) => query.has("after"))).toEqual([false, true, true, false, true, true, true]);
    expect(one.catalog.size).toBe(350);
  });

  test("by a page that fails for good begins anew, later and later", async () => {
    addProjects(250);
    const one = start().lead();
    await until(() => pages().length === 1 && one.catalog.size === 100);
    fault({ type: "status", status: 500 }, 5);
    await until(() => pages().length === 7, 5 * SECOND);
    expect(pages().map(({ query }) => query.has("after"))).toEqual([false, true, true, true, true, true, false]);
    const at = pages().map((page) => page.at);
    expect((at[5] ?? 0) - (at[1] ?? 0)).toBeGreaterThanOrEqual(3 * MINUTE);
  });

  test("by a list that does not say whether it ends: what is known stays", async () => {
    addProjects(150);
    const one = start().lead();
    await until(() => one.passes.length === 1);
    const { id } = wire.hex.workspace.addProject({ title: "New" });
    const values = [{ id, title: "New" }];
    for (const body of [{ values }, { values, pagination: { after: "x".repeat(5_000) } }]) {
      const passes = one.passes.length;
      fault({ type: "status", status: 200, body });
      await until(() => one.passes.length > passes, 10 * SECOND);
      expect(one.passes.at(-1)?.isWhole).toBe(false);
      expect(one.catalog.size).toBe(151);
    }
  });

  test("by an entry that cannot be read: what is known stays", async () => {
    addProjects(3);
    const one = start().lead();
    await until(() => one.passes.length === 1);
    fault({
      type: "status",
      status: 200,
      body: { values: [{ id: "a" }, { title: "no id" }], pagination: { after: null } },
    });
    await until(() => one.passes.length === 2, 10 * SECOND);
    expect(one.passes[1]?.isWhole).toBe(false);
    expect(one.catalog.size).toBe(4);
  });

  test("by cursors that go round ends", async () => {
    const one = start().lead();
    for (const after of ["a", "b", "a"])
      fault({ type: "status", status: 200, body: { values: [], pagination: { after } } });
    await until(() => one.passes.length === 1);
    expect(one.passes).toMatchObject([{ isWhole: false, pages: 3 }]);
  });

  test("by a store that fails goes on when it works again; what was asked for meanwhile is in memory", async () => {
    addProjects(3);
    await opened.close();
    const one = start().lead();
    await until(() => one.errors.length > 0);
    await soon(wire.clock, one.catalog.look(CALL));
    expect(one.catalog.match("project 1").kind).toBe("exact");
  });
});

describe("a restart", () => {
  const restart = async (one: Process): Promise<Process> => {
    await stop(one);
    await opened.close();
    opened = await reopen();
    return start(opened);
  };

  test("all is there without a request, and the next pass is due when it was", async () => {
    addProjects(150);
    const before = start().lead();
    await until(() => before.passes.length === 1);
    const asked = wire.hex.requests.length;
    const after = await restart(before);
    await soon(wire.clock, after.catalog.ready());
    expect(after.catalog).toMatchObject({ size: 150, isWhole: true, readAt: before.catalog.readAt });
    expect(titles(after)).toEqual(titles(before));
    expect(after.catalog.match("project 149").kind).toBe("exact");
    after.lead();
    await pass(9 * MINUTE, 5 * SECOND);
    expect(wire.hex.requests).toHaveLength(asked);
    await until(() => after.passes.length === 1, 5 * SECOND);
  });

  test("in the middle of a pass: it goes on at its cursor, and what was seen before stays", async () => {
    addProjects(450);
    const before = start().lead();
    await until(() => pages().length === 3 && before.catalog.size === 300);
    const after = (await restart(before)).lead();
    await until(() => after.passes.length === 1);
    expect(after.passes).toMatchObject([{ isWhole: true, pages: 5 }]);
    expect(after.catalog.size).toBe(450);
    expect(pages()).toHaveLength(5);
  });

  test("hours later: it begins anew", async () => {
    addProjects(350);
    const before = start().lead();
    await until(() => pages().length === 2 && before.catalog.size === 200);
    await stop(before);
    wire.clock.advance(2 * 60 * MINUTE);
    const after = start().lead();
    await until(() => after.passes.length === 1);
    expect(pages().map(({ query }) => query.has("after"))).toEqual([false, true, false, true, true, true]);
  });

  test("with a clock that was set back: it is not waited for", async () => {
    addProjects(3);
    const before = start().lead();
    await until(() => before.passes.length === 1);
    wire.clock.set(-24 * 60 * MINUTE);
    const after = (await restart(before)).lead();
    await until(() => after.passes.length === 1);
  });
});

describe.each(STORE_KINDS)("two processes on %s", (kind) => {
  test("one reads, the other knows; another that takes over in the middle of a pass takes nothing away", async () => {
    const shared = await stores.open(kind);
    isShared = kind === "postgres";
    addProjects(450);
    const one = start(shared.store).lead();
    const other = start(kind === "sqlite" ? shared.store : await shared.reopen()).follow();
    await until(() => one.passes.length === 1 && other.catalog.isWhole, 2 * SECOND);
    await until(() => other.catalog.size === 450);
    const [gone, renamed] = wire.hex.workspace.projects;
    if (!gone || !renamed) throw new Error("no projects");
    gone.trashedAt = wire.clock.now();
    renamed.title = "Renamed";
    const read = pages().length;
    await until(() => pages().length === read + 2, 2 * SECOND);
    await stop(one);
    other.lead();
    await until(() => other.passes.length === 1, 2 * SECOND);
    expect(other.passes).toMatchObject([{ isWhole: true, pages: 5 }]);
    expect(other.catalog.size).toBe(449);
    expect(other.catalog.match("renamed").kind).toBe("exact");
    expect(other.errors).toEqual([]);
  });
});

describe("somebody's question", () => {
  test("a look asks for one page, at most so often; those who look at the same time share it", async () => {
    addProjects(150);
    const { catalog } = start();
    await Promise.all([catalog.look(CALL, MINUTE), catalog.look(CALL, MINUTE)]);
    await catalog.look(CALL, MINUTE);
    expect(wire.hex.requests).toHaveLength(1);
    expect(catalog).toMatchObject({ size: 100, isWhole: false, readAt: null });
    wire.clock.advance(MINUTE);
    await catalog.look(CALL, MINUTE);
    expect(wire.hex.requests).toHaveLength(2);
  });

  test("a look that shows all of a small workspace counts as reading it, and what is not there is gone", async () => {
    addProjects(3);
    const { catalog } = start();
    await catalog.look(CALL);
    expect(catalog).toMatchObject({ size: 3, isWhole: true, readAt: wire.clock.now() });
    const [gone] = wire.hex.workspace.projects;
    wire.hex.workspace.removeProject(gone?.id ?? "");
    wire.clock.advance(SECOND);
    await catalog.look(CALL);
    expect(catalog.size).toBe(2);
  });

  test("a look right after a start: what is stored does not bring back what is gone", async () => {
    addProjects(3);
    const before = start().lead();
    await until(() => before.passes.length === 1);
    await stop(before);
    wire.hex.workspace.removeProject(wire.hex.workspace.projects[0]?.id ?? "");
    wire.clock.advance(SECOND);
    const store = new CatalogStore(opened.db);
    const stored = [...before.catalog.all()];
    const asked = wire.hex.requests.length;
    /** What is stored is read before Hex answers, and is there after it has. */
    async function* projects() {
      await wire.hex.waitFor(({ status }) => status === 200, asked);
      await new Promise((resolve) => setTimeout(resolve, 50));
      yield stored;
    }
    const catalog = new Catalog({
      hex: wire.client,
      collections: noCollections(wire.clock),
      store: Object.assign(store, { projects }),
      clock: wire.clock,
      refreshMs: SECOND,
      onError: () => undefined,
    });
    await Promise.all([catalog.load(), catalog.look(CALL)]);
    expect(catalog.size).toBe(2);
  });

  test("a look that fails spoils nothing", async () => {
    addProjects(3);
    const { catalog } = start();
    await catalog.look(CALL);
    wire.hex.workspace.revokeToken(wire.token);
    expect((await failure(catalog.look(CALL))).kind).toBe("unauthorized");
    expect(catalog.size).toBe(3);
  });

  test("what was archived or trashed since Hex drew up its answer is not listed", async () => {
    const at = new Date(wire.clock.now()).toISOString();
    const values = [{ archivedAt: at }, { trashedAt: at }, { type: "COMPONENT" }, {}].map((more, index) => ({
      id: `p${index}`,
      title: "Revenue",
      ...more,
    }));
    fault({ type: "status", status: 200, body: { values, pagination: { after: null } } });
    const { catalog } = start();
    await catalog.look(CALL);
    expect(catalog.all().map(({ id }) => id)).toEqual(["p3"]);
  });

  test("a project that is not known is asked for by its id, and kept; one that can be run is not asked for again", async () => {
    const { id } = wire.hex.workspace.addProject({ title: "Revenue" });
    const draft = wire.hex.workspace.addProject({ title: "Draft", published: false });
    const one = start().follow();
    for (let i = 0; i < 2; i++) expect(await one.catalog.project(id, CALL)).toMatchObject({ title: "Revenue" });
    expect(wire.hex.requests).toHaveLength(1);
    for (let i = 0; i < 2; i++) await one.catalog.project(draft.id, CALL);
    expect(wire.hex.requests).toHaveLength(3);
    await stop(one);
    const { catalog } = start();
    await catalog.load();
    expect(catalog.known(id)).toMatchObject({ title: "Revenue" });
    expect((await failure(catalog.project("018f2a1e-0000-7000-8000-000000000001", CALL))).kind).toBe("not_found");
  });

  test("the list: published first, newest first; words in any field, however they are spelt, and the id", async () => {
    const { workspace } = wire.hex;
    const now = wire.clock.now();
    workspace.addProject({ title: "old", publishedAt: now - 9 * 24 * 60 * MINUTE });
    workspace.addProject({ title: "draft", published: false });
    const title = "Cafe\u0301’s non\u2011stop “Überblick” … 売上\u00a0\u200dx";
    const { id } = workspace.addProject({
      title,
      description: "by Region",
      categories: ["Finance"],
      ownerEmail: "o@x.test",
    });
    const one = start();
    await one.catalog.look(CALL);
    expect(titles(one)).toEqual([title, "old", "draft"]);
    expect(one.catalog.withWords([]).map((project) => project.title)).toEqual([title, "old", "draft"]);
    const spelt = ["CAFÉ's", "non-stop", '"u\u0308berblick"', "...", "…", "売上 x", "Cafe\u0301\u200b", id, "non–stop"];
    for (const word of [...spelt, "region", "FIN", "o@x"])
      expect(
        one.catalog.withWords([word]).map((project) => project.title),
        word,
      ).toEqual([title]);
    for (const word of ["cafe", "zebra"]) expect(one.catalog.withWords([word])).toEqual([]);
  });

  test("a store that hangs lets nobody wait for long", async () => {
    const hanging = new Catalog({
      hex: wire.client,
      collections: noCollections(wire.clock),
      store: Object.assign(new CatalogStore(opened.db), { state: () => new Promise<never>(() => undefined) }),
      clock: wire.clock,
      refreshMs: SECOND,
      onError: () => undefined,
    });
    addProjects(3);
    await soon(wire.clock, hanging.look(CALL));
    expect(hanging.size).toBe(3);
  });
});
