// A broken or hostile Hex: its answers are read as far as possible, the rest is refused, and nothing makes the client crash.

import { createServer } from "node:http";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { HexError } from "../../src/hex/errors.js";
import { remedyFor } from "../../src/remedies/hex.js";
import { HOSTILE_ANSWERS } from "../sandbox/hex/hostile.js";
import type { FaultKind, Project } from "../sandbox/hex/server.js";
import { listen } from "../sandbox/local-server.js";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

let wire: Wire;
let project: Project;
beforeEach(async () => {
  wire = await startWire();
  project = wire.hex.workspace.addProject({ title: "Revenue" });
});
afterEach(() => wire.stop());

const ONCE = { ...CALL, once: true };
const OTHER = "018f2a1e-ffff-7fff-8fff-ffffffffffff";

/** Sets the next answer. */
const answer = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  wire.hex.faults.add({ kind: { type: "status", status, body, headers } });
/** Makes the next answer the usual one with a different body. */
const alter = (change: (body: Record<string, unknown>) => unknown) =>
  wire.hex.faults.add({ kind: { type: "altered", alter: (body) => change(body as Record<string, unknown>) } });
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;

describe("size", () => {
  test.each<FaultKind>([{ type: "endless" }, { type: "endless", unpacked: true }])(
    "%j: the rest is not read",
    async (kind) => {
      const patient = wire.clientAt(wire.hex.origin, wire.token, 20_000);
      wire.hex.faults.add({ kind });
      const error = await failure(patient.projectPage(ONCE, null));
      expect(error.facts).toMatchObject({ kind: "unreadable", flaw: "too_large" });
      expect(remedyFor(error.facts).causes[0]).toContain("far larger");
      expect((await patient.projectPage(ONCE, null)).values).toHaveLength(1);
    },
  );

  test.each([
    [401, "unauthorized"],
    [403, "scope"],
    [500, "hex_failed"],
    [503, "hex_failed"],
  ])("a refusal that never ends is still a %d", async (status, kind) => {
    wire.hex.faults.add({ kind: { type: "endless", status, unpacked: true } });
    const patient = wire.clientAt(wire.hex.origin, wire.token, 20_000);
    expect((await failure(patient.startRun(project.id, {}, ONCE))).kind).toBe(kind);
  });

  test("a page of a hundred projects with long descriptions is read", async () => {
    for (let i = 0; i < 100; i++) wire.hex.workspace.addProject({ description: "x".repeat(30_000) });
    const { values } = await wire.client.projectPage(ONCE, null);
    expect(values).toHaveLength(100);
    expect(values[0]?.description).toHaveLength(5_000);
  });

  test("a list with far more entries than requested", async () => {
    answer({ values: Array.from({ length: 5_000 }, () => ({ id: OTHER, title: "t" })), pagination: { after: null } });
    await wire.client.projectPage(ONCE, null);
    expect(wire.records.at(-1)?.leftOut).toEqual({ count: 4_000, path: "values.1000" });
  });

  test("headers that are too long", async () => {
    answer({ reason: "no" }, 422, { "x-trace-id": "t".repeat(100_000) });
    const { facts } = await failure(wire.client.startRun(project.id, {}, ONCE));
    expect(facts).toMatchObject({ kind: "unreadable", flaw: "too_large" });
  });

  test("a trace id is cut", async () => {
    answer({ message: "no" }, 500, { "x-trace-id": "t".repeat(5_000) });
    expect((await failure(wire.client.startRun(project.id, {}, ONCE))).facts.traceId).toHaveLength(200);
    answer({ reason: "no", traceId: "t".repeat(5_000) }, 500);
    expect((await failure(wire.client.startRun(project.id, {}, ONCE))).facts.traceId).toHaveLength(200);
  });

  test("invalid compressed data", async () => {
    answer("{}", 200, { "content-encoding": "gzip" });
    expect((await failure(wire.client.me(ONCE))).facts).toMatchObject({ kind: "unreadable", flaw: "no_json" });
  });

  test("a cursor that does not fit into a URL ends the list, which is then incomplete", async () => {
    answer({ values: [], pagination: { after: "c".repeat(100_000) } });
    const pages = [];
    for await (const page of wire.client.projects(ONCE, 20)) pages.push(page);
    expect(pages).toEqual([{ values: [], after: null, isLast: false, isWhole: true }]);
  });
});

