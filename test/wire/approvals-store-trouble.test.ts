// The store does not work when somebody asks for an approval, approves or declines: people read it and what to do, nothing starts
// without a stored verdict, and the buttons work afterwards.

import { join } from "node:path";
import Database from "libsql";
import { Client } from "pg";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { postgresForTests } from "../process/postgres-for-tests.js";
import type { Project } from "../sandbox/hex/server.js";
import { Harness, MODES, shown } from "./harness.js";

describe.each(MODES)("over %s", (mode) => {
  let bench: Harness;
  let report: Project;
  beforeEach(async () => {
    bench = await Harness.start(mode);
    report = bench.hex.workspace.addProject({ title: "Weekly revenue" });
    await bench.ask("projects");
    const needs = `approval by ${grace().id}`;
    bench.rules(`{ allow: run, people: everyone, needs: ${needs} }`, "{ allow: see, people: everyone }");
  });
  afterEach(() => bench.stop());

  const ada = () => bench.person("ada");
  const grace = () => bench.person("grace");
  const waits = async () => {
    await ada().command(`run ${report.id}`);
    const card = await bench.cardShows("Waiting for approval");
    await bench.until(() => bench.replies.length === 1);
    return card;
  };
  const reads = (words: string | RegExp) =>
    bench.until(() => {
      const answer = grace().sees.findLast(({ ephemeral, user }) => ephemeral && user === grace().id);
      return answer !== undefined && new RegExp(words).test(shown(answer));
    });
  /** Nobody else can write to the database file in the meantime. */
  const locked = () => {
    const other = new Database(join(bench.dataDir, "hex-bot.db"), { timeout: 5_000 });
    other.exec("begin immediate");
    return () => {
      other.exec("rollback");
      other.close();
    };
  };
  /** What is known of the store is a second old, and is looked at again. */
  const laterLocked = () => {
    const unlock = locked();
    bench.clock.advance(1_001);
    return unlock;
  };

  test.each([
    { button: "Approve", shows: "Completed", starts: 1 },
    { button: "Decline", shows: "Declined", starts: 0 },
  ])("$button decides nothing, and does once the store works", async ({ button, shows, starts }) => {
    const card = await waits();
    const unlock = laterLocked();
    await grace().press(card, button);
    await reads(/Nothing was decided.*is locked by another program.*press the button again/s);
    unlock();
    await bench.pass(60_000);
    expect(shown(bench.card())).toContain("Waiting for approval");
    expect(bench.starts).toEqual([]);
    await grace().press(bench.card(), button);
    await bench.cardShows(shows);
    expect(bench.starts).toHaveLength(starts);
  });

  test("a run that needs an approval is not asked for, and whoever wants it reads so", async () => {
    const unlock = laterLocked();
    expect(await bench.ask(`run ${report.id}`)).toMatch(/Nothing was started.*is locked by another program/s);
    unlock();
    await bench.pass(60_000);
    expect(bench.cards).toEqual([]);
    await grace().press(await waits(), "Approve");
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });

  test("what was approved right before starts as soon as the store works, and the approver reads so", async () => {
    const card = await waits();
    // Its turn comes in a second.
    bench.hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 1 } });
    await bench.ask(`run ${report.id} --dry-run`);
    await grace().press(card, "Approve");
    await bench.until(() => shown(bench.card()).includes("Approved, starting"), 0);
    const unlock = locked();
    await reads("Your approval is stored");
    expect(bench.starts).toEqual([]);
    unlock();
    await bench.cardShows("Completed");
    expect(bench.starts).toHaveLength(1);
  });
});

describe("Postgres", () => {
  const postgres = postgresForTests();

  test("that takes no writes decides nothing, and the button works once it does", async () => {
    const url = await postgres.database("approvals");
    // The bot goes by the database's clock, and what Slack signs must not look old by it.
    const bench = await Harness.start("http", { startsAt: Date.now(), env: { DATABASE_URL: url } });
    const admin = new Client({ connectionString: url });
    await admin.connect();
    const setReadOnly = async (value: string) => {
      await admin.query(`alter database approvals set default_transaction_read_only = ${value}`);
      await admin.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'approvals' and pid <> pg_backend_pid()",
      );
    };
    try {
      const grace = bench.person("grace");
      const { id } = bench.hex.workspace.addProject({ title: "Weekly revenue" });
      bench.rules(
        `{ allow: run, people: everyone, needs: approval by ${grace.id} }`,
        "{ allow: see, people: everyone }",
      );
      await bench.slack.command(`run ${id}`);
      await bench.cardShows("Waiting for approval");
      await bench.until(() => bench.replies.length === 1);
      await setReadOnly("on");
      await bench.pass(2_000);
      await grace.press(bench.card(), "Approve");
      const reads = (words: RegExp) =>
        bench.until(() => grace.sees.some((one) => one.user === grace.id && words.test(shown(one))));
      await reads(/Nothing was decided.*does not accept writes/s);
      expect(bench.starts).toEqual([]);
      await admin.query("set default_transaction_read_only = off");
      await setReadOnly("off");
      for (let turn = 0; turn < 500 && !(await bench.get("/readyz")).text.includes('"store":{"ok":true'); turn++)
        bench.clock.advance(1_001);
      await grace.press(bench.card(), "Approve");
      await bench.cardShows("Completed");
      expect(bench.starts).toHaveLength(1);
    } finally {
      await admin.end();
      await bench.stop();
    }
  });
});
