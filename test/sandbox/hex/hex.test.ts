// The simulated Hex does what the reference says about the real one. These tests use bare `fetch`, never the bot's client.

import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { ManualClock } from "../clock.js";
import { type Project, type SimulatedHex, startHex } from "./server.js";

const VIEW = "018f2a1e-0000-7000-8000-0000000000aa";
const NOBODY = "018f2a1e-0000-7000-8000-000000000001";
const DAY = 86_400_000;

let clock: ManualClock;
let hex: SimulatedHex;
let token: string;
let project: Project;
beforeEach(async () => {
  clock = new ManualClock();
  hex = await startHex({ clock });
  token = hex.workspace.addToken();
  project = hex.workspace.addProject({
    inputs: { days: { dataType: "NUMBER" }, period: { dataType: "DATE_RANGE" } },
    views: [VIEW],
  });
});
afterEach(() => hex.stop());

interface Asked {
  body?: unknown;
  headers?: Record<string, string>;
}

/** `what`: such as `GET /users/me`, below the API's base. A string body is sent unchanged. */
async function ask(what: string, { body, headers = {} }: Asked = {}) {
  const [method = "GET", path = ""] = what.split(" ");
  const response = await fetch(`${hex.origin}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.startsWith("application/json") ?? false;
  const json: unknown = isJson ? JSON.parse(text) : undefined;
  return { status: response.status, headers: response.headers, text, json };
}

const runsOf = ({ id } = project) => `/projects/${id}/runs`;

async function start(body: unknown = {}): Promise<string> {
  const { status, json } = await ask(`POST ${runsOf()}`, { body });
  expect(status).toBe(201);
  return z.object({ runId: z.string() }).parse(json).runId;
}

async function statusOf(runId: string): Promise<unknown> {
  return z.object({ status: z.string() }).parse((await ask(`GET ${runsOf()}/${runId}`)).json).status;
}

describe("tokens", () => {
  test.each([
    ["none", () => ({ authorization: "" })],
    ["an unknown one", () => ({ authorization: `Bearer hxtp_${"0".repeat(96)}` })],
    ["another scheme", () => ({ authorization: `Basic ${token}` })],
    ["one that was revoked", () => hex.workspace.revokeToken(token)],
    ["one that has expired", () => hex.workspace.setExpiry(token, clock.now())],
  ])("%s: 401 in bare text", async (_, arrange) => {
    const answer = await ask("GET /users/me", { headers: arrange() ?? {} });
    expect(answer).toMatchObject({ status: 401, text: "Unauthorized", json: undefined });
  });

  test.each([
    ["none", [], { me: 200, list: 403, start: 403, cancel: 403 }],
    ["read", ["read"], { me: 200, list: 200, start: 403, cancel: 403 }],
    ["run, which includes read", ["run"], { me: 200, list: 200, start: 201, cancel: 204 }],
  ] as const)("scopes: %s", async (_, scopes, expected) => {
    hex.workspace.setScopes(token, [...scopes]);
    const { id } = hex.workspace.startRun(project.id);
    expect({
      me: (await ask("GET /users/me")).status,
      list: (await ask("GET /projects")).status,
      start: (await ask(`POST ${runsOf()}`)).status,
      cancel: (await ask(`DELETE ${runsOf()}/${id}`)).status,
    }).toEqual(expected);
  });

  test("a missing scope is reported in the shape that each endpoint uses for errors", async () => {
    const { id } = hex.workspace.startRun(project.id);
    hex.workspace.setScopes(token, []);
    for (const what of ["GET /projects", `DELETE ${runsOf()}/${id}`])
      expect((await ask(what)).json).toEqual({ reason: expect.stringMatching(/scope/), traceId: expect.any(String) });
    for (const what of [`GET /projects/${project.id}`, `POST ${runsOf()}`, `GET ${runsOf()}`])
      expect((await ask(what)).json).toEqual({ code: "FORBIDDEN", message: expect.stringMatching(/scope/) });
  });

  test("GET /users/me names a person, or only a workspace", async () => {
    const person = await ask("GET /users/me");
    expect(person.json).toMatchObject({
      email: "ada@example.com",
      org: { id: hex.workspace.orgId },
      token: { exp: null },
    });
    token = hex.workspace.addToken({ kind: "workspace", expiresAt: clock.now() + DAY });
    expect(await ask("GET /users/me")).toMatchObject({
      status: 403,
      json: { code: "FORBIDDEN", message: expect.stringContaining("Users: Read") },
    });
    expect((await ask("GET /projects")).status).toBe(200);
    hex.workspace.setScopes(token, ["read", "users"]);
    expect((await ask("GET /users/me")).json).toEqual({
      org: { id: hex.workspace.orgId },
      token: { exp: (clock.now() + DAY) / 1_000 },
    });
  });

  test("GET /users/me can say nothing about the token", async () => {
    hex.workspace.tellsOfToken = false;
    expect((await ask("GET /users/me")).json).toMatchObject({ email: "ada@example.com", token: null });
  });

  test("a plan without the API gets a 403 that says so", async () => {
    hex.workspace.planAllowsApi = false;
    const answer = await ask("GET /users/me");
    expect(answer).toMatchObject({ status: 403, json: { code: "FORBIDDEN", message: expect.stringMatching(/plan/) } });
    expect((await ask("GET /projects")).json).toMatchObject({ reason: expect.stringMatching(/plan/) });
  });
});

describe("starting a run", () => {
  const refused: [string, () => Asked["body"], number, RegExp][] = [
    ["inputParams null", () => ({ inputParams: null }), 422, /inputParams/],
    ["inputParams empty", () => ({ inputParams: {} }), 422, /inputParams/],
    ["a body that is no JSON", () => "{", 400, /JSON/],
    ["a body that is no object", () => [], 400, /Invalid input data.*expected object/],
    ["viewId with inputs", () => ({ viewId: VIEW, inputParams: { days: 1 } }), 422, /together/],
    [
      "published results with inputs",
      () => ({ updatePublishedResults: true, inputParams: { days: 1 } }),
      422,
      /together/,
    ],
    ["an unknown view", () => ({ viewId: NOBODY }), 422, new RegExp(NOBODY)],
    ["a view that is no UUID", () => ({ viewId: "quarterly" }), 400, /Invalid input data.*"path":\["viewId"\]/],
    ["an unknown input", () => ({ inputParams: { dyas: 1 } }), 422, /"path":\["inputParams","dyas"\]/],
    ["a wrong type", () => ({ inputParams: { days: "1" } }), 422, /"inputParams","days".*expected NUMBER/],
    ["half a range", () => ({ inputParams: { period: { start: "2026-01-01" } } }), 422, /"period".*DATE_RANGE/],
  ];
  test.each(refused)("is refused: %s", async (_, body, status, words) => {
    const answer = await ask(`POST ${runsOf()}`, { body: body() });
    expect(answer.status).toBe(status);
    expect(answer.text).toMatch(words);
    expect(hex.workspace.runs).toEqual([]);
  });

  const SCREENSHOT = { type: "ALL", includeSuccessScreenshot: true };
  test.each([
    ["a kind that does not exist", { ...SCREENSHOT, type: "SOMETIMES" }, "type"],
    ["no word about a screenshot", { type: "ALL", slackChannelIds: ["C1"] }, "includeSuccessScreenshot"],
    ["that word as text", { ...SCREENSHOT, includeSuccessScreenshot: "true" }, "includeSuccessScreenshot"],
    ["a format that does not exist", { ...SCREENSHOT, screenshotFormat: "gif" }, "screenshotFormat"],
    ["a user that is no UUID", { ...SCREENSHOT, userIds: ["ada"] }, "userIds"],
  ])("refused: notifications with %s", async (_, notification, field) => {
    const answer = await ask(`POST ${runsOf()}`, { body: { notifications: [notification] } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(field);
    expect(hex.workspace.runs).toEqual([]);
  });

  test("notifications are repeated in the answer, one for each recipient", async () => {
    const asked = {
      type: "SUCCESS",
      includeSuccessScreenshot: true,
      screenshotFormat: "pdf",
      subject: "Revenue",
      slackChannelIds: ["C1", "C2"],
      userIds: [NOBODY],
      groupIds: [VIEW],
    };
    const shared = { type: "SUCCESS", includeSuccessScreenshot: true, screenshotFormat: ["pdf"], subject: "Revenue" };
    const name = expect.any(String);
    const echo = [
      { ...shared, recipientType: "SLACK_CHANNEL", recipient: { id: "C1", name, isPrivate: false } },
      { ...shared, recipientType: "SLACK_CHANNEL", recipient: { id: "C2", name, isPrivate: false } },
      { ...shared, recipientType: "USER", recipient: { id: NOBODY, name } },
      { ...shared, recipientType: "GROUP", recipient: { id: VIEW, name } },
    ];
    const started = await ask(`POST ${runsOf()}`, { body: { notifications: [asked] } });
    expect(started).toMatchObject({ status: 201, json: { notifications: echo } });
    const { runId } = z.object({ runId: z.string() }).parse(started.json);
    expect((await ask(`GET ${runsOf()}/${runId}`)).json).toMatchObject({ notifications: echo });
    expect((await ask(`GET ${runsOf()}`)).json).toMatchObject({ runs: [{ notifications: echo }] });
  });

  test("updateCache, the former name of updatePublishedResults, still works", async () => {
    await start({ updateCache: true });
    expect(hex.workspace.runs).toMatchObject([{ updatePublishedResults: true }]);
    expect((await ask(`POST ${runsOf()}`, { body: { updateCache: true, inputParams: { days: 1 } } })).status).toBe(422);
  });

  test("the version is a number in the answer to a start, and text everywhere else", async () => {
    const { json } = await ask(`POST ${runsOf()}`);
    expect(json).toMatchObject({ projectVersion: 1 });
    const { runId } = z.object({ runId: z.string() }).parse(json);
    expect((await ask(`GET ${runsOf()}/${runId}`)).json).toMatchObject({ projectVersion: "1" });
  });

  test("a project that is not published is refused, even for a dry run", async () => {
    project.lastPublishedAt = null;
    for (const dryRun of [true, false]) {
      const answer = await ask(`POST ${runsOf()}`, { body: { dryRun } });
      expect(answer.status).toBe(422);
      expect(answer.text).toMatch(/published/);
    }
  });

  test("if Hex is set to that, it answers 409 to wrong inputs, unpublished projects and finished runs", async () => {
    hex.workspace.refusalStatus = 409;
    expect((await ask(`POST ${runsOf()}`, { body: { inputParams: { dyas: 1 } } })).status).toBe(409);
    const runId = await start();
    clock.advance(DAY);
    expect((await ask(`DELETE ${runsOf()}/${runId}`)).status).toBe(409);
    project.lastPublishedAt = null;
    expect((await ask(`POST ${runsOf()}`)).status).toBe(409);
  });

  const SENTENCES = ["days must be of type NUMBER", "dyas is not an input of this project"];
  test.each([
    ["code", "string", "issues", SENTENCES.map((message) => ({ message }))],
    ["reason", "string", "details", SENTENCES.join("; ")],
    ["reason", "list", "details", SENTENCES],
  ] as const)(
    "inputs are refused in words, in the shape %s (details: a %s)",
    async (shape, detailsAs, key, expected) => {
      Object.assign(hex.workspace, { errorShape: shape, detailsAs, refusedInputs: "worded" });
      const answer = await ask(`POST ${runsOf()}`, { body: { inputParams: { days: "1", dyas: 1 } } });
      expect(answer).toMatchObject({ status: 422, json: { [key]: expected } });
    },
  );

  test("inputs are refused as older servers list them", async () => {
    hex.workspace.refusedInputs = "listed";
    expect((await ask(`POST ${runsOf()}`, { body: { inputParams: { days: "1", dyas: 1 } } })).json).toEqual({
      traceId: expect.any(String),
      notFound: ["dyas"],
      invalid: [{ dataType: "NUMBER", inputCellType: "NUMBER_INPUT", paramName: "days", paramValue: "1" }],
    });
  });

  test("a run is refused if no kernel is free; a run that ends frees one, and a dry run needs none", async () => {
    hex.workspace.kernelsBusy = 24;
    await start();
    expect((await ask(`POST ${runsOf()}`)).status).toBe(503);
    expect(hex.workspace.runs).toHaveLength(1);
    expect((await ask(`POST ${runsOf()}`, { body: { dryRun: true } })).status).toBe(201);
    clock.advance(project.run.pendingMs + project.run.runningMs);
    await start();
  });

  test("no body, an empty body and all options are accepted, and the answer has no status", async () => {
    await start("");
    await start({
      inputParams: { days: 1, period: { start: "2026-01-01", end: "2026-02-01" } },
      useCachedSqlResults: false,
    });
    await start({ viewId: VIEW });
    const { json } = await ask(`POST ${runsOf()}`, { body: { updatePublishedResults: true } });
    expect(json).toMatchObject({ projectId: project.id, projectVersion: project.version });
    expect(json).not.toHaveProperty("status");
    expect(hex.workspace.runs).toMatchObject([
      { trigger: "API", inputParams: null, useCachedSqlResults: true },
      { inputParams: { days: 1 }, useCachedSqlResults: false },
      { viewId: VIEW },
      { updatePublishedResults: true },
    ]);
  });

  test("a dry run starts nothing", async () => {
    const { status, json } = await ask(`POST ${runsOf()}`, { body: { dryRun: true } });
    expect(status).toBe(201);
    expect(hex.workspace.runs).toEqual([]);
    const { runId } = z.object({ runId: z.string() }).parse(json);
    expect((await ask(`GET ${runsOf()}/${runId}`)).status).toBe(404);
  });
});

describe("the life of a run", () => {
  test.each(["COMPLETED", "ERRORED", "KILLED"] as const)("PENDING, RUNNING, %s", async (outcome) => {
    project.run = { ...project.run, outcome, pendingMs: 1_000, runningMs: 5_000 };
    const runId = await start();
    const read = () => ask(`GET ${runsOf()}/${runId}`, { headers: { "enable-expanded-stats": "true" } });
    expect((await read()).json).toMatchObject({ status: "PENDING", startTime: null, endTime: null, elapsedTime: null });
    clock.advance(1_000);
    clock.advance(4_999);
    expect((await read()).json).toMatchObject({ status: "RUNNING", endTime: null, elapsedTime: 4_999 });
    clock.advance(1);
    const endTime = new Date(clock.now()).toISOString();
    clock.advance(DAY);
    expect((await read()).json).toMatchObject({
      status: outcome,
      endTime,
      elapsedTime: 5_000,
      stateEvents: [{ value: "PENDING" }, { value: "RUNNING" }, { value: outcome }],
    });
  });

  test("without a kernel it never starts", async () => {
    project.run.outcome = "UNABLE_TO_ALLOCATE_KERNEL";
    const runId = await start();
    clock.advance(project.run.pendingMs);
    expect((await ask(`GET ${runsOf()}/${runId}`)).json).toMatchObject({
      status: "UNABLE_TO_ALLOCATE_KERNEL",
      startTime: null,
    });
  });

  test("a cancellation gets 204 without a body, KILLED a little later, and is refused after that", async () => {
    const runId = await start();
    clock.advance(project.run.pendingMs);
    expect(await ask(`DELETE ${runsOf()}/${runId}`)).toMatchObject({ status: 204, text: "" });
    clock.advance(project.run.cancelMs - 1);
    expect(await statusOf(runId)).toBe("RUNNING");
    // A second cancellation does not delay it.
    expect((await ask(`DELETE ${runsOf()}/${runId}`)).status).toBe(204);
    clock.advance(1);
    expect(await statusOf(runId)).toBe("KILLED");
    const again = await ask(`DELETE ${runsOf()}/${runId}`);
    expect(again.status).toBe(422);
    expect(again.text).toMatch(/finished/);
  });

  test("a run that ends before its cancellation takes effect keeps its end", async () => {
    const runId = await start();
    clock.advance(project.run.pendingMs + project.run.runningMs - 1);
    await ask(`DELETE ${runsOf()}/${runId}`);
    clock.advance(DAY);
    expect(await statusOf(runId)).toBe("COMPLETED");
  });

  test("a test can give a run any status, end it, cancel it in Hex, or remove it", async () => {
    const runId = await start();
    hex.workspace.setStatus(runId, "DREAMING");
    expect(await statusOf(runId)).toBe("DREAMING");
    hex.workspace.finishRun(runId, "COMPLETED");
    expect(hex.workspace.run(runId)).toMatchObject({ startedAt: clock.now(), endedAt: clock.now() });
    const other = await start();
    hex.workspace.cancelInHex(other);
    expect(await statusOf(other)).toBe("KILLED");
    hex.workspace.removeRun(other);
    expect((await ask(`GET ${runsOf()}/${other}`)).status).toBe(404);
  });

  test("runs are kept for 90 days", async () => {
    const runId = await start();
    clock.advance(90 * DAY - 1);
    expect(await statusOf(runId)).toBe("COMPLETED");
    clock.advance(1);
    expect((await ask(`GET ${runsOf()}/${runId}`)).status).toBe(404);
  });
});

describe("ids that are wrong or not visible", () => {
  const paths = {
    "an unknown project": () => `GET /projects/${NOBODY}`,
    "a project that is not shared": () => `GET /projects/${hex.workspace.addProject({ visible: false }).id}`,
    "an unknown run": () => `GET ${runsOf()}/${NOBODY}`,
    "a run of another project": () => {
      const other = hex.workspace.addProject();
      return `DELETE ${runsOf()}/${hex.workspace.startRun(other.id).id}`;
    },
  };
  test.each(Object.entries(paths))("%s: the answer is what Hex is set to", async (_, path) => {
    for (const status of [400, 403, 404, 422] as const) {
      hex.workspace.invisibleStatus = status;
      expect((await ask(path())).status).toBe(status);
    }
  });

  test("the answer names the reason, or has only the status's own words", async () => {
    hex.workspace.invisibleStatus = 422;
    expect((await ask(`GET /projects/${NOBODY}`)).text).toContain("Project could not be found");
    hex.workspace.invisibleWords = "vague";
    expect((await ask(`GET /projects/${NOBODY}`)).json).toEqual({
      code: "UNPROCESSABLE_CONTENT",
      message: "Unprocessable Entity",
    });
  });

  test("what is no UUID gets a 400; any version or case of UUID is accepted", async () => {
    expect((await ask("GET /projects/revenue")).json).toMatchObject({
      code: "BAD_REQUEST",
      message: "Invalid input data",
      issues: [{ path: ["projectId"] }],
    });
    expect((await ask(`GET ${runsOf()}/1`)).status).toBe(400);
    expect((await ask(`GET /projects/${project.id.toUpperCase()}`)).status).toBe(200);
    const seven = hex.workspace.addProject({ id: NOBODY });
    expect((await ask(`GET /projects/${seven.id}`)).json).toMatchObject({ id: NOBODY, title: seven.title });
  });

  test("the old paths are gone, unless a test switches them on", async () => {
    const old = `POST /project/${project.id}/run`;
    expect((await ask(old)).status).toBe(404);
    hex.workspace.oldPaths = true;
    expect((await ask(old)).status).toBe(201);
    expect((await ask(`GET /project/${project.id}/runs`)).json).toMatchObject({ runs: [{ status: "PENDING" }] });
  });

  test("outside the API there is the web app", async () => {
    const response = await fetch(`${hex.origin}/acme/api`);
    expect(response.status).toBe(200);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });
});

describe("shapes of errors", () => {
  const REASON = { reason: expect.any(String), traceId: expect.any(String) };
  const CODE = { code: "NOT_FOUND", message: expect.any(String) };
  test.each([
    ["natural", REASON, CODE],
    ["reason", REASON, REASON],
    ["code", CODE, CODE],
  ] as const)("%s", async (shape, ofCancel, ofRead) => {
    hex.workspace.errorShape = shape;
    const path = `${runsOf()}/${NOBODY}`;
    const cancel = await ask(`DELETE ${path}`);
    const read = await ask(`GET ${path}`);
    expect(cancel.json).toEqual(ofCancel);
    expect(read.json).toEqual(ofRead);
    // If the body has no trace id, the header has it.
    for (const { json, headers } of [cancel, read])
      expect(headers.has("x-trace-id")).toBe(!z.object({ traceId: z.string() }).safeParse(json).success);
  });
});

describe("pages of projects", () => {
  const pageSchema = z.object({
    values: z.array(z.object({ title: z.string() })),
    pagination: z.object({ after: z.string().nullable(), before: z.string().nullable() }),
  });
  const page = async (query: string) => {
    const { values, pagination } = pageSchema.parse((await ask(`GET /projects?${query}`)).json);
    return { titles: values.map((value) => value.title), ...pagination };
  };

  test("pages go forward and back by cursor, newest first, with 25 projects by default", async () => {
    hex.workspace.removeProject(project.id);
    for (let i = 1; i <= 60; i++) hex.workspace.addProject({ title: `P${i}`, createdAt: clock.now() + i });
    const first = await page("");
    expect(first.titles).toHaveLength(25);
    expect(first.titles[0]).toBe("P60");
    expect(first.before).not.toBeNull();
    const second = await page(`after=${first.after}`);
    const last = await page(`after=${second.after}`);
    expect(last).toMatchObject({ titles: expect.arrayContaining(["P1"]), after: null });
    expect([...first.titles, ...second.titles, ...last.titles]).toHaveLength(60);
    expect((await page(`before=${second.before}`)).titles).toEqual(first.titles);
    expect((await page("limit=100&sortDirection=ASC")).titles[0]).toBe("P1");
  });

  test("filters work; archived, trashed, component and unshared projects appear only on request, or never", async () => {
    hex.workspace.addProject({ title: "old", archived: true });
    hex.workspace.addProject({ title: "bin", trashed: true });
    hex.workspace.addProject({ title: "part", type: "COMPONENT" });
    hex.workspace.addProject({ title: "secret", visible: false });
    hex.workspace.addProject({
      title: "live",
      status: "Live",
      categories: ["Finance"],
      creatorEmail: "eve@example.com",
    });
    expect((await page("limit=100")).titles).toEqual(["live", project.title]);
    expect((await page("includeArchived=true&includeTrashed=true&includeComponents=true")).titles.sort()).toEqual(
      ["live", "old", "bin", "part", project.title].sort(),
    );
    for (const query of ["statuses=Live&statuses=Dead", "categories=Finance", "creatorEmail=eve@example.com"])
      expect((await page(query)).titles).toEqual(["live"]);
  });

  test("a cursor is the time and id of a row; a project that is edited in the meantime moves only in the order of edits", async () => {
    hex.workspace.removeProject(project.id);
    for (let i = 1; i <= 6; i++) hex.workspace.addProject({ title: `P${i}`, createdAt: clock.now() + i });
    const read = async (sortBy: string, edited: string) => {
      const first = await page(`limit=3&sortBy=${sortBy}`);
      for (const { title, lastEditedAt } of hex.workspace.projects.map((one) => one))
        if (title === edited)
          Object.assign(hex.workspace.projects.find((one) => one.title === title) ?? {}, {
            lastEditedAt: lastEditedAt + DAY,
          });
      const second = await page(`limit=3&sortBy=${sortBy}&after=${first.after}`);
      return { first, titles: [...first.titles, ...second.titles] };
    };
    const { first, titles } = await read("CREATED_AT", "P2");
    const last = hex.workspace.projects.find(({ title }) => title === "P4");
    expect(Buffer.from(first.after ?? "", "base64url").toString()).toBe(
      `v2:["${new Date(last?.createdAt ?? 0).toISOString()}","${last?.id}"]`,
    );
    expect(titles).toEqual(["P6", "P5", "P4", "P3", "P2", "P1"]);
    // P2 is now the latest edited. P5, the last of the first page, is edited in the meantime, so what follows it is read again.
    const again = await read("LAST_EDITED_AT", "P5");
    expect(again.titles).toEqual(["P2", "P6", "P5", "P2", "P6", "P4"]);
  });

  test("a project says where it is shared, by name, if that is asked for", async () => {
    const collections = { Finance: "NONE" } as const;
    const { id } = hex.workspace.addProject({ sharing: { groups: { Analysts: "CAN_EDIT" }, collections } });
    const sharing = {
      users: [{ access: "FULL_ACCESS", user: { email: "ada@example.com" } }],
      groups: [{ access: "CAN_EDIT", group: { name: "Analysts" } }],
      collections: [{ access: "NONE", collection: { name: "Finance" } }],
      workspace: { access: "CAN_VIEW" },
      publicWeb: { access: "NONE" },
      support: { access: "NONE" },
    };
    expect((await ask(`GET /projects/${id}?includeSharing=true`)).json).toMatchObject({ id, sharing });
    expect((await ask("GET /projects?includeSharing=true")).json).toMatchObject({ values: [{ id, sharing }, {}] });
    expect((await ask(`GET /projects/${id}`)).json).not.toHaveProperty("sharing");
  });

  test.each(["limit=0", "limit=101", "limit=x", "sortBy=TITLE", "after=nonsense", "includeArchived=yes"])(
    "refused: %s",
    async (query) => {
      expect((await ask(`GET /projects?${query}`)).status).toBe(400);
    },
  );
});

describe("pages of runs", () => {
  const pageSchema = z.object({
    runs: z.array(z.object({ runId: z.string() })),
    nextPage: z.string().nullable(),
    previousPage: z.string().nullable(),
  });
  const page = async (query: string) => pageSchema.parse((await ask(`GET ${runsOf()}?${query}`)).json);

  test("pages go by offset without a gap, with filters by status and trigger", async () => {
    for (let i = 1; i <= 5; i++) hex.workspace.startRun(project.id, { startedAt: clock.now() - i * DAY });
    const mine = await start();
    const first = await page("limit=4");
    const second = await page("limit=4&offset=4");
    expect(new Set([...first.runs, ...second.runs].map((run) => run.runId)).size).toBe(6);
    expect(first).toMatchObject({ nextPage: expect.stringContaining("offset=4"), previousPage: null });
    expect(second).toMatchObject({ nextPage: null, previousPage: expect.stringContaining("offset=0") });
    expect((await page("runTriggerFilter=API")).runs).toMatchObject([{ runId: mine }]);
    expect((await page("statusFilter=COMPLETED")).runs).toHaveLength(5);
    hex.workspace.listRunsDefaultTrigger = "API";
    expect((await page("")).runs).toHaveLength(1);
    expect((await page("runTriggerFilter=ALL")).runs).toHaveLength(6);
  });

  test.each(["limit=101", "offset=-1", "statusFilter=DONE", "runTriggerFilter=CRON"])("refused: %s", async (query) => {
    expect((await ask(`GET ${runsOf()}?${query}`)).status).toBe(400);
  });
});

describe("limits", () => {
  /** How many of `count` requests get through. */
  async function letThrough(what: string, count: number, body?: unknown): Promise<number> {
    let passed = 0;
    for (let i = 0; i < count; i++) if ((await ask(what, { body })).status !== 429) passed++;
    return passed;
  }

  test("30 requests a minute for each group and 60 in all, in a window that begins with its first request", async () => {
    expect(await letThrough(`GET /projects/${project.id}`, 31)).toBe(30);
    expect(await letThrough(`GET ${runsOf()}`, 1)).toBe(0);
    expect(await letThrough("GET /users/me", 20)).toBe(20);
    expect(await letThrough(`GET /cells?projectId=${project.id}`, 11)).toBe(10);
    expect(await letThrough("GET /projects", 1)).toBe(0);
    clock.advance(59_999);
    expect(await letThrough("GET /projects", 1)).toBe(0);
    clock.advance(1);
    expect(await letThrough("GET /projects", 31)).toBe(31);
    expect(await letThrough("GET /users/me", 30)).toBe(29);
  });

  test("starts have no separate limit, unless a test sets one", async () => {
    expect(await letThrough(`POST ${runsOf()}`, 61, { dryRun: true })).toBe(60);
    clock.advance(60 * 60_000);
    Object.assign(hex.workspace.rateLimits, { runPerMinute: 20, runPerHour: 60 });
    const dry = { dryRun: true };
    for (let minute = 0; minute < 3; minute++) {
      expect(await letThrough(`POST ${runsOf()}`, 21, dry)).toBe(20);
      clock.advance(60_000);
    }
    expect(await letThrough(`POST ${runsOf()}`, 1, dry)).toBe(0);
    clock.advance(57 * 60_000);
    expect(await letThrough(`POST ${runsOf()}`, 1, dry)).toBe(1);
  });

  test("the tokens of one user share their limits, and a workspace token has its own", async () => {
    await letThrough("GET /users/me", 30);
    token = hex.workspace.addToken();
    expect(await letThrough("GET /users/me", 1)).toBe(0);
    token = hex.workspace.addToken({ kind: "workspace", scopes: ["users"] });
    expect(await letThrough("GET /users/me", 1)).toBe(1);
  });

  test.each([
    ["none", { "retry-after": null, "x-ratelimit-reset": null }],
    ["seconds", { "retry-after": "50" }],
    ["date", { "retry-after": "Mon, 02 Nov 2026 09:01:00 GMT" }],
    ["x-ratelimit", { "x-ratelimit-reset": String(Date.UTC(2026, 10, 2, 9, 1) / 1_000), "x-ratelimit-remaining": "0" }],
  ] as const)("what a 429 carries: %s", async (style, expected) => {
    Object.assign(hex.workspace.rateLimits, { usersPerMinute: 1, headers: style });
    await ask("GET /users/me");
    clock.advance(10_000);
    const { status, headers } = await ask("GET /users/me");
    expect(status).toBe(429);
    for (const [name, value] of Object.entries(expected)) expect(headers.get(name)).toBe(value);
  });
});

describe("cells and data connections", () => {
  const page = z.object({
    values: z.array(z.object({ id: z.string(), name: z.string().optional() })),
    pagination: z.object({ after: z.string().nullable(), before: z.string().nullable() }),
  });
  const list = async (what: string) => page.parse((await ask(`GET ${what}`)).json);
  const addCell = (dataConnectionId: string) => {
    const id = randomUUID();
    const contents = { codeCell: null, sqlCell: null, markdownCell: null };
    project.cells.push({ id, staticId: randomUUID(), cellType: "SQL", label: null, dataConnectionId, contents });
  };

  test("cells come in pages, in order, with cursors in both directions", async () => {
    for (let index = 0; index < 5; index++) addCell(VIEW);
    const ids = project.cells.map(({ id }) => id);
    const first = await list(`/cells?projectId=${project.id}&limit=2`);
    expect(first.values.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    const second = await list(`/cells?projectId=${project.id}&limit=2&after=${first.pagination.after}`);
    expect(second.values.map(({ id }) => id)).toEqual(ids.slice(2, 4));
    const last = await list(`/cells?projectId=${project.id}&limit=2&after=${second.pagination.after}`);
    expect([last.values.map(({ id }) => id), last.pagination.after]).toEqual([ids.slice(4), null]);
    const back = await list(`/cells?projectId=${project.id}&limit=2&before=${second.pagination.before}`);
    expect(back.values.map(({ id }) => id)).toEqual(ids.slice(0, 2));
    for (const query of ["limit=0", "limit=101", "after=nonsense"])
      expect((await ask(`GET /cells?projectId=${project.id}&${query}`)).status).toBe(400);
    expect((await ask(`GET /cells?projectId=${NOBODY}`)).status).toBe(404);
  });

  test("data connections are sorted by name, and hold more than their names", async () => {
    const { id } = hex.workspace.addDataConnection({ name: "Snowflake prod" });
    hex.workspace.addDataConnection({ name: "BigQuery", type: "bigquery" });
    expect((await list("/data-connections")).values.map(({ name }) => name)).toEqual(["BigQuery", "Snowflake prod"]);
    expect((await ask("GET /data-connections")).text).toContain("internal.acme.test");
    const [newest] = (await list("/data-connections?sortBy=NAME&sortDirection=DESC&limit=1")).values;
    expect(newest?.name).toBe("Snowflake prod");
    expect((await ask("GET /data-connections?sortBy=TYPE")).status).toBe(400);
    hex.workspace.removeDataConnection(id);
    expect((await list("/data-connections")).values).toHaveLength(1);
  });

  test.each([
    ["personal", [200, 200]],
    ["workspace", [403, 403]],
  ] as const)("a %s token without their scopes", async (kind, expected) => {
    token = hex.workspace.addToken({ kind });
    const statuses = async () => [
      (await ask(`GET /cells?projectId=${project.id}`)).status,
      (await ask("GET /data-connections")).status,
    ];
    expect(await statuses()).toEqual(expected);
    if (kind === "personal") return;
    expect((await ask("GET /data-connections")).json).toMatchObject({
      message: expect.stringContaining("Data connections: Read"),
    });
    hex.workspace.readCoversCells = true;
    expect(await statuses()).toEqual([200, 403]);
    hex.workspace.readCoversCells = false;
    hex.workspace.setScopes(token, ["cells", "connections"]);
    expect(await statuses()).toEqual([200, 200]);
    expect((await ask("GET /projects")).status).toBe(403);
  });
});

describe("charts", () => {
  const NOTHING = { codeCell: null, sqlCell: null, markdownCell: null };
  const SQL = { ...NOTHING, sqlCell: { source: "select 1", outputDataframe: "df" } };
  test("a completed run has a PNG, and any other run is refused", async () => {
    project.cells.push(
      { id: NOBODY, staticId: NOBODY, cellType: "CHART", label: "Revenue", dataConnectionId: null, contents: NOTHING },
      { id: project.id, staticId: project.id, cellType: "SQL", label: null, dataConnectionId: VIEW, contents: SQL },
    );
    const runId = await start();
    const image = (query = "", cell = NOBODY) => ask(`GET ${runsOf()}/${runId}/cells/${cell}/image${query}`);
    expect((await image()).status).toBe(422);
    clock.advance(DAY);
    expect((await ask(`GET /cells?projectId=${project.id}`)).json).toMatchObject({
      values: [
        { label: "Revenue", dataConnectionId: null, contents: NOTHING, projectId: project.id },
        { dataConnectionId: VIEW, contents: SQL },
      ],
    });
    const { json } = await image("?width=200&height=100");
    const { imageBase64 } = z.object({ imageBase64: z.string(), mimeType: z.literal("image/png") }).parse(json);
    const png = Buffer.from(imageBase64, "base64");
    expect([png.toString("latin1", 1, 4), png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual(["PNG", 200, 100]);
    for (const query of ["?width=200", "?width=99&height=100", "?width=200&height=2001"])
      expect((await image(query)).status).toBe(400);
    expect((await image("", project.id)).status).toBe(422);
  });
});

describe("faults", () => {
  test("faults hit their endpoint as often as they are set to, and then no more", async () => {
    hex.faults.add({ kind: { type: "status", status: 500 }, endpoint: "me", times: 2 });
    expect((await ask("GET /projects")).status).toBe(200);
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await ask("GET /users/me")).status);
    expect(statuses).toEqual([500, 500, 200]);
    hex.faults.add({ kind: { type: "html", status: 502 }, times: Number.POSITIVE_INFINITY });
    expect((await ask("GET /projects")).text).toMatch(/^<!doctype html>/);
    hex.faults.clear();
    expect((await ask("GET /projects")).status).toBe(200);
  });

  test.each([true, false])(
    "when an answer is lost, the run exists only if the request took effect (%s)",
    async (afterEffect) => {
      for (const type of ["reset", "truncated", "emptyBody", "html"] as const) {
        hex.faults.add({ kind: { type }, endpoint: "runProject", afterEffect });
        await ask(`POST ${runsOf()}`).catch(() => undefined);
      }
      expect(hex.workspace.runs).toHaveLength(afterEffect ? 4 : 0);
    },
  );

  test.each(["hang", "stall"] as const)(
    "%s: the answer does not end until Hex stops, and other requests are served",
    async (type) => {
      hex.faults.add({ kind: { type }, endpoint: "me" });
      const me = fetch(`${hex.origin}/api/v1/users/me`, { headers: { authorization: `Bearer ${token}` } });
      const read = me.then((response) => response.text());
      const asked = read.then(
        () => "answered",
        () => "broken",
      );
      await hex.waitFor(({ endpoint }) => endpoint === "me");
      expect((await ask("GET /projects")).status).toBe(200);
      await hex.stop();
      expect(await asked).toBe("broken");
    },
  );

  test("a delay ends when the test says so", async () => {
    let release: () => void = () => undefined;
    const until = new Promise<void>((resolve) => {
      release = resolve;
    });
    hex.faults.add({ kind: { type: "delay", until } });
    const asked = ask("GET /users/me");
    expect((await hex.waitFor(({ endpoint }) => endpoint === "me")).status).toBeNull();
    release();
    expect((await asked).status).toBe(200);
    await expect(hex.waitFor(({ status }) => status === 200)).resolves.toMatchObject({ method: "GET" });
  });

  test("a slow answer comes when its time has passed, and a fault that is removed hits nothing more", async () => {
    const slow = { kind: { type: "slow", ms: 5_000 }, times: Number.POSITIVE_INFINITY } as const;
    hex.faults.add(slow);
    const asked = ask("GET /users/me");
    expect((await hex.waitFor(({ endpoint }) => endpoint === "me")).status).toBeNull();
    clock.advance(5_000);
    expect((await asked).status).toBe(200);
    hex.faults.remove(slow);
    expect((await ask("GET /users/me")).status).toBe(200);
  });

  test("old requests can be forgotten, except those that have no answer yet", async () => {
    await ask("GET /users/me");
    hex.faults.add({ kind: { type: "hang" } });
    void ask("GET /users/me").catch(() => undefined);
    await hex.waitFor(({ status }) => status === null);
    clock.advance(1_000);
    await ask("GET /users/me");
    hex.forget(clock.now());
    expect(hex.requests.map(({ status }) => status)).toEqual([null, 200]);
  });

  test("a wait that can no longer succeed ends, and says what had arrived", async () => {
    await ask("GET /users/me");
    const waiting = expect(hex.waitFor(({ endpoint }) => endpoint === "runProject")).rejects.toThrow(
      /stopped[\s\S]*GET \/api\/v1\/users\/me -> 200/,
    );
    await hex.stop();
    await waiting;
  });
});
