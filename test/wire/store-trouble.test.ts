// A store that does not work, as a file and on a real Postgres: what people and monitoring read, and that nothing is started.

import { copyFileSync, mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Database from "libsql";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StoreFailure, type StoreFailureKind } from "../../src/store/failure.js";
import { openEmbedded } from "../../src/store/sqlite.js";
import { StoreCheck } from "../../src/store/store-check.js";
import { LocalPostgres } from "../process/fleet.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import { ManualClock } from "../sandbox/clock.js";
import { breathe, Harness, MODES, shown } from "./harness.js";
import { openRevenueForm } from "./revenue-form.js";

const logged = (harness: Harness, words: string) => harness.log.filter((line) => line.includes(`"msg":"${words}"`));
const HOUR = 3_600_000;
const POLL_FAILED = "Polling the runs in flight failed: the bot tries again";

/** Waits until /readyz says so. The database answers in real time, but the clock that gives up on it is moved by the test. */
async function readyzSays(harness: Harness, text: string): Promise<void> {
  for (let turn = 0; turn < 500; turn++) {
    if ((await harness.get("/readyz")).text.includes(text)) return;
    await breathe();
    harness.clock.advance(1_001);
  }
  throw new Error(`/readyz never said ${text}: ${(await harness.get("/readyz")).text}`);
}

/** Waits until the store works again, and /readyz says so. */
async function expectWell(harness: Harness): Promise<void> {
  await readyzSays(harness, '"store":{"ok":true');
  expect(logged(harness, "The store works again")).toHaveLength(1);
  const status = await harness.ask("status");
  expect(status).not.toContain("does not work");
  expect(status).toContain("store working since");
  const project = harness.hex.workspace.addProject({ title: "Churn" });
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Completed");
}

