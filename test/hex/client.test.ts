// The client over real HTTP against the simulated Hex.

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

let wire: Wire;
beforeEach(async () => {
  wire = await startWire({ user: { name: "Olga", email: "olga@acme.test", role: "ADMIN" } });
});
afterEach(() => wire.stop());

const DAY = 86_400_000;
const VIEW = "018f2a1e-0000-7000-8000-0000000000aa";
/** How often to check whether something has happened. */
const QUICKLY = { interval: 2, timeout: 20_000 };

describe("endpoints", () => {
  test.each(["seconds", "milliseconds"] as const)(
    "me: whose token it is and when it expires, given in %s",
    async (unit) => {
      const { workspace } = wire.hex;
      workspace.tokenExpiryUnit = unit;
      const expiresAt = Math.floor((wire.clock.now() + 9 * DAY) / 1_000) * 1_000;
      workspace.setExpiry(wire.token, expiresAt);
      expect(await wire.client.me(CALL)).toEqual({
        user: { name: "Olga", email: "olga@acme.test", role: "ADMIN" },
        orgId: workspace.orgId,
        expiresAt,
      });
    },
  );

  test("me: a workspace token has no user and may never expire", async () => {
    const client = wire.clientAt(
      wire.hex.origin,
      wire.hex.workspace.addToken({ kind: "workspace", scopes: ["users"] }),
    );
    expect(await client.me(CALL)).toMatchObject({ user: null, expiresAt: null });
  });

  test.each([{ token: {} }, { token: null }, {}])(
    "me: %o does not say when it expires, or that it never does",
    async (told) => {
      const body = { org: { id: wire.hex.workspace.orgId }, ...told };
      wire.hex.faults.add({ endpoint: "me", kind: { type: "status", status: 200, body } });
      expect(await wire.client.me(CALL)).toMatchObject({ user: null, expiresAt: "unknown" });
    },
  );

  test("sends its token and its name", async () => {
    await wire.client.me(CALL);
    const [request] = wire.hex.requests;
    expect(request?.headers["user-agent"]).toMatch(/^hex-bot/);
    expect(request?.headers.authorization).toBe(`Bearer ${wire.token}`);
  });

  test("projects: reads all pages, but no more than allowed", async () => {
    for (let i = 0; i < 250; i++) wire.hex.workspace.addProject({ title: `P${i}` });
    const pages = async (max: number) => {
      const sizes: number[] = [];
      for await (const page of wire.client.projects(CALL, max)) sizes.push(page.values.length);
      return sizes;
    };
    expect(await pages(20)).toEqual([100, 100, 50]);
    expect(await pages(2)).toEqual([100, 100]);
  });

  test("startRun: sends what is set and nothing else", async () => {
    const { id } = wire.hex.workspace.addProject({ inputs: { days: { dataType: "NUMBER" } }, views: [VIEW] });
    const started = await wire.client.startRun(id, { inputParams: { days: 3 }, useCachedSqlResults: false }, CALL);
    expect(wire.hex.workspace.run(started.runId)).toMatchObject({
      inputParams: { days: 3 },
      useCachedSqlResults: false,
    });
    await wire.client.startRun(id, { inputParams: {} }, CALL);
    await wire.client.startRun(id, { viewId: VIEW }, CALL);
    await wire.client.startRun(id, { updatePublishedResults: true }, CALL);
    expect(wire.hex.requests.slice(1).map((request) => request.body)).toEqual([
      {},
      { viewId: VIEW },
      { updatePublishedResults: true },
    ]);
  });

  test("dryRun starts nothing", async () => {
    const { id } = wire.hex.workspace.addProject();
    await wire.client.dryRun(id, {}, CALL);
    expect(wire.hex.requests[0]?.body).toEqual({ dryRun: true });
    expect(wire.hex.workspace.runs).toEqual([]);
  });

  test.each([true, false])(
    "run and runs: every state, whatever shape the version has (as text: %s)",
    async (asText) => {
      const { workspace } = wire.hex;
      workspace.projectVersionAsString = asText;
      const { id } = workspace.addProject({ version: 7, run: { pendingMs: 1_000, runningMs: 5_000 } });
      const { runId } = await wire.client.startRun(id, {}, CALL);
      expect(await wire.client.run(id, runId, CALL)).toMatchObject({
        status: "PENDING",
        endTime: null,
        projectVersion: "7",
      });
      wire.clock.advance(1_000);
      workspace.startRun(id, { startedAt: wire.clock.now() - DAY, durationMs: 1_000 });
      const { runs } = await wire.client.runs(id, { limit: 10 }, CALL);
      expect(runs.map((run) => run.runTrigger)).toEqual(["API", "SCHEDULED"]);
      expect((await wire.client.runs(id, { limit: 10, trigger: "API" }, CALL)).runs).toHaveLength(1);
      workspace.setStatus(runId, "DREAMING");
      expect((await wire.client.run(id, runId, CALL)).status).toBe("DREAMING");
      workspace.finishRun(runId, "COMPLETED");
      const done = await wire.client.run(id, runId, CALL);
      expect(done).toMatchObject({ status: "COMPLETED", endTime: wire.clock.now() });
    },
  );

  test("cancelRun: an answer without a body", async () => {
    const { id } = wire.hex.workspace.addProject({ run: { cancelMs: 1_000 } });
    const { runId } = await wire.client.startRun(id, {}, CALL);
    await wire.client.cancelRun(id, runId, CALL);
    wire.clock.advance(1_000);
    expect((await wire.client.run(id, runId, CALL)).status).toBe("KILLED");
  });
});

