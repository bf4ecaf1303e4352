// Troubles in one message that may come from one data connection: the message names it.

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { Project, ProjectOptions, Scope, TokenKind } from "../sandbox/hex/types.js";
import type { SlackMessage } from "../sandbox/slack/server.js";
import { Harness, MODES, shown } from "./harness.js";

// Up to a day of simulated time, on a machine that may be busy.

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const STEP_MS = 5 * SECOND;
const SOURCE = "select secret_column from payroll";

let harness: Harness;
afterEach(() => harness.stop());

interface Beginning {
  kind?: TokenKind;
  scopes?: Scope[];
  env?: Record<string, string>;
}

async function begin(
  mode: Harness["mode"] = "socket",
  { kind = "personal", scopes = ["read", "run"], env = {} }: Beginning = {},
): Promise<void> {
  harness = await Harness.start(mode, { token: { kind, scopes }, env });
}

const hex = () => harness.hex.workspace;
const connection = (name: string) => hex().addDataConnection({ name });
/** A project whose cells use these data connections, and that is watched. */
async function watched(title: string, connectionIds: string[], more: ProjectOptions = {}): Promise<Project> {
  const sqlCell = { source: SOURCE, outputDataframe: "df" };
  const contents = { codeCell: null, sqlCell, markdownCell: null };
  const cells = connectionIds.map((dataConnectionId) => ({ cellType: "SQL", dataConnectionId, contents }));
  const project = hex().addProject({ title, cells: [{ cellType: "INPUT" }, ...cells], ...more });
  await harness.ask(`watch ${project.id}`);
  return project;
}
const fail = (...projects: Project[]) => {
  for (const { id } of projects) hex().startRun(id, { trigger: "API", durationMs: SECOND, outcome: "ERRORED" });
};
/** What is remembered survives this. */
async function stopFor(ms: number): Promise<void> {
  await harness.stopBot();
  harness.clock.advance(ms);
  await harness.startBot();
}
const told = (): SlackMessage[] =>
  harness.slack.messages.filter(({ via, threadTs }) => via === "postMessage" && threadTs === undefined);
const words = () => told().map(shown).join("\n");
const shows = (text: string | RegExp) =>
  harness.until(() => (typeof text === "string" ? words().includes(text) : text.test(words())), STEP_MS);
const asked = (endpoint: "listCells" | "listDataConnections") => harness.requests(endpoint).length;

describe.each(MODES)("%s mode", (mode) => {
  test("three that use the same connection: the message says so, and each question is asked once a day", async () => {
    await begin(mode);
    const [prod, other] = [connection("Snowflake prod"), connection("Postgres")];
    const projects = [
      await watched("Revenue", [prod.id, other.id]),
      await watched("Churn", [prod.id]),
      await watched("Margin", [prod.id, prod.id]),
    ];
    fail(...projects);
    await shows("Likely: all three use *Snowflake prod*. Check that data connection in Hex first.");
    expect(told()).toHaveLength(1);
    expect([asked("listCells"), asked("listDataConnections")]).toEqual([3, 1]);
    await stopFor(23 * HOUR);
    await harness.pass(5 * MINUTE, 2 * STEP_MS);
    expect([asked("listCells"), asked("listDataConnections")]).toEqual([3, 1]);
    await stopFor(HOUR);
    await harness.until(() => asked("listDataConnections") === 2, STEP_MS);
    expect(asked("listCells")).toBe(6);
    for (const { id } of projects) hex().startRun(id, { trigger: "API", durationMs: SECOND });
    await shows("Back to green");
    expect(words()).not.toContain("Snowflake prod");
  });

  test.each<[string, Scope[], string]>([
    ["cells", ["read", "run"], "Cells: Read"],
    ["data connections", ["read", "run", "cells"], "Data connections: Read"],
  ])(
    "a token without the scope for %s: no such line, not asked again for a day, and /hex status says so",
    async (_, scopes, name) => {
      await begin(mode, { kind: "workspace", scopes });
      const prod = connection("Snowflake prod");
      const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
      expect(await harness.ask("status")).not.toContain(name);
      fail(...projects);
      await shows("2 watched projects are in trouble");
      await harness.pass(5 * MINUTE, 2 * STEP_MS);
      const before = asked("listCells") + asked("listDataConnections");
      await stopFor(22 * HOUR);
      await harness.pass(5 * MINUTE, 2 * STEP_MS);
      expect(asked("listCells") + asked("listDataConnections")).toBe(before);
      expect(words()).not.toContain("Snowflake prod");
      const status = await harness.ask("status");
      expect(status).toContain(`The Hex token lacks the optional scope "${name}"`);
      // The connection itself is fine.
      expect(status).toContain("Connected to Hex");
      expect(status).not.toContain("not everything works");
      hex().setScopes(harness.token, ["read", "run", "cells", "connections"]);
      await stopFor(2 * HOUR);
      await shows("both use *Snowflake prod*");
      expect(await harness.ask("status")).not.toContain("optional scope");
    },
  );
});

