// The leader loses its lead in the middle of a question to Hex, as it does when the database is slow, and leads again at once.

import { sql } from "kysely";
import { expect, test } from "vitest";
import { openShared } from "../../src/store/postgres.js";
import { followClock } from "../process/database-clock.js";
import { OpenStatements } from "../process/open-statements.js";
import { postgresForTests } from "../process/postgres-for-tests.js";
import { Harness, shown } from "./harness.js";
import { addProject, MINUTE, postedIn } from "./watching.js";

const postgres = postgresForTests();
/** Time passes in steps of so many ms: a leader that cannot renew its lease for five seconds stops. */
const STEP = 1_000;

test("that a watched project is archived is told all the same, and soon, and the metrics say whether it leads", async ({
  onTestFinished,
}) => {
  const url = await postgres.database("lead_moved");
  const statements = await OpenStatements.start(postgres.port);
  const env = { DATABASE_URL: statements.through(url) };
  const bench = await Harness.start("http", { idle: true, env });
  const databaseClock = await followClock(url, bench.clock);
  const store = await openShared(url, () => undefined);
  onTestFinished(async () => {
    await bench.stop();
    await databaseClock.stop();
    await store.close();
    statements.stop();
  });
  bench.isBusy = () => databaseClock.isBehind || statements.count > 0;
  await bench.startBot();
  const leads = (what: "begins" | "stops") => bench.log.filter((line) => line.includes(`leader: ${what}`)).length;
  const project = addProject(bench, "Revenue");
  await bench.ask("watch revenue");
  await bench.until(() => bench.requests("listRuns").length > 0, STEP);

  bench.hex.faults.add({ endpoint: "getProject", kind: { type: "slow", ms: 30_000 } });
  project.archivedAt = bench.clock.now();
  await bench.until(() => bench.requests("getProject").length > 0, STEP);
  const before = leads("stops");
  await sql`update leader set fence = fence + 1`.execute(store.db);
  await bench.until(() => leads("stops") > before && leads("begins") > leads("stops"), STEP);
  expect(bench.log.join("\n")).toContain("leader: stops, because another process leads");
  const soon = bench.clock.now() + 8 * MINUTE;
  await bench.until(() => postedIn(bench).length > 0 || bench.clock.now() > soon, STEP);
  expect(postedIn(bench).map(shown).join()).toContain("Revenue>* is archived");

  expect((await bench.get("/metrics")).text).toContain("hexbot_watching 1");
  const stopped = leads("stops");
  await sql`update leader set fence = fence + 1, holder = 'another'`.execute(store.db);
  await bench.until(() => leads("stops") > stopped, STEP);
  expect((await bench.get("/metrics")).text).toContain("hexbot_watching 0");
});
