// A replica is suspended in the middle of a start, as with a virtual machine that is moved, and goes on when another one has long given up.

import { expect, test } from "vitest";
import { isStart } from "../sandbox/hex/server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { Fleet, until } from "./fleet.js";
import { postgresForTests } from "./postgres-for-tests.js";

const SPEED = 4;
const SECOND = 1_000;

const postgres = postgresForTests();

test("a start that was given up and asked for again is not begun when its process goes on", async ({
  onTestFinished,
}) => {
  const fleet = await Fleet.start(await postgres.database("suspended"), SPEED);
  onTestFinished(() => fleet.stop());
  const { hex, slack, clock } = fleet;
  const run = { pendingMs: 2 * SECOND, runningMs: 4 * SECOND };
  const [revenue, payroll] = ["Revenue", "Payroll"].map((title) => hex.workspace.addProject({ title, run }));
  const log = () => fleet.replicas.map((replica) => replica.log.slice(-3_000)).join("\n");
  const first = await fleet.add();

  // It waits for its turn for two seconds, and is suspended in them.
  hex.faults.add({ endpoint: "runProject", kind: { type: "rateLimited", retryAfter: 2 } });
  await slack.command(`run ${payroll?.id} --dry-run`);
  await until(() => first.log.includes('"msg":"Hex: rate_limited"'), log);
  await slack.command(`run ${revenue?.id}`);
  await until(() => first.log.includes("run requested"), log);
  first.child.kill("SIGSTOP");
  const second = await fleet.add();
  const card = await fleet.cardShows("Not known");
  await slack.click(card, "run_again");
  await fleet.cardShows("Completed");

  first.child.kill("SIGCONT");
  await until(() => first.log.includes("leader: stops"), log);
  await clock.sleep(20 * SECOND);
  expect(hex.requests.filter(isStart)).toHaveLength(1);
  expect(hex.workspace.runs).toHaveLength(1);
  expect(visibleText(card)).toContain("Not known");
  expect(second.isAlive && first.isAlive).toBe(true);
});