describe.each(MODES)("a file, %s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  test("if another program has locked the database file, people read so, and nothing is started", async () => {
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    other.exec("begin immediate");
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await readyzSays(harness, '"why":"busy"');
    expect(await harness.ask("status")).toMatch(/is locked by another program: close whatever has it open/);
    expect(await harness.ask(`run ${project.id}`)).toContain("Nothing was started");
    expect(harness.starts).toEqual([]);
    const [line = ""] = logged(harness, "Not done: the store does not work");
    expect(line).toContain('"todo":"The');
    expect(line).not.toContain('"stack"');
    await harness.person("ada").openHome();
    await harness.person("ada").homeShows(({ view }) => JSON.stringify(view).includes("Your runs cannot be shown"));
    other.exec("rollback");
    other.close();
    await expectWell(harness);
  });

  test("the first statement that fails is followed at once by why the store does not work and what to do", async () => {
    const { hex, log, dataDir } = harness;
    const project = hex.workspace.addProject({ title: "Revenue" });
    const other = new Database(join(dataDir, "hex-bot.db"));
    other.exec("begin immediate");
    expect(await harness.ask(`run ${project.id}`)).toContain("Nothing was started");
    await harness.until(() => log.some((line) => line.includes('"msg":"The store does not work"')), 0);
    expect(logged(harness, "The store does not work")).toEqual([expect.stringContaining('"todo":"')]);
    other.exec("rollback");
    other.close();
  });

  test("while the file is locked for hours, the log says six times an hour what to do, and nothing else of it", {
    timeout: 120_000,
  }, async () => {
    const { hex, slack } = harness;
    const projects = ["Revenue", "Churn"].map((title) =>
      hex.workspace.addProject({ title, run: { runningMs: 24 * HOUR } }),
    );
    for (const { id } of projects) {
      await harness.ask(`watch ${id}`);
      await slack.command(`run ${id}`);
    }
    await harness.cardShows("Running", 1);
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    other.exec("begin immediate");
    harness.log.length = 0;
    await harness.pass(2 * HOUR, 5_000);
    const errors = harness.log.filter((line) => line.includes('"level":"error"'));
    expect(errors).toEqual(logged(harness, "The store does not work"));
    expect(errors.filter((line) => !line.includes('"todo":"The bot\'s database file is locked'))).toEqual([]);
    expect(errors.length).toBeGreaterThan(6);
    expect(errors.length).toBeLessThanOrEqual(12);
    other.exec("rollback");
    other.close();
    await readyzSays(harness, '"store":{"ok":true');
    expect(logged(harness, "The store works again")).toHaveLength(1);
  });

  test.each([
    ["a second", 1_000],
    ["five minutes", 300_000],
  ])("after the store has failed for %s, the end of a run is shown within seconds", async (_, ms) => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 3_600_000 } });
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Running");
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    other.exec("alter table runs rename to runs_elsewhere");
    harness.hex.workspace.finishRun(harness.hex.workspace.runs[0]?.id ?? "", "COMPLETED");
    await harness.until(() => logged(harness, POLL_FAILED).length > 0);
    await harness.pass(ms);
    other.exec("alter table runs_elsewhere rename to runs");
    other.close();
    const from = harness.clock.monotonic();
    await harness.cardShows("Completed");
    expect(harness.clock.monotonic() - from).toBeLessThan(25_000);
  });

  test.each([
    ["has answered", false],
    ["has not answered", true],
  ])("when the store has lost its last moments, no run is started again for which Hex %s", async (_, isLost) => {
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 3_600_000 } });
    harness.hex.workspace.kernelsBusy = 25;
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Waiting to start");
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    const before: unknown[] = other.prepare("select version, state, in_flight, hex_run_id, doc from runs").raw().all();
    harness.hex.workspace.kernelsBusy = 0;
    if (isLost)
      harness.hex.faults.add({ endpoint: "runProject", kind: { type: "reset" }, afterEffect: true, times: 1 });
    await harness.cardShows("Running");
    // As after a failover to a standby that had not heard of it yet.
    other
      .prepare("update runs set version = ?, state = ?, in_flight = ?, hex_run_id = ?, doc = ?")
      .run(...before.flat());
    other.close();
    await harness.pass(180_000);
    expect(harness.hex.workspace.runs).toHaveLength(1);
    harness.hex.workspace.finishRun(harness.hex.workspace.runs[0]?.id ?? "", "COMPLETED");
    await harness.cardShows("Completed");
  });

  test("what Hex answers to two starts of a project while the store fails counts as soon as it works", async () => {
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    let answer = () => {};
    const until = new Promise<void>((resolve) => {
      answer = resolve;
    });
    harness.hex.faults.add({ endpoint: "runProject", kind: { type: "delay", until }, times: 2 });
    for (let run = 0; run < 2; run++) await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Starting", 1);
    await harness.until(() => harness.starts.length === 2);
    const other = new Database(join(harness.dataDir, "hex-bot.db"));
    other.exec("begin immediate");
    answer();
    const toldOfStore = () => harness.slack.messages.filter((one) => shown(one).includes("store does not work"));
    await harness.until(() => toldOfStore().length === 2);
    await harness.pass(20_000);
    other.exec("rollback");
    other.close();
    for (const index of [0, 1]) await harness.cardShows("Completed", index);
    expect(harness.starts).toHaveLength(2);
    expect(harness.replies).toEqual([]);
  });

  describe("if the store takes a start only the second time", () => {
    /** From now on, the store takes no new run. @returns what lets it take them again */
    const refuseRuns = () => {
      const other = new Database(join(harness.dataDir, "hex-bot.db"), { timeout: 5_000 });
      other.exec("create trigger no_runs before insert on runs begin select raise(abort, 'no new run'); end");
      return () => {
        other.exec("drop trigger no_runs");
        other.close();
      };
    };
    const reads = (words: string) =>
      harness.until(() => harness.slack.messages.some((one) => shown(one).includes(words)));

    test("its card is where it was wanted the second time", async () => {
      harness.hex.workspace.addProject({ title: "Weekly revenue" });
      await harness.ask("projects");
      const ada = harness.person("ada");
      const form = await openRevenueForm(ada);
      const takeRuns = refuseRuns();
      const refusal = await ada.openForm(() => form.submit());
      expect(refusal.text).toContain("Nothing was started");
      takeRuns();
      await refusal.close();
      await form.submit({ "Where the card goes": harness.slack.channels.general.id });
      const card = await harness.cardShows("Completed");
      expect(card.channel).toBe(harness.slack.channels.general.id);
      expect(harness.cards).toHaveLength(1);
    });

    test("it is on the Home tab of the person for whom it was started", async () => {
      const project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000 } });
      await harness.slack.command(`run ${project.id}`, { user: harness.slack.people.ada });
      const card = await harness.cardShows("Completed");
      const takeRuns = refuseRuns();
      await harness.person("grace").press(card, "Run again");
      await reads("Nothing was started");
      takeRuns();
      await harness.person("ada").press(card, "Run again");
      await harness.cardShows("Running", 1);
      await harness.person("ada").openHome();
      await harness.person("ada").homeShows(({ view }) => JSON.stringify(view).includes("Your runs in flight:* 1"));
    });
  });

  test("if the database file is deleted while the bot runs, people read so, and nothing is started", async () => {
    rmSync(join(harness.dataDir, "hex-bot.db"));
    const project = harness.hex.workspace.addProject({ title: "Revenue" });
    await harness.pass(31_000);
    expect((await harness.get("/readyz")).text).toContain('"why":"file_gone"');
    expect(await harness.ask("status")).toMatch(/was deleted, moved or replaced while the bot was running/);
    expect(await harness.ask(`run ${project.id}`)).toContain("Nothing was started");
    expect(harness.starts).toEqual([]);
    expect(logged(harness, "The store does not work")[0]).toContain('"todo":"The bot\'s database file was deleted');
  });
});

