// Hex's public status page beside the probe: it tells Hex's trouble from one's own, and its own trouble is nobody's.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { StatusPage } from "../../src/hex/status-page.js";
import type { PageAnswer } from "../sandbox/status-page.js";
import { Bench } from "./harness.js";

let bench: Bench;
beforeEach(async () => {
  bench = await Bench.start("socket");
});
afterEach(() => bench.stop());

/** The good news waits for nothing, so that the second answer is the one that must know. */
async function statusTwice(): Promise<string> {
  await bench.ask("status");
  return bench.ask("status");
}
const incident = { name: "Elevated errors", status: "investigating", impact: "major" };

test("an incident stands on the card, with its link, while the bot is connected", async () => {
  bench.statusPage.answer = { type: "summary", indicator: "major", incidents: [incident] };
  const answer = await statusTwice();
  expect(answer).toContain("Connected to Hex");
  expect(answer).toContain(
    ":warning: Hex reports: Elevated errors (major outage) – <https://stspg.io/incident0|read more>",
  );
});

test("maintenance under way is told; what is planned or over is not", async () => {
  bench.statusPage.answer = {
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

test("a state without an incident is told in Hex's words", async () => {
  bench.statusPage.answer = { type: "summary", indicator: "minor", description: "Partially <!channel> Degraded" };
  expect(await statusTwice()).toContain("Hex reports: Partially &lt;!channel&gt; Degraded (minor outage)");
});

test("not connected: at once whether it is Hex's side or one's own", async () => {
  bench.hex.workspace.revokeToken(bench.token);
  const own = await bench.ask("status");
  expect(own).toContain("Not connected to Hex");
  expect(own).toContain("Hex reports no incident, so look at your side first.");
  await bench.pass(61_000);
  bench.statusPage.answer = {
    type: "summary",
    indicator: "critical",
    incidents: [{ ...incident, impact: "critical" }],
  };
  const theirs = await bench.ask("status");
  expect(theirs).toContain("Hex reports: Elevated errors (critical outage)");
  expect(theirs).not.toContain("your side");
});

test("an odd entry hides no other; with one, or with a state that is not known, nobody is told to look at their side", async () => {
  bench.hex.workspace.revokeToken(bench.token);
  const page = { status: { indicator: "none", description: "" }, incidents: [], scheduled_maintenances: [] };
  const says = async (change: object) => {
    bench.statusPage.answer = { type: "raw", status: 200, body: JSON.stringify({ ...page, ...change }) };
    await bench.pass(61_000);
    const answer = await bench.ask("status");
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
  "an incident whose link is %j is told without it",
  async (shortlink) => {
    const page = { status: { indicator: "major", description: "" }, scheduled_maintenances: [] };
    const body = JSON.stringify({ ...page, incidents: [{ ...incident, shortlink }] });
    bench.statusPage.answer = { type: "raw", status: 200, body };
    const answer = await statusTwice();
    expect(answer).toContain("Hex reports: Elevated errors (major outage)");
    expect(answer).not.toContain("read more");
  },
);

test("half a character in an incident's name breaks no message", async () => {
  bench.statusPage.answer = {
    type: "summary",
    indicator: "major",
    incidents: [{ ...incident, name: "Errors \ud83d" }],
  };
  expect(await statusTwice()).toContain("Hex reports: Errors \ufffd (major outage)");
});

test("what the page said before it stopped answering is not known any more", async () => {
  const page = new StatusPage({
    url: `${bench.statusPage.origin}/api/v2/summary.json`,
    clock: bench.clock,
    timeoutMs: 300,
  });
  expect(await page.read()).toMatchObject({ incidents: [], isCertain: true });
  expect(page.known).not.toBeNull();
  bench.clock.advance(61_000);
  bench.statusPage.answer = { type: "raw", status: 503, body: "" };
  expect(await page.read()).toBeNull();
  expect(page.known).toBeNull();
});

test("it is asked once a minute at most, without the token and outside the budget", async () => {
  for (let i = 0; i < 3; i++) await bench.ask("status");
  expect(bench.statusPage.requests).toHaveLength(1);
  expect(JSON.stringify(bench.statusPage.requests)).not.toContain(bench.token);
  expect(bench.statusPage.requests[0]?.authorization).toBeUndefined();
  await bench.pass(61_000);
  await bench.ask("status");
  expect(bench.statusPage.requests).toHaveLength(2);
});

function deepSummary(): string {
  const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
  return `{"status":{"indicator":"major","description":"Down"},"incidents":${deep},"scheduled_maintenances":[]}`;
}

describe("its own trouble delays nothing and shows nowhere", () => {
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
    bench.statusPage.answer = answer;
    expect(await bench.ask("status")).toContain("Connected to Hex");
    bench.hex.workspace.revokeToken(bench.token);
    const down = await bench.ask("status");
    expect(down).toContain("Not connected to Hex");
    expect(down).not.toMatch(/Hex reports/);
    // A failure is remembered as well: nobody waits for it again.
    await bench.ask("status");
    expect(bench.statusPage.requests).toHaveLength(1);
  });

  test("it is not there", async () => {
    await bench.statusPage.stop();
    expect(await bench.ask("status")).toContain("Connected to Hex");
  });

  test("HEX_STATUS_URL=off: it is never asked", async () => {
    await bench.stopBot();
    await bench.startBot({ HEX_STATUS_URL: "off" });
    expect(await bench.ask("status")).toContain("Connected to Hex");
    expect(bench.statusPage.requests).toEqual([]);
  });
});
