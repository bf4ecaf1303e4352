// Every answer that a broken or hostile Hex may give, to everything that people do: it is reported, nothing crashes, and the cards are right in the end.
// How Slack delivers makes no difference here.

import { afterEach, beforeEach, expect, test } from "vitest";
import { HOSTILE_ANSWERS } from "../sandbox/hex/hostile.js";
import type { Fault, Project } from "../sandbox/hex/server.js";
import { Harness, shown } from "./harness.js";

let harness: Harness;
let project: Project;
beforeEach(async () => {
  harness = await Harness.start("socket", { hexTimeoutMs: 20_000 });
  project = harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 60_000 } });
});
afterEach(() => harness.stop());

const always = (kind: Fault["kind"], endpoint?: Fault["endpoint"]) =>
  harness.hex.faults.add({ kind, times: Number.POSITIVE_INFINITY, ...(endpoint ? { endpoint } : {}) });

test("a link to another host is never shown", async () => {
  for (const [index, kind] of ["links to another host", "a script for a link"].entries()) {
    const fault = HOSTILE_ANSWERS[kind];
    if (fault) always(fault);
    await harness.slack.command(`run ${project.id}`);
    await harness.cardShows("Completed", index);
    await harness.ask(`runs ${project.id}`);
    await harness.ask("runs");
    harness.hex.faults.clear();
  }
  const said = JSON.stringify(harness.slack.messages.map(({ text, blocks, history }) => [text, blocks, history]));
  expect(said).not.toMatch(/evil\.test|javascript:/);
  expect(said).toContain("Revenue");
});

test.each([
  [
    "refused inputs",
    422,
    `{"invalid":[{"paramName":"days","paramValue":${"[".repeat(20_000)}${"]".repeat(20_000)}}],"notFound":[]}`,
  ],
  ["half a character", 422, '{"reason":"days \\ud83d","traceId":"\\udc00"}'],
  [
    "very many refused inputs",
    422,
    JSON.stringify({ notFound: Array.from({ length: 20_000 }, (_, i) => `n${i}`), invalid: [] }),
  ],
])("%s: people are told, and it does not count as a bug in the bot", async (_, status, body) => {
  harness.hex.faults.add({ endpoint: "runProject", kind: { type: "status", status, body } });
  await harness.slack.command(`run ${project.id}`);
  const card = await harness.cardShows("Not started");
  expect(shown(card)).toContain("What to do");
  expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});

test.each([9_007_199_254_740_991, -1, 0, 1e300, "soon", {}])(
  "for a token that expires at %j, the expiry is not known, and nothing is said",
  async (exp) => {
    const alter = (body: unknown) => ({ ...(typeof body === "object" ? body : {}), token: { exp } });
    always({ type: "altered", alter }, "me");
    expect(await harness.ask("status")).toMatch(/Expires\*\s+not known/);
    expect((await harness.get("/metrics")).text).toMatch(/^hexbot_hex_token_days_left/m);
  },
);

test.each(Object.entries(HOSTILE_ANSWERS))("%s: everybody is answered, and the card ends true", async (_, kind) => {
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Running");
  always(kind);
  for (const command of ["status", "projects", "runs", `runs ${project.id}`, `run ${project.id} --dry-run`]) {
    expect(await harness.ask(command)).not.toContain("a fault of its own");
  }
  await harness.pass(30_000);
  harness.hex.faults.clear();
  await harness.cardShows("Completed");
  expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
});