describe("depth", () => {
  test("of an answer", async () => {
    answer(`{"values":${deep(20_000)},"pagination":{"after":null}}`);
    const { facts } = await failure(wire.client.projectPage(ONCE, null));
    expect(facts).toMatchObject({ kind: "unreadable", flaw: "too_deep" });
  });

  test("of a refused value", async () => {
    answer(`{"invalid":[{"paramName":"days","paramValue":${deep(20_000)}}],"notFound":[]}`, 422);
    const { facts } = await failure(wire.client.startRun(project.id, {}, ONCE));
    expect(facts).toMatchObject({ kind: "request_refused", status: 422 });
    expect(facts.detail).toBeUndefined();
  });
});

describe("refused inputs", () => {
  const inputs = async (body: object) => {
    answer(body, 422);
    const { facts } = await failure(wire.client.startRun(project.id, { inputParams: { days: 1 } }, ONCE));
    expect(facts.kind).toBe("inputs_refused");
    return facts.inputs;
  };
  const odd = [null, 7, {}, []];

  test("an odd entry hides no other", async () => {
    const days = { paramName: "days", dataType: 7, inputCellType: "NUMBER_INPUT", paramValue: "x" };
    expect(await inputs({ invalid: [...odd, days], notFound: [null, {}, "regoin"] })).toEqual({
      unknown: ["regoin"],
      wrongType: [{ name: "days", expected: "NUMBER_INPUT", given: '"x"' }],
    });
    expect(
      await inputs({ message: "no", issues: [...odd, { path: ["inputParams", "days"], message: "Unknown" }] }),
    ).toEqual({
      unknown: ["days"],
      wrongType: [],
      others: [],
    });
  });

  test("no more and no longer ones than people can read", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${i}${"x".repeat(220)}`);
    const found = await inputs({ notFound: names, invalid: [] });
    expect(found?.unknown).toHaveLength(100);
    expect(found?.unknown[0]).toHaveLength(200);
    const issues = names.map((name) => ({ path: ["inputParams", name], message: "Unknown" }));
    expect((await inputs({ message: "no", issues }))?.unknown).toHaveLength(100);
  });
});

test("half a character in Hex's words is replaced in the bot's", async () => {
  answer('{"reason":"\\ud83d no"}', 422);
  expect((await failure(wire.client.startRun(project.id, {}, ONCE))).facts.detail).toBe("\ufffd no");
  answer({ reason: `${"x".repeat(299)}😀` }, 422);
  expect((await failure(wire.client.startRun(project.id, {}, ONCE))).facts.detail).toBe("x".repeat(299));
});

describe("when the token expires", () => {
  const DATE = Date.UTC(2027, 0, 1);
  test.each([
    [DATE / 1_000, DATE],
    [DATE, DATE],
    [String(DATE / 1_000), DATE],
    ["2027-01-01T00:00:00Z", DATE],
    [DATE / 1_000 + 0.5, DATE + 500],
    [null, null],
    [9_007_199_254_740_991, "unknown"],
    [1e300, "unknown"],
    [0, "unknown"],
    [-1, "unknown"],
    ["soon", "unknown"],
    [{}, "unknown"],
    [[], "unknown"],
  ])("%j", async (exp, expected) => {
    alter((body) => ({ ...body, token: { exp } }));
    expect((await wire.client.me(ONCE)).expiresAt).toBe(expected);
  });

  test.each([{}, null, 7, "never", []])("token %j", async (token) => {
    alter((body) => ({ ...body, token }));
    expect((await wire.client.me(ONCE)).expiresAt).toBe("unknown");
  });

  test("a workspace with an invalid id", async () => {
    alter((body) => ({ ...body, org: { id: "../.." } }));
    expect((await wire.client.me(ONCE)).orgId).toBeNull();
  });
});

describe("ids", () => {
  const BAD = ["..", ".", "", "a/b", "a\\b", "%2e%2e", "a b", "a?b", "a#b", "\ud800", "x".repeat(101), "ид"];

  test.each(BAD)("%j is never part of a path", async (bad) => {
    const good = project.id;
    const { client } = wire;
    const calls = [
      client.project(bad, ONCE),
      client.startRun(bad, {}, ONCE),
      client.dryRun(bad, {}, ONCE),
      client.runs(bad, { limit: 1 }, ONCE),
      ...[client.run(bad, good, ONCE), client.run(good, bad, ONCE)],
      ...[client.cancelRun(bad, good, ONCE), client.cancelRun(good, bad, ONCE)],
    ];
    for (const call of calls) expect((await failure(call)).kind).toBe("bad_request");
    expect(wire.hex.requests).toEqual([]);
  });

  test("a UUID may be written in capitals, by a person or by Hex", async () => {
    const { client, hex } = wire;
    const { runId } = await client.startRun(project.id.toUpperCase(), {}, ONCE);
    alter((body) => ({ ...body, runId: runId.toUpperCase(), projectId: project.id.toUpperCase() }));
    const run = await client.run(project.id.toUpperCase(), runId.toUpperCase(), ONCE);
    expect(run).toMatchObject({ runId, projectId: project.id });
    expect(hex.requests.every(({ path }) => path === path.toLowerCase())).toBe(true);
  });

  test.each([{ runId: OTHER }, { projectId: OTHER }])(
    "a run's state is that of the run: %j is refused",
    async (other) => {
      const { runId } = await wire.client.startRun(project.id, {}, ONCE);
      alter((body) => ({ ...body, ...other }));
      const { facts } = await failure(wire.client.run(project.id, runId, ONCE));
      expect(facts).toMatchObject({ kind: "unreadable", flaw: "other_id", flawAt: Object.keys(other)[0] });
      expect(remedyFor(facts).causes[0]).toContain("a different project or run");
    },
  );

  test.each([...BAD, 7, null, OTHER])(
    "a start that is answered with %j for ids leaves open what happened",
    async (id) => {
      alter((body) => ({ ...body, ...(id === OTHER ? { projectId: id } : { runId: id }) }));
      expect((await failure(wire.client.startRun(project.id, {}, ONCE))).kind).toBe("unreadable");
    },
  );

  test("a project must be the requested one", async () => {
    alter((body) => ({ ...body, id: OTHER }));
    expect((await failure(wire.client.project(project.id, ONCE))).facts).toMatchObject({ flaw: "other_id" });
  });

  test("runs of other projects are left out of a list", async () => {
    for (let i = 0; i < 2; i++) await wire.client.startRun(project.id, {}, ONCE);
    alter(({ runs }) => ({ runs: (runs as object[]).map((run, i) => (i === 0 ? { ...run, projectId: OTHER } : run)) }));
    const page = await wire.client.runs(project.id, { limit: 10 }, ONCE);
    expect(page).toMatchObject({ isWhole: false });
    expect(page.unreadStarts).toHaveLength(1);
    expect(page.runs).toHaveLength(1);
    expect(wire.records.at(-1)?.leftOut).toEqual({ count: 1, path: "runs.0.projectId" });
  });
});

describe("links", () => {
  test.each([
    "https://evil.test/run",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://hex.tech.evil.test/",
    "//evil.test/run",
    "/run",
    "",
    "not a link",
    7,
    () => wire.hex.origin.replace("http:", "https:"),
    () => wire.hex.origin.replace("http://", "http://evil.test:1@"),
    () => wire.hex.origin.replace("http://", "http://ada:secret@"),
    () => `${wire.hex.origin}/${"x".repeat(2_000)}`,
  ])("%s is dropped, and the run is kept", async (link) => {
    const runUrl = typeof link === "function" ? link() : link;
    alter((body) => ({ ...body, runUrl }));
    const { runId, runUrl: shown } = await wire.client.startRun(project.id, {}, ONCE);
    expect(shown).toBeNull();
    alter((body) => ({ ...body, runUrl }));
    expect(await wire.client.run(project.id, runId, ONCE)).toMatchObject({ runId, runUrl: null });
  });

  test("a link that leads to Hex is kept as it is", async () => {
    const runUrl = `${wire.hex.origin}/acme/app/Revenue-030UbtEpvL5rit3JLHGzSS/7/${OTHER}?view=app#x`;
    alter((body) => ({ ...body, runUrl }));
    expect((await wire.client.startRun(project.id, {}, ONCE)).runUrl).toBe(runUrl);
  });

  test("a redirect is not followed, so the token goes nowhere else", async () => {
    const asked: unknown[] = [];
    const elsewhere = createServer((request, response) => {
      asked.push(request.headers);
      response.end("{}");
    });
    const location = `http://127.0.0.1:${await listen(elsewhere)}/api/v1/users/me`;
    for (const status of [301, 302, 303, 307, 308]) {
      answer("", status, { location });
      expect((await failure(wire.client.me(ONCE))).kind).toBe("not_hex");
      answer("", status, { location });
      expect((await failure(wire.client.startRun(project.id, {}, ONCE))).kind).toBe("not_hex");
    }
    elsewhere.close();
    expect(asked).toEqual([]);
  });
});

