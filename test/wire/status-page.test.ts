// Hex's public status page complements the probe: it distinguishes trouble on Hex's side from trouble on the bot's side, and its
// own trouble bothers nobody.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StatusPage } from "../../src/hex/status-page.js";
import type { PageAnswer } from "../sandbox/status-page.js";
import { Harness } from "./harness.js";

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("socket");
});
afterEach(() => harness.stop());

/** Good news waits for nothing, so the second answer is the one that must know. */
async function statusTwice(): Promise<string> {
  await harness.ask("status");
  return harness.ask("status");
}
const incident = { name: "Elevated errors", status: "investigating", impact: "major" };

test("the card shows an incident with its link while the bot is connected", async () => {
  harness.statusPage.answer = { type: "summary", indicator: "major", incidents: [incident] };
  const answer = await statusTwice();
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain(
    ":warning: Hex reports: Elevated errors (major outage) – <https://stspg.io/incident0|read more>",
  );
});

test("maintenance in progress is shown, but not what is planned or over", async () => {
  harness.statusPage.answer = {
    type: "summary",
    incidents: [{ ...incident, status: "resolved" }],
    maintenances: [
      { name: "Database upgrade", status: "in_progress", impact: "maintenance" },
      { name: "Next week", status: "scheduled", impact: "maintenance" },
    ],
  };
  const answer = await statusTwice();
  expect(answer).toContain("Hex reports: Database upgrade (maintenance)");
  expect(answer).not.toContain("Elevated errors");
  expect(answer).not.toContain("Next week");
});

test("a state without an incident is shown in Hex's words", async () => {
  harness.statusPage.answer = { type: "summary", indicator: "minor", description: "Partially <!channel> Degraded" };
  expect(await statusTwice()).toContain("Hex reports: Partially &lt;!channel&gt; Degraded (minor outage)");
});

test("without a connection, people immediately read whether it is Hex's side or their own", async () => {
  harness.hex.workspace.revokeToken(harness.token);
  const own = await harness.ask("status");
  expect(own).toContain("Not connected to Hex");
  expect(own).toContain("Hex reports no incident, so look at your side first.");
  await harness.pass(61_000);
  harness.statusPage.answer = {
    type: "summary",
    indicator: "critical",
    incidents: [{ ...incident, impact: "critical" }],
  };
  const theirs = await harness.ask("status");
  expect(theirs).toContain("Hex reports: Elevated errors (critical outage)");
  expect(theirs).not.toContain("your side");
});

test("when Hex itself fails, nobody is told to look at their own side, although Hex reports nothing yet", async () => {
  harness.hex.faults.add({ kind: { type: "status", status: 502 }, times: Number.POSITIVE_INFINITY });
  const answer = await harness.ask("status");
  expect(answer).toContain("Something went wrong on Hex's side.");
  expect(answer).toContain("Hex reports no incident yet.");
  expect(answer).not.toContain("your side");
});

test("an odd entry hides no other, and with one, or with an unknown state, nobody is told to check their own side", async () => {
  harness.hex.workspace.revokeToken(harness.token);
  const page = { status: { indicator: "none", description: "" }, incidents: [], scheduled_maintenances: [] };
  const says = async (change: object) => {
    harness.statusPage.answer = { type: "raw", status: 200, body: JSON.stringify({ ...page, ...change }) };
    await harness.pass(61_000);
    const answer = await harness.ask("status");
    expect(answer).toContain("Not connected to Hex");
    return answer;
  };
  expect(await says({})).toContain("look at your side first");
  expect(await says({ incidents: [{ id: "no name" }, incident] })).toContain("Hex reports: Elevated errors");
  for (const odd of [
    { incidents: [{ id: "no name" }] },
    { incidents: "some" },
    { scheduled_maintenances: undefined },
    { status: { indicator: "on fire", description: "" } },
  ]) {
    expect(await says(odd)).not.toMatch(/your side|Hex reports/);
  }
});