test("only cells' connection ids are kept: no source code, host or user is in the store or the log", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  fail(await watched("Revenue", [prod.id]), await watched("Churn", [prod.id]));
  await shows("both use *Snowflake prod*");
  const files = await readdir(harness.dataDir);
  const stored = await Promise.all(files.map((file) => readFile(join(harness.dataDir, file), "latin1")));
  const kept = [...stored, ...harness.log].join("\n");
  expect(stored.join("")).toContain(prod.id);
  for (const secret of ["secret_column", "internal.acme.test", "svc_hex"]) expect(kept).not.toContain(secret);
});

test("with five requests a minute it takes longer, and Hex never has to refuse one", async () => {
  await begin("socket", { env: { HEX_REQUESTS_PER_MINUTE: "5" } });
  hex().rateLimits.overallPerMinute = 5;
  const prod = connection("Snowflake prod");
  fail(await watched("Revenue", [prod.id]), await watched("Churn", [prod.id]));
  await shows("both use *Snowflake prod*");
  expect(asked("listCells")).toBe(2);
  expect(harness.asked.filter(({ status }) => status === 429)).toEqual([]);
});

test("the bot is stopped while it asks: what it knows is not asked again", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
  fail(...projects);
  await harness.until(() => asked("listCells") === 2, SECOND);
  await stopFor(SECOND);
  await shows("both use *Snowflake prod*");
  const [first, ...others] = harness.requests("listCells").map(({ query }) => query.get("projectId"));
  expect(others).not.toContain(first);
  expect(told()).toHaveLength(1);
});

test("a single project in trouble asks nothing", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  fail(await watched("Revenue", [prod.id]));
  await watched("Churn", [prod.id]);
  await shows("A watched project is in trouble");
  await harness.pass(10 * MINUTE, 2 * STEP_MS);
  expect(asked("listCells")).toBe(0);
});

test("a third one that uses another connection: the message names the two that share one", async () => {
  await begin();
  const [prod, other] = [connection("Snowflake prod"), connection("Postgres")];
  fail(await watched("Revenue", [prod.id]), await watched("Churn", [other.id]), await watched("Margin", [prod.id]));
  await shows(/Perhaps: (Revenue and Margin|Margin and Revenue) use \*Snowflake prod\*/);
});

test("a third one whose notebook the token's user may not see: the others are named, and no scope is missing", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  const hidden = await watched("Margin", [prod.id], { appOnly: true });
  fail(hidden, await watched("Revenue", [prod.id]), await watched("Churn", [prod.id]));
  await shows(/Perhaps: (Revenue and Churn|Churn and Revenue) use \*Snowflake prod\*/);
  expect(await harness.ask("status")).not.toContain("optional scope");
  expect(asked("listCells")).toBe(3);
});

test("two connections that both use", async () => {
  await begin();
  const ids = [connection("Snowflake prod").id, connection("Big *Query*").id];
  fail(await watched("Revenue", ids), await watched("Churn", ids));
  await shows("Likely: both use `Big *Query*` and *Snowflake prod*. Check these data connections in Hex first.");
});

test("a name that pings, and one that is a mark, ping nobody", async () => {
  await begin();
  const prod = connection("<!channel> @here <@U0ADALOVELA>");
  fail(await watched("Revenue", [prod.id]), await watched("Churn", [prod.id]));
  await shows("&lt;!channel&gt; @here &lt;@U0ADALOVELA&gt;");
});