describe("repeating", () => {
  const faults = [
    ["a reset", { type: "reset" }],
    ["a 500", { type: "status", status: 500 }],
    ["a 429 with seconds", { type: "rateLimited", retryAfter: 2 }],
    ["a 503", { type: "status", status: 503 }],
  ] as const;

  test.each(faults)("GET after %s, and it works", async (_, kind) => {
    wire.hex.faults.add({ kind, endpoint: "me", times: 2 });
    await soon(wire.clock, wire.client.me(CALL));
    expect(wire.hex.requests).toHaveLength(3);
  });

  test.each(faults)("DELETE after %s", async (_, kind) => {
    const { id } = wire.hex.workspace.addProject();
    const { runId } = await wire.client.startRun(id, {}, CALL);
    wire.hex.faults.add({ kind, endpoint: "cancelRun" });
    await soon(wire.clock, wire.client.cancelRun(id, runId, CALL));
    expect(wire.hex.requests.filter((request) => request.endpoint === "cancelRun")).toHaveLength(2);
  });

  test.each(faults)("POST never, after %s", async (_, kind) => {
    const { id } = wire.hex.workspace.addProject();
    wire.hex.faults.add({ kind, endpoint: "runProject" });
    await soon(wire.clock, failure(wire.client.startRun(id, {}, CALL)));
    expect(wire.hex.requests).toHaveLength(1);
  });

  test.each([
    ["in seconds", () => ({ "retry-after": "20" })],
    ["as a date", () => ({ "retry-after": new Date(wire.clock.now() + 20_000).toUTCString() })],
    ["as the end of a window", () => ({ "x-ratelimit-reset": String(wire.clock.now() / 1_000 + 20) })],
  ])("waits exactly as long as Hex says, %s, and nobody else sends meanwhile", async (_, headers) => {
    const { clock, hex, client } = wire;
    hex.faults.add({ kind: { type: "status", status: 429, headers: headers() }, endpoint: "me" });
    const start = clock.now();
    const limited = client.me(CALL);
    await vi.waitFor(() => expect(clock.sleeping).toBe(1), QUICKLY);
    const other = client.projectPage(CALL, null);
    await vi.waitFor(() => expect(clock.sleeping).toBe(2), QUICKLY);
    clock.advance(19_999);
    expect(clock.sleeping).toBe(2);
    clock.advance(1);
    await Promise.all([limited, other]);
    expect(hex.requests.map((request) => request.at - start)).toEqual([0, 20_000, 20_000]);
  });

  test("after a limit that does not say how long to wait, a minute: then Hex counts anew", async () => {
    const { clock, hex, client } = wire;
    hex.faults.add({ kind: { type: "rateLimited" }, endpoint: "me", times: 2 });
    expect((await failure(client.me(CALL))).kind).toBe("rate_limited");
    await soon(clock, client.me({ ...CALL, timeoutMs: 90_000 }), 1_000);
    const [, second = 0, third = 0] = hex.requests.map((request) => request.at);
    expect(hex.requests).toHaveLength(3);
    expect(third - second).toBe(60_000);
  });

  test("after a failure, each pause is longer than the one before", async () => {
    const { clock, hex, client } = wire;
    hex.faults.add({ kind: { type: "status", status: 500 }, endpoint: "me", times: 2 });
    await soon(clock, client.me(CALL), 1);
    const [first = 0, second = 0, third = 0] = hex.requests.map((request) => request.at);
    expect([second - first, third - second]).toEqual([150, 300]);
  });

  test("gives up after the third attempt, with the last failure", async () => {
    wire.hex.faults.add({ kind: { type: "status", status: 502 }, times: 9 });
    const error = await soon(wire.clock, failure(wire.client.me(CALL)));
    expect(error.facts).toMatchObject({ kind: "hex_failed", status: 502 });
    expect(wire.hex.requests).toHaveLength(3);
  });

  test("does not wait past the caller's patience", async () => {
    wire.hex.faults.add({ kind: { type: "rateLimited", retryAfter: 90 }, times: 9 });
    expect((await failure(wire.client.me(CALL))).facts).toMatchObject({ kind: "rate_limited", retryAfterMs: 90_000 });
    expect(wire.hex.requests).toHaveLength(1);
  });

  test("404 and the like are not retried", async () => {
    await failure(wire.client.project("018f2a1e-0000-7000-8000-000000000001", CALL));
    expect(wire.hex.requests).toHaveLength(1);
  });
});

