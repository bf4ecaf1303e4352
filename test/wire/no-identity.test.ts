// A server that stands in for Hex and has no "who am I", or says little about whose token it is.

import { afterEach, describe, expect, test } from "vitest";
import { Harness, MODES } from "./harness.js";

const MINUTE = 60_000;
const TEAM = "C0TEAMROOM1";
const FOREVER = Number.POSITIVE_INFINITY;

let harness: Harness;
afterEach(() => harness.stop());

const start = async (mode: (typeof MODES)[number]) => {
  harness = await Harness.start(mode, {
    env: { HEX_ALERT_CHANNEL: TEAM, HEX_PROBE_SECONDS: "60", HEX_STATUS_URL: "off" },
  });
  harness.hex.workspace.addProject({ title: "Revenue" });
};
const alerts = () => harness.slack.messages.filter(({ channel }) => channel === TEAM);

describe.each(MODES)("%s mode", (mode) => {
  test.each([
    ["404 in JSON", 404, { reason: "Not found" }],
    ["404 as a page", 404, "<!DOCTYPE html><pre>Cannot GET /api/v1/users/me</pre>"],
    ["405", 405, ""],
    ["501", 501, "Not implemented"],
    ["403 in bare text", 403, "Forbidden"],
  ])("%s for whose token it is: connected, as long as projects are listed", async (_, status, body) => {
    await start(mode);
    harness.hex.faults.add({ endpoint: "me", kind: { type: "status", status, body }, times: FOREVER });
    await harness.pass(30 * MINUTE, 10_000);
    expect(alerts()).toEqual([]);
    const answer = await harness.ask("status");
    expect(answer).toContain("Connected to Hex");
    expect(answer).toContain("*Expires*\nnot known");
    expect(answer).not.toContain("scope");
  });
});

test.each([404, 403])("%i for everything is an outage", async (status) => {
  await start("http");
  harness.hex.faults.add({ kind: { type: "status", status, body: "No" }, times: FOREVER });
  await harness.pass(10 * MINUTE, 10_000);
  expect(alerts()).toHaveLength(1);
  expect(await harness.ask("status")).toContain("Not connected to Hex");
});

test.each([
  ["only an e-mail", { email: "ada@example.com" }, "Personal token of ada@example.com"],
  ["only the organization", { org: { id: "0191a1b2-0000-7000-8000-000000000001" } }, "*Token*"],
])("%s is enough", async (_, body, token) => {
  await start("http");
  harness.hex.faults.add({ endpoint: "me", kind: { type: "status", status: 200, body }, times: FOREVER });
  const answer = await harness.ask("status");
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain(token);
});