test("what both share was deleted: no line, and nothing is asked again and again", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
  hex().removeDataConnection(prod.id);
  fail(...projects);
  await shows("2 watched projects are in trouble");
  await harness.pass(20 * MINUTE, 2 * STEP_MS);
  expect(words()).not.toMatch(/use \*|use `/);
  expect([asked("listCells"), asked("listDataConnections")]).toEqual([2, 1]);
});

test.each([
  ["are read", 150, 2, true],
  ["are not read without end", 700, 5, false],
])("cells on several pages %s", async (_, others, pages, isFound) => {
  await begin();
  const [prod, other] = [connection("Snowflake prod"), connection("Postgres")];
  const many = Array.from({ length: others }, () => other.id);
  fail(await watched("Revenue", [...many, prod.id]), await watched("Churn", [prod.id]));
  await shows("2 watched projects are in trouble");
  await harness.pass(5 * MINUTE, 2 * STEP_MS);
  expect(asked("listCells")).toBe(pages + 1);
  expect(words().includes("both use *Snowflake prod*")).toBe(isFound);
});

test("a cursor that repeats ends the list, and what was read counts", async () => {
  await begin();
  const prod = connection("Snowflake prod");
  const body = { values: [{ id: "one", dataConnectionId: prod.id }], pagination: { after: "again", before: null } };
  const kind = { type: "status" as const, status: 200, body };
  harness.hex.faults.add({ kind, endpoint: "listCells", times: Number.POSITIVE_INFINITY });
  fail(await watched("Revenue", []), await watched("Churn", []));
  await shows("both use *Snowflake prod*");
  expect(asked("listCells")).toBe(4);
});

describe("answers that are of no use", () => {
  test.each<[string, (body: unknown) => unknown, number]>([
    // A busy machine may need longer for it than the bot waits, which then asks again.
    ["ten megabytes", () => ({ values: [{ contents: "x".repeat(10_000_000) }] }), 5],
    ["no list", () => ({ cells: {} }), 2],
    [
      "entries of other shapes",
      () => ({ values: [1, null, "two", [], { dataConnectionId: { id: 7 } }], pagination: null }),
      2,
    ],
    ["nested far too deep", () => `{"values":${"[".repeat(5_000)}${"]".repeat(5_000)}}`, 2],
  ])("%s", async (_, alter, most) => {
    await begin();
    const prod = connection("Snowflake prod");
    const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
    harness.hex.faults.add({
      kind: { type: "altered", alter },
      endpoint: "listCells",
      times: Number.POSITIVE_INFINITY,
    });
    fail(...projects);
    await shows("2 watched projects are in trouble");
    await harness.pass(15 * MINUTE, 2 * STEP_MS);
    expect(asked("listCells")).toBeLessThanOrEqual(most);
    // It is no sign of an outage.
    expect(await harness.ask("status")).toContain("Connected to Hex");
    expect(await harness.ask("status")).not.toContain("not everything works");
    for (const { id } of projects) hex().startRun(id, { trigger: "API", durationMs: SECOND });
    await shows("Back to green");
  });

  test.each<[string, Parameters<Harness["hex"]["faults"]["add"]>[0]["kind"]]>([
    ["a 429", { type: "rateLimited", retryAfter: 30 }],
    ["a 500", { type: "status", status: 500 }],
    ["a reset", { type: "reset" }],
  ])("%s is asked again later, and not often", async (_, kind) => {
    await begin();
    const prod = connection("Snowflake prod");
    const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
    harness.hex.faults.add({ kind, endpoint: "listCells", times: 3 });
    fail(...projects);
    await shows("both use *Snowflake prod*");
    expect(asked("listCells")).toBe(5);
  });

  test("a plan without cells is no outage", async () => {
    await begin("socket", { kind: "workspace", scopes: ["read", "run", "cells", "connections"] });
    const prod = connection("Snowflake prod");
    const projects = [await watched("Revenue", [prod.id]), await watched("Churn", [prod.id])];
    const body = { code: "FORBIDDEN", message: "Upgrade your plan to read cells" };
    harness.hex.faults.add({ kind: { type: "status", status: 403, body }, endpoint: "listCells", times: 1 });
    fail(...projects);
    await shows("2 watched projects are in trouble");
    await harness.pass(10 * MINUTE, 2 * STEP_MS);
    expect(asked("listCells")).toBe(1);
    expect(await harness.ask("status")).toContain('lacks the optional scope "Cells: Read"');
    expect(await harness.ask("status")).toContain("Connected to Hex");
  });
});