describe("entry by entry", () => {
  const projects = async () => (await wire.client.projectPage(ONCE, null)).values.map(({ title }) => title);

  test.each([null, 7, "x", [], {}, { id: "..", title: "Odd" }, { id: 7, title: "Odd" }])(
    "a project that is %j hides no other",
    async (odd) => {
      alter((body) => ({ ...body, values: [odd, ...(body.values as unknown[])] }));
      expect(await projects()).toEqual(["Revenue"]);
      const leftOut = wire.records.at(-1)?.leftOut;
      expect(leftOut).toMatchObject({ count: 1, path: expect.stringMatching(/^values\.0/) });
      expect(JSON.stringify(leftOut)).not.toContain("Odd");
    },
  );

  test.each([
    ["title", null],
    ["title", undefined],
    ["title", "  "],
    ["title", "\u200b"],
    ["title", { en: "Revenue" }],
  ])("a project with the %s %j is called by its id", async (field, value) => {
    alter((body) => ({ ...body, [field]: value }));
    expect((await wire.client.project(project.id, ONCE)).title).toBe(project.id);
  });

  test.each([
    ["description", 7, null],
    ["owner", "ada", null],
    ["creator", { email: null }, null],
    ["status", "Final", null],
    ["categories", [null, { name: "Finance" }, { name: {} }, 7], [{ name: "Finance" }]],
    ["categories", "Finance", []],
    ["schedules", [{ cadence: "DAILY", daily: { hour: "6", minute: "30" } }, null], [{ cadence: "DAILY" }]],
    ["schedules", [{ cadence: "DAILY", daily: { hour: 99 } }], [{ cadence: "DAILY", daily: null }]],
    ["lastPublishedAt", 1_795_000_000, 1_795_000_000_000],
    ["lastPublishedAt", 1_795_000_000_000, 1_795_000_000_000],
    ["lastPublishedAt", "1795000000", 1_795_000_000_000],
    ["archivedAt", "0001-01-01T00:00:00Z", null],
    ["archivedAt", "+275000-01-01T00:00:00Z", null],
    ["type", "component", "COMPONENT"],
    ["type", null, "PROJECT"],
  ])("a project whose %s is %j", async (field, value, expected) => {
    alter((body) => ({ ...body, [field]: value }));
    expect(await wire.client.project(project.id, ONCE)).toMatchObject({ title: "Revenue", [field]: expected });
  });

  test.each([
    ["elapsedTime", "12", 12],
    ["elapsedTime", "12.5", 12.5],
    ["elapsedTime", "a while", null],
    ["elapsedTime", -1, null],
    ["elapsedTime", 1e300, null],
    ["startTime", 1_795_000_000, 1_795_000_000_000],
    ["startTime", "2026-11-02T09:00:00", Date.UTC(2026, 10, 2, 9)],
    ["startTime", {}, null],
    ["endTime", "0001-01-01T00:00:00Z", null],
    ["projectVersion", 3, "3"],
    ["projectVersion", {}, null],
    ["runTrigger", 7, "7"],
    ["traceId", 7, null],
    ["projectId", undefined, "asked"],
    ["status", "completed", "COMPLETED"],
    ["status", " Unable to allocate kernel", "UNABLE_TO_ALLOCATE_KERNEL"],
    ["status", "unable-to-allocate-kernel", "UNABLE_TO_ALLOCATE_KERNEL"],
    ["status", "Dreaming", "Dreaming"],
    ["status", 7, "7"],
  ])("a run whose %s is %j", async (field, value, expected) => {
    const { runId } = await wire.client.startRun(project.id, {}, ONCE);
    const wanted = { [field]: expected === "asked" ? project.id : expected };
    alter((body) => ({ ...body, [field]: value }));
    expect(await wire.client.run(project.id, runId, ONCE)).toMatchObject({ runId, ...wanted });
    alter(({ runs }) => ({ runs: (runs as object[]).map((run) => ({ ...run, [field]: value })) }));
    expect((await wire.client.runs(project.id, { limit: 9 }, ONCE)).runs).toMatchObject([{ runId, ...wanted }]);
  });

  test.each([{}, { pagination: null }, { pagination: { after: 7 } }])("pages: %j", async (pagination) => {
    answer({ values: [{ id: project.id, title: "Revenue" }], ...pagination });
    expect(await wire.client.projectPage(ONCE, null)).toMatchObject({ values: [{ title: "Revenue" }], after: null });
  });

  test("a list that is null counts as empty, but a missing list is not an answer", async () => {
    answer({ values: null, pagination: null });
    expect(await projects()).toEqual([]);
    answer({ runs: null });
    expect((await wire.client.runs(project.id, { limit: 9 }, ONCE)).runs).toEqual([]);
    answer({ pagination: { after: null } });
    expect((await failure(wire.client.projectPage(ONCE, null))).facts).toMatchObject({
      flaw: "shape",
      flawAt: "values",
    });
    answer({ runs: {} });
    expect((await failure(wire.client.runs(project.id, { limit: 9 }, ONCE))).facts.flawAt).toBe("runs");
  });

  test("a list without a readable entry does not count as empty", async () => {
    answer({ values: [{ uuid: OTHER }, { uuid: OTHER }], pagination: { after: null } });
    const { facts } = await failure(wire.client.projectPage(ONCE, null));
    expect(facts).toMatchObject({ kind: "unreadable", flaw: "shape", flawAt: "values.0.id" });
  });
});