describe("the file", () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const path = () => join(dir, "hex-bot.db");
  const insert = (at: number) => ({ at });
  const rowsIn = (file: string): unknown[] => {
    const copy = new Database(file);
    const rows: unknown[] = copy.prepare("select at from requests").all();
    copy.close();
    return rows;
  };

  test("holds everything after an orderly stop, so a copy of it alone is complete", async () => {
    const { db, close } = await openEmbedded(dir);
    await db.insertInto("requests").values(insert(7)).execute();
    await close();
    copyFileSync(path(), join(dir, "copy.db"));
    expect(rowsIn(join(dir, "copy.db"))).toEqual([{ at: 7 }]);
    expect(statSync(`${path()}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });

  test("holds everything older than five minutes while the bot runs", async () => {
    const { db, close, file } = await openEmbedded(dir);
    const clock = new ManualClock();
    const end = new AbortController();
    const kept = file?.keepWhole(clock, end.signal);
    await db.insertInto("requests").values(insert(7)).execute();
    clock.advance(5 * 60_000);
    await Promise.resolve();
    copyFileSync(path(), join(dir, "copy.db"));
    expect(rowsIn(join(dir, "copy.db"))).toEqual([{ at: 7 }]);
    end.abort();
    await kept;
    await close();
  });

  test.each<[string, () => void]>([
    ["deleted", () => rmSync(path())],
    ["deleted with its folder", () => rmSync(dir, { recursive: true })],
    ["moved with its folder", () => renameSync(dir, `${dir}-moved`)],
    ["replaced", () => [writeFileSync(`${path()}.new`, "another"), renameSync(`${path()}.new`, path())]],
    ["robbed of its log", () => rmSync(`${path()}-wal`)],
  ])("is noticed if it was %s", async (_, happens) => {
    const { db, close, file } = await openEmbedded(dir);
    await db.insertInto("requests").values(insert(7)).execute();
    file?.assertThere();
    happens();
    expect(() => file?.assertThere()).toThrow(expect.objectContaining({ name: "StoreFailure", kind: "file_gone" }));
    await close();
    rmSync(`${dir}-moved`, { recursive: true, force: true });
  });
});

/** The check of a store that works until `fails` names a kind of failure. */
function checkedStore() {
  const clock = new ManualClock();
  let failure: StoreFailure | null = null;
  const told: string[] = [];
  const check = new StoreCheck({
    clock,
    tryStore: async () => {
      if (failure !== null) throw failure;
    },
    onChange: (state) => told.push(state.why ?? "works"),
  });
  const fails = (kind: StoreFailureKind | null) => {
    failure = kind === null ? null : new StoreFailure(kind, new Error(kind));
  };
  return { clock, check, told, fails };
}

test("the time since which the store fails stays when the reason changes, and each reason is logged once", async () => {
  const { clock, check, told, fails } = checkedStore();
  const after = (ms: number, kind: StoreFailureKind | null) => {
    clock.advance(ms);
    fails(kind);
    return check.now();
  };
  const began = clock.now();
  expect(await after(0, null)).toEqual({ at: began, since: began, why: null });
  for (const kind of ["refused", "refused", "starting"] as const) await after(1_000, kind);
  expect(await after(1_000, "starting")).toMatchObject({ why: "starting", since: began + 1_000 });
  expect(await after(1_000, null)).toMatchObject({ why: null, since: began + 5_000 });
  expect(told).toEqual(["refused", "starting", "works"]);
});

test("whoever finds that the store fails, it is checked again soon, so that its end is noticed", async () => {
  const { clock, check, told, fails } = checkedStore();
  const stopping = new AbortController();
  const kept = check.keep(stopping.signal);
  await breathe();
  clock.advance(60_000);
  fails("lost");
  const found = check.now();
  // The check's own write is a statement that fails, too.
  check.onFailure(new StoreFailure("lost", new Error("lost")));
  await found;
  await breathe();
  fails(null);
  clock.advance(15_000);
  await breathe();
  expect(told).toEqual(["lost", "works"]);
  stopping.abort();
  await kept;
});

test("a check during which a statement fails does not say that all is well because of what it wrote before", async () => {
  let failure: StoreFailure | null = null;
  let written: () => void = () => undefined;
  const check = new StoreCheck({
    clock: new ManualClock(),
    tryStore: () =>
      failure === null
        ? new Promise((resolve) => {
            written = resolve;
          })
        : Promise.reject(failure),
    onChange: () => undefined,
  });
  const begun = check.now();
  failure = new StoreFailure("lost", new Error("lost"));
  check.onFailure(failure);
  written();
  expect(await begun).toMatchObject({ why: "lost" });
  expect(await check.now()).toMatchObject({ why: "lost" });
});

test("a file that was full is so no longer once a write has room again", async () => {
  const clock = new ManualClock();
  let failure: StoreFailure | null = null;
  const check = new StoreCheck({
    clock,
    tryStore: async () => {
      if (failure !== null) throw failure;
    },
    onChange: () => undefined,
  });
  expect(await check.withRefused()).toMatchObject({ why: null });
  failure = new StoreFailure("disk_full", new Error("full"));
  check.onFailure(failure);
  expect(await check.withRefused()).toMatchObject({ why: "disk_full" });
  failure = null;
  clock.advance(1_000);
  expect(await check.withRefused()).toMatchObject({ why: null });
});

describe("Postgres", () => {
  const postgres = postgresForTests();

  // The bot goes by the database's clock, and what Slack signs must not look old by it.
  const started = (url: string) => Harness.start("http", { startsAt: Date.now(), env: { DATABASE_URL: url } });

  test("that accepts no writes is reported", async () => {
    const url = await postgres.database("standing_by");
    const harness = await started(url);
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const setReadOnly = async (value: string) => {
      await admin.query(`alter database standing_by set default_transaction_read_only = ${value}`);
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'standing_by' and pid <> pg_backend_pid()",
      );
    };
    await setReadOnly("on");
    try {
      await readyzSays(harness, '"why":"read_only"');
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      const status = await harness.ask("status");
      expect(status).toContain("*Connected to Hex*");
      expect(status).toMatch(/\*The store has not worked\* since .*does not accept writes/);
      expect(await harness.ask(`run ${project.id}`)).toContain("Nothing was started");
      expect(harness.starts).toEqual([]);
    } finally {
      await admin.query("set default_transaction_read_only = off");
      await setReadOnly("off");
      await admin.end();
      await harness.stop();
    }
  });

  test("that is slow: a form says that nothing was started, and that stays so", async () => {
    const url = await postgres.database("slow");
    const harness = await started(url);
    const other = new Client({ connectionString: url });
    await other.connect();
    try {
      harness.hex.workspace.addProject({ title: "Weekly revenue" });
      await harness.ask("projects");
      const form = await openRevenueForm(harness.person("ada"));
      await other.query("begin; lock table drafts in access exclusive mode");
      await harness.meanwhile(form.submit());
      expect(form.errorAt("Project")).toContain("so nothing was started");
      await other.query("rollback");
      await harness.until(() => harness.requests("runProject").length === 1, 0);
      await harness.pass(5_000);
      expect(harness.starts).toEqual([]);
      await form.submit();
      await harness.until(() => harness.starts.length === 1);
    } finally {
      await other.end();
      await harness.stop();
    }
  });

  test("that was stopped is in one line of the log at once, whoever meets it, and in one more ten minutes later", async () => {
    const own = await LocalPostgres.start();
    const harness = await started(await own.database("said_once"));
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    await harness.until(() => harness.starts.length === 1, 0);
    await harness.cardShows("Running");
    await harness.ask(`watch ${project.id}`);
    const before = harness.log.length;
    const troubles = () =>
      harness.log
        .slice(before)
        // Simulated time passes faster than the database's.
        .filter((line) => /"level":"(warn|error)"/.test(line) && !line.includes("The clock jumped"));
    const said = () => troubles().map((line) => JSON.parse(line).msg);
    await own.stop();
    try {
      await harness.until(() => troubles().length > 0, 5_000);
      await harness.pass(30_000);
      // The server says that it is stopping before it is gone.
      expect(new Set(said())).toEqual(new Set(["The store does not work"]));
      const [first] = troubles();
      expect(first).toContain('"todo":"The');
      expect(first).not.toContain('"stack"');
      expect(said().length).toBeLessThanOrEqual(3);
      const count = said().length;
      await harness.pass(8 * 60_000, 5_000);
      expect(said()).toHaveLength(count);
      await harness.pass(4 * 60_000, 5_000);
      expect(said()).toHaveLength(count + 1);
    } finally {
      await harness.stop();
    }
  });

  test("that is full but takes small writes is reported as full, until it has found room for a while", async () => {
    const url = await postgres.database("nearly_full");
    const harness = await started(url);
    const admin = new Client({ connectionString: url });
    await admin.connect();
    // As when a table needs another page.
    await admin.query(`
      create function no_room() returns trigger language plpgsql as
        $$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$;
      create trigger no_room before insert on watches for each row execute function no_room()`);
    try {
      const project = harness.hex.workspace.addProject({ title: "Revenue" });
      await readyzSays(harness, '"store":{"ok":true');
      expect(await harness.ask(`watch ${project.id}`)).toContain("has no disk space left: free some");
      expect(await harness.ask("status")).toContain("has no disk space left: free some");
      expect((await harness.get("/readyz")).text).toContain('"why":"disk_full"');
      await admin.query("drop trigger no_room on watches");
      expect(await harness.ask(`watch ${project.id}`)).toContain("From now on");
      harness.clock.advance(90_000);
      expect(await harness.ask("status")).toContain("store working since");
      await readyzSays(harness, '"store":{"ok":true');
    } finally {
      await admin.end();
      await harness.stop();
    }
  });

  test("that was stopped a moment after it was checked is not said to work again", async () => {
    const own = await LocalPostgres.start();
    const harness = await started(await own.database("checked_before"));
    await readyzSays(harness, '"store":{"ok":true');
    const before = harness.log.length;
    await own.stop();
    try {
      const said = () => harness.log.slice(before).flatMap((line) => /"msg":"(The store [^"]*)"/.exec(line)?.[1] ?? []);
      await harness.until(() => said().length > 0, 0);
      expect(said()[0]).toBe("The store does not work");
    } finally {
      await harness.stop();
    }
  });

  test("that was stopped is reported", async () => {
    const own = await LocalPostgres.start();
    const harness = await started(await own.database("stopped"));
    const project = harness.hex.workspace.addProject({ title: "Revenue", run: { neverEnds: true } });
    await harness.slack.command(`run ${project.id}`);
    // On a busy machine, Postgres takes longer than the test's clock gives a start.
    await harness.until(() => harness.starts.length === 1, 0);
    const card = await harness.cardShows("Running");
    await own.stop();
    try {
      await readyzSays(harness, '"why":"refused"');
      const status = await harness.ask("status");
      expect(status).toContain("*Connected to Hex*");
      expect(status).toMatch(/\*The store has not worked\* since .*accepts no connections/);
      expect(await harness.ask("projects")).toContain("Revenue");
      expect(await harness.ask(`run ${project.id}`)).toContain("Nothing was started");
      expect(harness.starts).toHaveLength(1);
      const { id } = await harness.slack.click(card, "cancel_run");
      const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(shown(answer)).toContain("The bot could not do that, because the bot's store does not work.");
      expect(shown(answer)).toContain("Check the card, or the project in Hex, before you try again.");
      expect(await harness.ask("runs")).toContain("Then try again.");
      expect(await harness.ask("watch revenue")).toContain(
        "Then check whether it happened, and try again if it did not.",
      );
      expect(harness.requests("cancelRun")).toEqual([]);
      const before = harness.log.length;
      await harness.pass(300_000);
      // Each part tries again every few seconds, and says so every ten minutes.
      for (const words of ["Reading or writing the stored list", "The bot's Postgres accepts no connections"]) {
        const lines = harness.log
          .slice(before)
          .filter((line) => line.replaceAll("[secret]", "bot").includes(`"msg":"${words}`));
        expect(lines.length, words).toBeLessThan(2);
      }
    } finally {
      await harness.stop();
    }
  });
});