test("no token in any error", async () => {
  wire.hex.workspace.revokeToken(wire.token);
  const error = await failure(wire.client.me(CALL));
  expect(`${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}${error.stack}`).not.toContain(
    wire.token,
  );
});

test.each([
  ["bare text", (secret: string) => `Received: authorization: Bearer ${secret}`],
  ["a reason", (secret: string) => ({ reason: `Bad token ${secret}` })],
  ["refused inputs", (secret: string) => ({ notFound: [secret], invalid: [{ paramName: "a", paramValue: secret }] })],
])("no token in an error, even when it is repeated in %s", async (_, body) => {
  const { id } = wire.hex.workspace.addProject();
  wire.hex.faults.add({ kind: { type: "status", status: 422, body: body(wire.token) } });
  const error = await failure(wire.client.startRun(id, {}, CALL));
  const shown = `${inspect(error, { depth: 9, showHidden: true })}${JSON.stringify(error)}${error.stack}`;
  expect(shown).not.toContain(wire.token);
  expect(shown).toContain("[token]");
});

describe("answers from older or newer versions of Hex", () => {
  const answer = (body: unknown) => wire.hex.faults.add({ kind: { type: "status", status: 200, body } });

  test("a project with fields, kinds and cadences that nobody knows, and without those it may lack", async () => {
    answer({
      id: "p",
      title: "Revenue",
      type: "NOTEBOOK",
      colour: "red",
      lastPublishedAt: "soon",
      schedules: [{ cadence: "YEARLY", yearly: {} }, "never"],
    });
    expect(await wire.client.project("p", CALL)).toMatchObject({
      id: "p",
      title: "Revenue",
      type: "NOTEBOOK",
      description: null,
      owner: null,
      categories: [],
      lastPublishedAt: null,
      schedules: [{ cadence: "YEARLY", custom: null }],
    });
  });

  test("a run with hardly more than a status", async () => {
    answer({ projectId: "p", runId: "r", status: "DREAMING", dreams: 3 });
    expect(await wire.client.run("p", "r", CALL)).toMatchObject({
      status: "DREAMING",
      startTime: null,
      endTime: null,
      elapsedTime: null,
      projectVersion: null,
    });
  });

  test("a cursor that leads back to itself ends the list", async () => {
    for (let i = 0; i < 3; i++) answer({ values: [], pagination: { after: "again" } });
    let pages = 0;
    for await (const _ of wire.client.projects(CALL, 20)) pages++;
    expect(pages).toBe(2);
  });
});

describe("a signal that aborts", () => {
  test.each([
    ["ends the request", { type: "hang" }, 0, "network"],
    ["ends the pause before the next attempt", { type: "status", status: 500 }, 1, "hex_failed"],
  ] as const)("%s, and nothing more is sent", async (_, kind, sleeping, expected) => {
    const { clock, hex, client } = wire;
    hex.faults.add({ kind, times: 9 });
    const stop = new AbortController();
    const asked = failure(client.me({ ...CALL, signal: stop.signal }));
    await hex.waitFor(({ endpoint }) => endpoint === "me");
    await vi.waitFor(() => expect(clock.sleeping).toBe(sleeping), QUICKLY);
    stop.abort();
    expect((await asked).kind).toBe(expected);
    expect(hex.requests).toHaveLength(1);
    expect(clock.sleeping).toBe(0);
  });
});

test("every attempt is reported to the listener", async () => {
  wire.hex.faults.add({ kind: { type: "status", status: 502 }, endpoint: "me" });
  await soon(wire.clock, wire.client.me(CALL));
  expect(
    wire.records.map(({ operation, status, reference, error }) => [operation, status, reference, error?.kind]),
  ).toEqual([
    ["me", 502, "ref", "hex_failed"],
    ["me", 200, "ref", undefined],
  ]);
});
