// The client over real HTTP against the simulated Hex.

import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

let wire: Wire;
beforeEach(async () => {
  wire = await startWire({ user: { name: "Olga", email: "olga@acme.test", role: "ADMIN" } });
});
afterEach(() => wire.stop());

const DAY = 86_400_000;

describe("endpoints", () => {
  test.each(["seconds", "milliseconds"] as const)("me: who, and until when, told in %s", async (unit) => {
    const { workspace } = wire.hex;
    workspace.tokenExpiryUnit = unit;
    const expiresAt = Math.floor((wire.clock.now() + 9 * DAY) / 1_000) * 1_000;
    workspace.setExpiry(wire.token, expiresAt);
    expect(await wire.client.me(CALL)).toEqual({
      user: { name: "Olga", email: "olga@acme.test", role: "ADMIN" },
      orgId: workspace.orgId,
      expiresAt,
    });
  });

  test("me: a workspace token is nobody and may never expire", async () => {
    const client = wire.clientAt(wire.hex.origin, wire.hex.workspace.addToken({ kind: "workspace" }));
    expect(await client.me(CALL)).toMatchObject({ user: null, expiresAt: null });
  });

  test("says who it is", async () => {
    await wire.client.me(CALL);
    const [request] = wire.hex.requests;
    expect(request?.headers["user-agent"]).toMatch(/^hex-bot/);
    expect(request?.headers.authorization).toBe(`Bearer ${wire.token}`);
  });

  test("projects: all pages, and no more than it is told", async () => {
    for (let i = 0; i < 250; i++) wire.hex.workspace.addProject({ title: `P${i}` });
    const pages = async (max: number) => {
      const sizes: number[] = [];
      for await (const page of wire.client.projects(CALL, max)) sizes.push(page.values.length);
      return sizes;
    };
    expect(await pages(20)).toEqual([100, 100, 50]);
    expect(await pages(2)).toEqual([100, 100]);
  });

  test("startRun: what is set is sent, and nothing else", async () => {
    const { id } = wire.hex.workspace.addProject({ inputs: { days: { dataType: "NUMBER" } }, views: ["v"] });
    const started = await wire.client.startRun(id, { inputParams: { days: 3 }, useCachedSqlResults: false }, CALL);
    expect(wire.hex.workspace.run(started.runId)).toMatchObject({
      inputParams: { days: 3 },
      useCachedSqlResults: false,
    });
    await wire.client.startRun(id, { inputParams: {} }, CALL);
    await wire.client.startRun(id, { viewId: "v" }, CALL);
    await wire.client.startRun(id, { updatePublishedResults: true }, CALL);
    expect(wire.hex.requests.slice(1).map((request) => request.body)).toEqual([
      {},
      { viewId: "v" },
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
    ["a 429 without a word", { type: "rateLimited" }],
    ["a hang", { type: "hang" }],
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

  test("waits as long as Hex says, in seconds or as a date, and nobody else sends meanwhile", async () => {
    const date = new Date(wire.clock.now() + 20_000).toUTCString();
    for (const retryAfter of [20, date]) {
      wire.hex.faults.add({ kind: { type: "rateLimited", retryAfter }, endpoint: "me" });
      const from = wire.hex.requests.length;
      const start = wire.clock.now();
      await soon(wire.clock, Promise.all([wire.client.me(CALL), wire.client.me(CALL)]), 500);
      const later = wire.hex.requests.slice(from).filter((request) => request.at > start);
      for (const request of later) expect(request.at - start).toBeGreaterThanOrEqual(retryAfter === 20 ? 20_000 : 0);
    }
  });

  test("not past the patience of whoever asks", async () => {
    wire.hex.faults.add({ kind: { type: "rateLimited", retryAfter: 90 }, times: 9 });
    expect((await failure(wire.client.me(CALL))).facts).toMatchObject({ kind: "rate_limited", retryAfterMs: 90_000 });
    expect(wire.hex.requests).toHaveLength(1);
  });

  test("404 and the like are not asked for again", async () => {
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

test("every attempt is told to whoever listens", async () => {
  wire.hex.faults.add({ kind: { type: "status", status: 502 }, endpoint: "me" });
  await soon(wire.clock, wire.client.me(CALL));
  expect(
    wire.records.map(({ operation, status, reference, error }) => [operation, status, reference, error?.kind]),
  ).toEqual([
    ["me", 502, "ref", "hex_failed"],
    ["me", 200, "ref", undefined],
  ]);
});
