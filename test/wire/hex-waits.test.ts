// A Hex that answers 429 to everything, with a header that makes no sense: the bot neither asks again and again nor gets stuck.

import { afterEach, beforeEach, expect, test } from "vitest";
import { Harness } from "./harness.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("socket", { env: { HEX_PROBE_SECONDS: "60" } });
});
afterEach(() => harness.stop());

const MINUTES = 10;

test.each([
  ["no header", () => ({})],
  ["Retry-After: 0", () => ({ "retry-after": "0" })],
  ["Retry-After: -1", () => ({ "retry-after": "-1" })],
  ["Retry-After: 0.001", () => ({ "retry-after": "0.001" })],
  ["Retry-After in the past", () => ({ "retry-after": new Date(0).toUTCString() })],
  ["x-ratelimit-reset in the past", () => ({ "x-ratelimit-reset": String(harness.clock.now() / 1_000 - 60) })],
])("%s", async (_, headers) => {
  const { hex } = harness;
  const running = hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000 } });
  await harness.slack.command(`run ${running.id}`);
  await harness.cardShows("Running");
  const waiting = hex.workspace.addProject({ title: "Costs" });
  const kind = { type: "status", status: 429, headers: headers() } as const;
  hex.faults.add({ endpoint: "runProject", kind, times: Number.POSITIVE_INFINITY });
  await harness.slack.command(`run ${waiting.id}`);
  await harness.cardShows("Waiting to start", 1);
  hex.faults.clear();
  hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
  const before = harness.asked.length;
  await harness.pass(MINUTES * 60_000);
  expect(harness.asked.length - before).toBeLessThan(8 * MINUTES);
  hex.faults.clear();
  await harness.cardShows("Completed");
});

test("during an hour's pause that Hex asked for, the log says what waits for it every ten minutes, and people read whose limit it is", async () => {
  const { hex, log } = harness;
  const { id } = hex.workspace.addProject({ title: "Revenue", schedules: [] });
  await harness.ask(`watch ${id}`);
  hex.faults.add({
    kind: { type: "status", status: 429, headers: { "retry-after": "3600" } },
    times: Number.POSITIVE_INFINITY,
  });
  log.length = 0;
  await harness.pass(30 * 60_000);
  const heldBack = log.filter((line) => /"level":"info".*Hex listRuns is held back: rate_limited/.test(line));
  expect(heldBack.length).toBeGreaterThan(0);
  expect(heldBack.length).toBeLessThanOrEqual(3);
  expect(await harness.ask(`runs ${id}`)).toContain("The limit on requests to Hex has been reached");
});
