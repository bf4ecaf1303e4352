// What a damaged file may hold in any column, and what becomes of it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HealthStore } from "../../src/outages/store.js";
import { RunStore } from "../../src/runs/store.js";
import { intended, started } from "../../src/runs/transitions.js";
import { AlertStore } from "../../src/slack/alerts/store.js";
import { CardStore } from "../../src/slack/cards/store.js";
import type { Store } from "../../src/store/database.js";
import { RowReader } from "../../src/store/row-reader.js";
import { openEmbedded } from "../../src/store/sqlite.js";

const start = (key: string) => {
  const options = { inputs: {}, fresh: false, publish: false, view: null };
  const project = { id: "p", title: "Revenue" };
  const wish = { key, project, options, requester: "U1", requestedAt: 1, reference: "r" };
  return intended(wish, 1);
};
const inHex = (runId: string) => ({ projectId: "p", runId, runUrl: null, traceId: null, projectVersion: null });

describe("a text that is not UTF-8", () => {
  let dir: string;
  let opened: Store;
  let rows: RowReader;
  let runs: RunStore;
  let cards: CardStore;
  const setAside: string[] = [];
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    opened = await openEmbedded(dir);
    setAside.length = 0;
    rows = new RowReader(({ message }) => setAside.push(message));
    runs = new RunStore(opened.db, () => undefined, { rows });
    cards = new CardStore(opened.db, { process: "me", now: () => 0 }, rows);
    for (const key of ["a", "b"]) {
      await runs.insert(start(key));
      await runs.update(key, (run) => (run.state === "starting" ? started(run, inHex(`run-${key}`)) : null));
      await cards.insert({ runKey: key, channel: "C1", threadTs: null, isPublic: false, requester: "U1" });
    }
  });
  afterEach(async () => {
    await opened.close();
    await rm(dir, { recursive: true });
  });

  const damage = (table: string, column: string, where: string) =>
    sql`update ${sql.table(table)} set ${sql.ref(column)} = cast(x'61ff' as text) where ${sql.raw(where)}`.execute(
      opened.db,
    );

  test("in the key of a run: that run is set aside, the other is not", async () => {
    await damage("runs", "key", "key = 'a'");
    expect((await runs.inFlight()).map(({ key }) => key)).toEqual(["b"]);
    expect(setAside).toEqual(["a row of runs cannot be read: wrong_shape at key"]);
    expect(await runs.byHexRuns(["run-a", "run-b"])).toHaveProperty("size", 1);
    expect(await runs.byHexRun("run-a")).toBeNull();
  });

  test.each(["state", "project_id", "hex_run_id", "finished_at"])(
    "in a run's %s: all runs are read",
    async (column) => {
      await damage("runs", column, "key = 'a'");
      expect((await runs.inFlight()).map(({ key }) => key)).toEqual(["a", "b"]);
      expect((await runs.countByState()).get("pending")).toBe(column === "state" ? 1 : 2);
      expect((await runs.get("a"))?.key).toBe("a");
      expect((await runs.byHexRun("run-b"))?.key).toBe("b");
    },
  );

  test.each([
    ["a text", "cast(x'ff' as text)"],
    ["bytes", "x'00ff'"],
    ["a fraction", "1.5"],
    ["beyond what a number can count", "9007199254740993"],
  ])("the version of a run is %s: that run is set aside, and can be asked for", async (_, version) => {
    await sql`update runs set version = ${sql.raw(version)} where key = 'a'`.execute(opened.db);
    expect((await runs.inFlight()).map(({ key }) => key)).toEqual(["b"]);
    expect(setAside).toEqual(["a row of runs cannot be read: wrong_shape at version"]);
    await expect(runs.update("a", (run) => ({ ...run, typicalMs: 1 }))).rejects.toThrow("cannot be read");
  });

  test("the document of a run is another's: nothing is done twice to that one", async () => {
    await sql`update runs set doc = (select doc from runs where key = 'b') where key = 'a'`.execute(opened.db);
    expect((await runs.inFlight()).map(({ key }) => key)).toEqual(["b"]);
  });

  test.each(["channel", "ts", "requester", "shown", "moved_from", "moved_why", "run_key"])(
    "in a card's %s: all cards are read",
    async (column) => {
      await damage("cards", column, "run_key = 'a'");
      expect(await cards.unsettled()).toHaveLength(2);
      expect((await cards.get("b"))?.channel).toBe("C1");
      expect((await cards.get("a"))?.runKey).toBe(column === "run_key" ? undefined : "a");
    },
  );

  test("bytes where a text belongs are none", async () => {
    await sql`update cards set ts = x'3132' where run_key = 'a'`.execute(opened.db);
    await expect(cards.get("a")).rejects.toThrow("a row of cards cannot be read: wrong_shape at ts");
  });

  test("texts arrive as they were stored: empty ones, and those of every script", async () => {
    for (const shown of ["", "Año 🇯🇵 数"]) {
      await cards.change("a", { shown });
      expect((await cards.get("a"))?.shown).toBe(shown);
    }
  });

  test("in an alert, an incident and an hour: the others are read", async () => {
    const alerts = new AlertStore(opened.db, rows);
    await alerts.insert("one", 1);
    await damage("alerts", "channel", "subject = 'one'");
    expect((await alerts.get("one"))?.subject).toBe("one");
    await sql`insert into incidents (id, since, doc) values (cast(x'ff' as text), 1, '{}')`.execute(opened.db);
    await sql`insert into health_hours (hour, up_ms, down_ms) values (1, cast(x'ff' as text), 0)`.execute(opened.db);
    const health = new HealthStore(opened.db, rows);
    expect(await health.incidentsSince(0)).toEqual([]);
    expect((await health.history(3_600_000)).day.available).toBeNull();
  });
});
