import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { intended, lost, type Run, started } from "../../src/runs/run.js";
import { RunStore } from "../../src/runs/store.js";
import { type Db, openDatabase } from "../../src/store/database.js";

const intent = (key: string) =>
  intended({
    key,
    project: { id: "p", title: "Revenue" },
    options: { inputs: {}, fresh: false, publish: false, view: null },
    requester: "U1",
    requestedAt: 1,
    reference: "r",
  });
const answer = { projectId: "p", runId: "run-1", runUrl: null, traceId: null, projectVersion: null };

describe("RunStore", () => {
  let dir: string;
  let db: Db;
  let changes: string[];
  let store: RunStore;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    db = await openDatabase(dir);
    changes = [];
    store = new RunStore(db, (run) => changes.push(`${run.key} ${run.state}`));
  });
  afterEach(async () => {
    await db.destroy();
    await rm(dir, { recursive: true });
  });

  test("a key is stored once", async () => {
    expect(await store.insert(intent("a"))).toBe(true);
    expect(await store.insert({ ...intent("a"), reference: "other" })).toBe(false);
    expect(await store.get("a")).toEqual(intent("a"));
    expect(changes).toEqual(["a starting"]);
  });

  test("everything is still there when it is opened again", async () => {
    await store.insert(intent("a"));
    await store.update("a", (run) => (run.state === "starting" ? started(run, answer) : null));
    await db.destroy();
    db = await openDatabase(dir);
    store = new RunStore(db, () => undefined);
    expect((await store.inFlight()).map((run) => run.state)).toEqual(["pending"]);
    expect((await store.byHexRun("run-1"))?.key).toBe("a");
    expect([...(await store.byHexRuns(["run-1", "run-2"])).keys()]).toEqual(["run-1"]);
  });

  test("many changes at once: none is lost, and one wins what only one may have", async () => {
    await store.insert(intent("a"));
    const other = new RunStore(db, () => undefined);
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

  test("no change is no event, and nothing to change is null", async () => {
    await store.insert(intent("a"));
    expect((await store.update("a", (run) => ({ ...run })))?.changed).toBe(false);
    expect(await store.update("b", (run) => run)).toBeNull();
    expect(changes).toHaveLength(1);
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

test("a folder that cannot be made, and a file that is no store, are told apart from a fault", async () => {
  const dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  await writeFile(join(dir, "file"), "");
  await expect(openDatabase(join(dir, "file"))).rejects.toMatchObject({ name: "StoreError" });
  await writeFile(join(dir, "hex-bot.db"), "this is no database, and it is long enough to be read as one".repeat(50));
  await expect(openDatabase(dir)).rejects.toMatchObject({ name: "StoreError" });
  await rm(dir, { recursive: true });
});
