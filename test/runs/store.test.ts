import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownLink } from "../../src/hex/own-link.js";
import { identityOf, type Run } from "../../src/runs/run.js";
import { RunStore } from "../../src/runs/store.js";
import { intended, lost, started } from "../../src/runs/transitions.js";
import { CardStore } from "../../src/slack/cards/store.js";
import type { Store } from "../../src/store/database.js";
import { RowReader } from "../../src/store/row-reader.js";
import { openEmbedded } from "../../src/store/sqlite.js";

const intent = (key: string) =>
  intended(
    {
      key,
      project: { id: "p", title: "Revenue" },
      options: { inputs: {}, fresh: false, publish: false, view: null },
      requester: "U1",
      requestedAt: 1,
      reference: "r",
    },
    1,
  );
const answer = { projectId: "p", runId: "run-1", runUrl: null, traceId: null, projectVersion: null };

describe("RunStore", () => {
  let dir: string;
  let opened: Store;
  let changes: string[];
  let store: RunStore;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    opened = await openEmbedded(dir);
    changes = [];
    store = new RunStore(opened.db, (run) => changes.push(`${run.key} ${run.state}`));
  });
  afterEach(async () => {
    await opened.close();
    await rm(dir, { recursive: true });
  });

  test("a key is stored once", async () => {
    expect(await store.insert(intent("a"))).toBe(true);
    expect(await store.insert({ ...intent("a"), reference: "other" })).toBe(false);
    expect(await store.get("a")).toEqual(intent("a"));
    expect(changes).toEqual(["a starting"]);
  });

  test("a run is taken back whether it was stored or not, but not if something has come of it or its card was seen", async () => {
    const cards = new CardStore(opened.db, { process: "a process", now: () => 1 });
    for (const key of ["stored", "once more", "begun", "seen"]) await store.insert(intent(key));
    await store.update("begun", (run) => (run.state === "starting" ? started(run, answer) : null));
    for (const runKey of ["seen", "not stored"]) {
      await cards.insert({ runKey, channel: "C1", threadTs: null, isPublic: true, requester: "U1" });
      await cards.place(runKey, { channel: "C1", ts: "1.2" });
    }
    for (const key of ["stored", "not stored", "begun", "seen"]) await store.takeBack(intent(key));
    await store.takeBack({ ...intent("once more"), requestedAt: 2 });
    const left = await store.inFlight();
    expect(left.map(({ key }) => key).sort()).toEqual(["begun", "once more", "seen"]);
  });

  test("what another process stores is read the next time", async () => {
    await store.insert(intent("a"));
    expect((await store.inFlight()).map(({ state }) => state)).toEqual(["starting"]);
    const others = new RunStore(opened.db, () => undefined);
    await others.update("a", (run) => (run.state === "starting" ? started(run, answer) : null));
    expect((await store.inFlight()).map(({ state }) => state)).toEqual(["pending"]);
    expect((await store.get("a"))?.state).toBe("pending");
  });

  test("a document that is damaged and repaired is set aside in between", async () => {
    const rows = new RowReader();
    store = new RunStore(opened.db, () => undefined, { rows });
    await store.insert(intent("a"));
    const write = (doc: string) => opened.db.updateTable("runs").set({ doc }).execute();
    for (const [doc, readable] of [
      [JSON.stringify(intent("a")), 1],
      ["{", 0],
      [JSON.stringify(intent("a")), 1],
    ] as const) {
      await write(doc);
      expect(await store.inFlight()).toHaveLength(readable);
      expect(rows.setAside.get("runs")).toBe(1 - readable);
    }
  });

  test("everything is still there when the store is opened again", async () => {
    await store.insert(intent("a"));
    await store.update("a", (run) => (run.state === "starting" ? started(run, answer) : null));
    await opened.close();
    opened = await openEmbedded(dir);
    store = new RunStore(opened.db, () => undefined);
    expect((await store.inFlight()).map((run) => run.state)).toEqual(["pending"]);
    expect((await store.byHexRun("run-1"))?.key).toBe("a");
    expect([...(await store.byHexRuns(["run-1", "run-2"])).keys()]).toEqual(["run-1"]);
  });

  test.each(["-1", "1e300"])("a run that was wanted at %s ms is set aside: no such time can be shown", async (time) => {
    await store.insert(intent("a"));
    await store.insert(intent("b"));
    await sql`update runs set doc = replace(doc, '"requestedAt":1', ${`"requestedAt":${time}`}) where key = 'a'`.execute(
      opened.db,
    );
    expect((await store.inFlight()).map(({ key }) => key)).toEqual(["b"]);
  });

  test("a stored link is shown only if it may be", async () => {
    const stored = ["https://app.hex.tech/w/app/p/run/1", "https://evil.example/run/1"];
    for (const [index, runUrl] of stored.entries()) {
      await store.insert(intent(String(index)));
      const adopt = (run: Run) => (run.state === "starting" ? started(run, { ...answer, runUrl }) : null);
      await store.update(String(index), adopt);
    }
    const origin = "https://app.hex.tech";
    const careful = new RunStore(opened.db, () => undefined, { linkOf: (url) => ownLink(url, origin) });
    expect((await careful.inFlight()).map((run) => identityOf(run)?.url)).toEqual([stored[0], null]);
  });

  test("a run's options come back as they were typed, whatever the inputs are called", async () => {
    const inputs = JSON.parse('{"__proto__":1,"constructor":{"__proto__":[2]},"f":-1.5,"t":"\\ud800","n":null}');
    await store.insert({ ...intent("a"), options: { ...intent("a").options, inputs } });
    expect(JSON.stringify((await store.get("a"))?.options.inputs)).toBe(JSON.stringify(inputs));
  });

  test("a start that cannot be read, perhaps from a newer version, keeps its claim to the runs that Hex lists", async () => {
    await store.insert(intent("a"));
    await store.insert(intent("b"));
    await opened.db.updateTable("runs").set({ doc: "{", state: "queued" }).where("key", "=", "a").execute();
    expect(await store.hasRival(intent("b"))).toBe(true);
    await opened.db.updateTable("runs").set({ hex_run_id: "run-1" }).where("key", "=", "a").execute();
    expect(await store.hasRival(intent("b"))).toBe(false);
    expect([...(await store.taken(["run-1", "run-2"]))]).toEqual(["run-1"]);
    expect([...(await store.byHexRuns(["run-1"])).keys()]).toEqual([]);
    expect((await store.inFlight()).map(({ key }) => key)).toEqual(["b"]);
    const unreadable = { name: "UnreadableRun", run: { projectId: "p", runId: "run-1" } };
    await expect(store.update("a", (run) => run)).rejects.toMatchObject(unreadable);
    await expect(store.byHexRun("run-1")).rejects.toMatchObject(unreadable);
  });

  test("many changes at once: none is lost, and only one wins what only one may have", async () => {
    await store.insert(intent("a"));
    const other = new RunStore(opened.db, () => undefined);
    const claims = await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? store : other).update("a", (run): Run | null =>
          run.again === null ? { ...run, again: { by: `U${index}`, at: index } } : null,
        ),
      ),
    );
    expect(claims.filter((claim) => claim?.changed)).toHaveLength(1);
    const winner = claims.find((claim) => claim?.changed)?.run.again;
    expect((await store.get("a"))?.again).toEqual(winner);
  });

  test("no change causes no event, and a missing run is null", async () => {
    await store.insert(intent("a"));
    expect((await store.update("a", (run) => ({ ...run })))?.changed).toBe(false);
    expect(await store.update("b", (run) => run)).toBeNull();
    expect(changes).toHaveLength(1);
  });

  test("what ended long ago is removed, with its card", async () => {
    const cards = new CardStore(opened.db, { process: "me", now: () => 0 });
    for (const key of ["old", "new", "live"]) {
      await store.insert(intent(key));
      await cards.insert({ runKey: key, channel: "C", threadTs: null, isPublic: false, requester: "U" });
    }
    await store.update("old", (run) => (run.state === "starting" ? lost(run, "start_unknown", 5) : null));
    await store.update("new", (run) => (run.state === "starting" ? lost(run, "start_unknown", 50) : null));
    await store.removeEndedBefore(50);
    expect([await store.get("old"), await cards.get("old")]).toEqual([null, null]);
    for (const key of ["new", "live"]) expect([await store.get(key), await cards.get(key)]).not.toContain(null);
  });

  test("one process at a time draws a card", async () => {
    let time = 100;
    const [a, b] = ["a", "b"].map((process) => new CardStore(opened.db, { process, now: () => time }));
    const claims = (store: CardStore | undefined, now: number) => {
      time = now;
      return store?.claim("k", 50);
    };
    await a?.insert({ runKey: "k", channel: "C", threadTs: null, isPublic: false, requester: "U" });
    expect([await claims(a, 100), await claims(b, 120), await claims(a, 130)]).toEqual([true, false, true]);
    expect(await claims(b, 181)).toBe(true);
    await a?.release("k");
    expect(await claims(a, 190)).toBe(false);
    await b?.release("k");
    expect(await claims(a, 190)).toBe(true);
  });

  test("what ended is no longer in flight", async () => {
    await store.insert(intent("a"));
    await store.insert(intent("b"));
    await store.update("a", (run) => (run.state === "starting" ? lost(run, "start_unknown", 5) : null));
    expect((await store.inFlight()).map((run) => run.key)).toEqual(["b"]);
    expect(await store.countInFlight()).toBe(1);
    expect((await store.recentlyEnded(5)).map((run) => run.key)).toEqual(["a"]);
  });
});

test("a second process on the same file is told so until the first one lets go", async () => {
  const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  const first = await openEmbedded(dir);
  await expect(openEmbedded(dir)).rejects.toMatchObject({ name: "StoreError", kind: "held" });
  await first.close();
  await (await openEmbedded(dir)).close();
  await rm(dir, { recursive: true });
});

test("a store from a newer version is refused", async () => {
  const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  const first = await openEmbedded(dir);
  await sql`insert into kysely_migration (name, timestamp) values ('999_future', '2030')`.execute(first.db);
  await first.close();
  await expect(openEmbedded(dir)).rejects.toMatchObject({ name: "StoreError", kind: "newer" });
  await rm(dir, { recursive: true });
});

test("a folder that cannot be created, and a file that is not a store, are distinguished from a fault", async () => {
  const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  await writeFile(join(dir, "file"), "");
  await expect(openEmbedded(join(dir, "file"))).rejects.toMatchObject({ name: "StoreError" });
  await writeFile(join(dir, "hex-bot.db"), "this is no database, and it is long enough to be read as one".repeat(50));
  await expect(openEmbedded(dir)).rejects.toMatchObject({ name: "StoreError" });
  await rm(dir, { recursive: true });
});