test.each(["javascript:alert(1)", "http://stspg.io/x", "/x", 7, `https://stspg.io/${"x".repeat(2_000)}`])(
  "an incident whose link is %j is shown without it",
  async (shortlink) => {
    const page = { status: { indicator: "major", description: "" }, scheduled_maintenances: [] };
    const body = JSON.stringify({ ...page, incidents: [{ ...incident, shortlink }] });
    harness.statusPage.answer = { type: "raw", status: 200, body };
    const answer = await statusTwice();
    expect(answer).toContain("Hex reports: Elevated errors (major outage)");
    expect(answer).not.toContain("read more");
  },
);

test("half a character in an incident's name breaks no message", async () => {
  harness.statusPage.answer = {
    type: "summary",
    indicator: "major",
    incidents: [{ ...incident, name: "Errors \ud83d" }],
  };
  expect(await statusTwice()).toContain("Hex reports: Errors \ufffd (major outage)");
});

test("what the page said before it stopped answering no longer counts", async () => {
  const page = new StatusPage({
    url: `${harness.statusPage.origin}/api/v2/summary.json`,
    clock: harness.clock,
    timeoutMs: 300,
  });
  expect(await page.read()).toMatchObject({ incidents: [], isCertain: true });
  expect(page.known).not.toBeNull();
  harness.clock.advance(61_000);
  harness.statusPage.answer = { type: "raw", status: 503, body: "" };
  expect(await page.read()).toBeNull();
  expect(page.known).toBeNull();
});

test("the page is asked at most once a minute, without the token and outside the budget", async () => {
  for (let i = 0; i < 3; i++) await harness.ask("status");
  expect(harness.statusPage.requests).toHaveLength(1);
  expect(JSON.stringify(harness.statusPage.requests)).not.toContain(harness.token);
  expect(harness.statusPage.requests[0]?.authorization).toBeUndefined();
  await harness.pass(61_000);
  await harness.ask("status");
  expect(harness.statusPage.requests).toHaveLength(2);
});

function deepSummary(): string {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  return `{"status":{"indicator":"major","description":"Down"},"incidents":${deep},"scheduled_maintenances":[]}`;
}

describe("the page's own trouble delays nothing and is shown nowhere", () => {
  const troubles: [string, PageAnswer][] = [
    ["it hangs", { type: "hang" }],
    ["its answer stops in the middle", { type: "stall" }],
    ["its answer never ends", { type: "endless" }],
    ["its answer never ends when it is decompressed", { type: "endless", unpacked: true }],
    ["its answer is nested too deep", { type: "raw", status: 200, body: deepSummary() }],
    ["it fails", { type: "raw", status: 500, body: "{}" }],
    ["nonsense", { type: "raw", status: 200, body: "<html>hello</html>" }],
    ["JSON of another shape", { type: "raw", status: 200, body: '{"status":"fine"}' }],
    ["it leads elsewhere", { type: "raw", status: 302, body: "", headers: { location: "https://example.invalid/" } }],
  ];
  test.each(troubles)("%s", async (_, answer) => {
    harness.statusPage.answer = answer;
    expect(await harness.ask("status")).toContain("Connected to Hex");
    harness.hex.workspace.revokeToken(harness.token);
    const down = await harness.ask("status");
    expect(down).toContain("Not connected to Hex");
    expect(down).not.toMatch(/Hex reports/);
    // A failure is also remembered, so nobody waits for it again.
    await harness.ask("status");
    expect(harness.statusPage.requests).toHaveLength(1);
  });

  test("a page that does not exist", async () => {
    await harness.statusPage.stop();
    expect(await harness.ask("status")).toContain("Connected to Hex");
  });

  test("with HEX_STATUS_URL=off, the page is never asked", async () => {
    await harness.stopBot();
    await harness.startBot({ HEX_STATUS_URL: "off" });
    expect(await harness.ask("status")).toContain("Connected to Hex");
    expect(harness.statusPage.requests).toEqual([]);
  });
});