test.each(Object.entries(HOSTILE_ANSWERS))("%s: an answer or a HexError, nothing else", async (_, kind) => {
  const { client, hex, clock } = wire;
  const { runId } = await client.startRun(project.id, {}, ONCE);
  hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
  const calls = [
    client.me(ONCE),
    client.projectPage(ONCE, null),
    client.project(project.id, ONCE),
    client.runs(project.id, { limit: 9 }, ONCE),
    client.run(project.id, runId, ONCE),
    client.startRun(project.id, {}, ONCE),
    client.cancelRun(project.id, runId, ONCE),
  ];
  for (const end of await soon(clock, Promise.allSettled(calls)))
    if (end.status === "rejected") expect(end.reason).toBeInstanceOf(HexError);
});

test("any JSON for an answer: read, or a HexError", async () => {
  const { client, hex } = wire;
  const word = fc.constantFrom("values", "runs", "pagination", "id", "runId", "status", "title", "token", "org", "exp");
  const json = fc.letrec((tie) => ({
    any: fc.oneof({ maxDepth: 4 }, fc.jsonValue(), fc.array(tie("any")), fc.dictionary(word, tie("any"))),
  })).any;
  await fc.assert(
    fc.asyncProperty(json, fc.constantFrom(200, 201, 400, 403, 422, 429, 500, 503), async (body, status) => {
      hex.faults.add({ kind: { type: "status", status, body: body ?? null }, times: 4 });
      const calls = [client.me(ONCE), client.projectPage(ONCE, null), client.runs(project.id, { limit: 9 }, ONCE)];
      const ends = await Promise.allSettled([...calls, client.startRun(project.id, {}, ONCE)]);
      for (const end of ends) if (end.status === "rejected") expect(end.reason).toBeInstanceOf(HexError);
      hex.faults.clear();
      wire.clock.advance(4_000_000);
    }),
    { numRuns: 150 },
  );
});
