// Every way in which Hex can refuse, over the wire: the kind, and what a person is told.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { provesNoEffect } from "../../src/hex/errors.js";
import { remedyFor } from "../../src/remedies/hex.js";
import { CALL, failure, soon, startWire, type Wire } from "./wire.js";

const NOBODY = "018f2a1e-0000-7000-8000-000000000001";
let wire: Wire;
beforeEach(async () => {
  wire = await startWire();
});
afterEach(() => wire.stop());

const once = { ...CALL, timeoutMs: 5_000, once: true };

describe("another answer than the API's", () => {
  test.each([
    [{ type: "html" }, "not_hex"],
    [{ type: "html", status: 404 }, "not_hex"],
    [{ type: "status", status: 302, body: "", headers: { location: "https://login.test/" } }, "not_hex"],
    [{ type: "truncated" }, "unreadable"],
    [{ type: "emptyBody" }, "unreadable"],
    [{ type: "status", status: 200, body: [] }, "unreadable"],
    [{ type: "html", status: 503 }, "hex_failed"],
    [{ type: "bareText", status: 401, text: "Unauthorized" }, "unauthorized"],
    [{ type: "status", status: 418, body: "teapot" }, "request_refused"],
  ] as const)("%j", async (kind, expected) => {
    wire.hex.faults.add({ kind, times: 9 });
    expect((await soon(wire.clock, failure(wire.client.me(once)), 500)).kind).toBe(expected);
  });
});

describe.each(["reason", "code", "natural"] as const)("errors in the shape %s", (shape) => {
  beforeEach(() => {
    wire.hex.workspace.errorShape = shape;
  });

  test("a dead token", async () => {
    wire.hex.workspace.revokeToken(wire.token);
    const error = await failure(wire.client.me(CALL));
    expect(error.kind).toBe("unauthorized");
    const text = JSON.stringify(remedyFor(error.facts));
    expect(text).toContain("Create a new token");
    expect(text).toContain("another Hex stack");
    expect(text).toContain("HEX_WORKSPACE_URL");
  });

  test("a missing scope is named; reading needs another than running", async () => {
    const { id } = wire.hex.workspace.addProject();
    wire.hex.workspace.setScopes(wire.token, ["read"]);
    const run = await failure(wire.client.startRun(id, {}, CALL));
    expect(run.kind).toBe("scope");
    expect(remedyFor(run.facts).todo[0]).toContain('Create a token with the "Run projects" scope');
    wire.hex.workspace.setScopes(wire.token, []);
    const read = await failure(wire.client.projectPage(CALL, null));
    expect(remedyFor(read.facts).todo[0]).toContain('"Read projects"');
  });

  test("a plan without the API", async () => {
    wire.hex.workspace.planAllowsApi = false;
    expect((await failure(wire.client.me(CALL))).kind).toBe("plan");
  });

  test.each([
    [404, "not_found"],
    [403, "forbidden"],
    [400, "bad_request"],
    [422, "not_found"],
  ] as const)("an id that is not there, answered %d", async (status, kind) => {
    wire.hex.workspace.invisibleStatus = status;
    const error = await failure(wire.client.project(NOBODY, CALL));
    expect(error.kind).toBe(kind);
    if (status === 404) expect(JSON.stringify(remedyFor(error.facts))).toContain("Check `HEX_WORKSPACE_URL`");
  });

  test.each([409, 422] as const)("not published, answered %d", async (status) => {
    wire.hex.workspace.refusalStatus = status;
    const { id } = wire.hex.workspace.addProject({ published: false });
    expect((await failure(wire.client.startRun(id, {}, CALL))).kind).toBe("not_published");
  });

  describe.each([400, 409, 422] as const)("refused inputs are named, with the type that was expected: %d", (status) => {
    test.each(["issues", "worded", "listed"] as const)("told as Hex does it: %s", async (refusedInputs) => {
      Object.assign(wire.hex.workspace, { refusalStatus: status, refusedInputs });
      const { id } = wire.hex.workspace.addProject({ inputs: { days: { dataType: "NUMBER" } } });
      const inputParams = { days: "many", regoin: "EU" };
      for (const error of [
        await failure(wire.client.startRun(id, { inputParams }, CALL)),
        await failure(wire.client.dryRun(id, { inputParams }, CALL)),
      ]) {
        expect(error.kind).toBe("inputs_refused");
        expect(remedyFor(error.facts).causes).toEqual([
          "The published app has no input `regoin`.",
          '`days` must be NUMBER, not `"many"`.',
        ]);
      }
    });
  });

  test.each([409, 422] as const)("cancelling a finished run, answered %d", async (status) => {
    wire.hex.workspace.refusalStatus = status;
    const { id } = wire.hex.workspace.addProject();
    const { runId } = await wire.client.startRun(id, {}, CALL);
    wire.hex.workspace.finishRun(runId, "COMPLETED");
    expect((await failure(wire.client.cancelRun(id, runId, CALL))).kind).toBe("already_finished");
  });

  test("no kernel: no run was created", async () => {
    const { id } = wire.hex.workspace.addProject();
    wire.hex.workspace.kernelsBusy = 25;
    const error = await failure(wire.client.startRun(id, {}, CALL));
    expect(error.kind).toBe("no_kernel");
    expect(provesNoEffect(error.kind)).toBe(true);
  });

  test("a 500 carries Hex's trace id", async () => {
    const { id } = wire.hex.workspace.addProject();
    wire.hex.faults.add({ kind: { type: "status", status: 500 }, endpoint: "runProject" });
    const error = await failure(wire.client.startRun(id, {}, CALL));
    expect(error.kind).toBe("hex_failed");
    expect(error.facts.traceId).toMatch(/\w/);
  });
});

describe("a 400", () => {
  const VIEW_ISSUE = { validation: "uuid", code: "invalid_string", message: "Invalid uuid", path: ["viewId"] };
  const asks = {
    start: () => wire.client.startRun(NOBODY, { viewId: "quarterly" }, CALL),
    dry: () => wire.client.dryRun(NOBODY, { viewId: "quarterly" }, CALL),
    project: () => wire.client.project(NOBODY, CALL),
    run: () => wire.client.run(NOBODY, NOBODY, CALL),
    runs: () => wire.client.runs(NOBODY, { limit: 1 }, CALL),
    cancel: () => wire.client.cancelRun(NOBODY, NOBODY, CALL),
    list: () => wire.client.projectPage(CALL, null),
  };
  test.each<[keyof typeof asks, unknown, string]>([
    ["start", { code: "BAD_REQUEST", message: "Invalid input data", issues: [VIEW_ISSUE] }, "request_refused"],
    ["start", { code: "BAD_REQUEST", message: "Invalid input data", issues: [{ message: "no" }] }, "request_refused"],
    ["start", { code: "BAD_REQUEST", message: "Invalid input data" }, "request_refused"],
    ["start", { reason: "Invalid input data", details: "viewId: Invalid uuid" }, "request_refused"],
    ["start", "Bad Request", "request_refused"],
    ["start", { message: "Invalid input data", issues: [{ message: "x", path: ["projectId"] }] }, "bad_request"],
    ["start", { message: "Invalid input data", issues: [{ message: "x", path: "/params/projectId" }] }, "bad_request"],
    ["start", { reason: "projectId must be a UUID" }, "bad_request"],
    ["start", { reason: "Invalid project id" }, "bad_request"],
    ["start", { reason: "Project not found" }, "not_found"],
    ["start", { reason: "Project must be published" }, "not_published"],
    ["dry", { message: "Invalid input data", issues: [VIEW_ISSUE] }, "request_refused"],
    ["project", { message: "Invalid input data", issues: [{ message: "x", path: ["projectId"] }] }, "bad_request"],
    ["project", "Bad Request", "bad_request"],
    ["run", { message: "Invalid input data", issues: [{ message: "x", path: ["runId"] }] }, "bad_request"],
    ["cancel", { reason: "Invalid run id" }, "bad_request"],
    ["runs", { message: "Invalid input data", issues: [{ message: "x", path: ["limit"] }] }, "request_refused"],
    ["runs", { reason: "Invalid query parameters" }, "request_refused"],
    ["list", { reason: "Invalid input data", details: "limit: too large" }, "bad_request"],
  ])("on %s, %j: %s", async (ask, body, kind) => {
    wire.hex.faults.add({ kind: { type: "status", status: 400, body } });
    expect((await failure(asks[ask]())).kind).toBe(kind);
  });

  test("a saved view that is no id is told in Hex's words, with what --view takes", async () => {
    const { id } = wire.hex.workspace.addProject();
    const { facts } = await failure(wire.client.startRun(id, { viewId: "quarterly" }, CALL));
    expect(facts).toMatchObject({
      kind: "request_refused",
      status: 400,
      detail: expect.stringMatching(/^Invalid input data: viewId: /),
    });
    expect(remedyFor(facts).todo.join("\n")).toContain("`--view` takes the id of a saved view");
  });
});

describe("inputs that Hex refuses", () => {
  const facts = async (issues: unknown, inputParams: Record<string, string> = { days: "many", regoin: "EU" }) => {
    const body = { code: "BAD_REQUEST", message: "Invalid input data", issues };
    wire.hex.faults.add({ kind: { type: "status", status: 400, body } });
    return (await failure(wire.client.startRun(NOBODY, { inputParams }, CALL))).facts;
  };
  const NONE = { unknown: [], wrongType: [], others: [] };
  test.each<[string, unknown, object]>([
    [
      "by a path and an expected type",
      [{ code: "invalid_type", expected: "number", received: "string", path: ["inputParams", "days"], message: "Bad" }],
      { ...NONE, wrongType: [{ name: "days", expected: "number", given: '"many"' }] },
    ],
    [
      "below the body, and at an element of a list",
      [{ path: ["body", "inputParams", "days", 0], message: "Expected number, received string" }],
      { ...NONE, wrongType: [{ name: "days", expected: "number", given: '"many"' }] },
    ],
    [
      "by a path as text",
      [{ path: "inputParams.days", message: "Too large." }],
      { ...NONE, others: [{ name: "days", reason: "Too large." }] },
    ],
    [
      "by the keys that it does not know",
      [{ code: "unrecognized_keys", keys: ["regoin", "x"], path: ["inputParams"], message: "Unrecognized key(s)" }],
      { ...NONE, unknown: ["regoin", "x"] },
    ],
    ["in quotes", [{ message: 'There is no such input: "regoin"' }], { ...NONE, unknown: ["regoin"] }],
    [
      "as sentences alone",
      ["Input days should be a number"],
      { ...NONE, wrongType: [{ name: "days", expected: "number", given: '"many"' }] },
    ],
  ])("named %s", async (_, issues, inputs) => {
    expect(await facts(issues)).toMatchObject({ kind: "inputs_refused", inputs });
  });

  test.each<[string, unknown, Record<string, string>]>([
    [
      "another field beside an input",
      [
        { path: ["inputParams", "days"], message: "Bad" },
        { path: ["viewId"], message: "Bad" },
      ],
      {},
    ],
    ["inputs as a whole", [{ path: ["inputParams"], message: "Required" }], {}],
    [
      "a word that is also an input's name",
      [{ message: "You may not run this project today" }],
      { project: "x", today: "y" },
    ],
    ["nothing that can be read", [{ path: ["inputParams", "days"] }], { days: "x" }],
  ])("not when Hex speaks of %s", async (_, issues, sent) => {
    expect(await facts(issues, { days: "many", ...sent })).toMatchObject({ kind: "request_refused" });
  });

  test("a hundred issues about each of a hundred inputs fill no more than a card can be stored with", async () => {
    const sent = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`input_${index}`, "x"]));
    const names = Object.keys(sent)
      .map((name) => `"${name}"`)
      .join(" ");
    const issues = Array.from({ length: 100 }, () => ({ message: `Bad: ${names}` }));
    const told = await facts(issues, sent);
    expect(told.inputs?.others).toHaveLength(100);
  });

  test("people read Hex's own reason where it is another than the type", async () => {
    const told = await facts([{ path: ["inputParams", "days"], message: "Too large." }]);
    expect(remedyFor(told).causes).toEqual(["`days`: Hex says: Too large."]);
  });
});

describe("details", () => {
  test.each([
    ["expired", () => wire.hex.workspace.setExpiry(wire.token, wire.clock.now())],
    ["unknown", () => wire.hex.workspace.revokeToken(wire.token)],
  ])("a token that is %s: Hex's bare word is kept", async (_, arrange) => {
    arrange();
    expect((await failure(wire.client.projectPage(CALL, null))).facts).toMatchObject({
      kind: "unauthorized",
      status: 401,
      detail: "Unauthorized",
    });
  });

  test.each([
    ["in the body", { reason: "no", traceId: "trace-1" }, {}],
    ["in the header", { code: "X", message: "no" }, { "x-trace-id": "trace-1" }],
    ["in both: the body's", { reason: "no", traceId: "trace-1" }, { "x-trace-id": "trace-2" }],
    ["beside refused inputs", { traceId: "trace-1", invalid: [], notFound: ["a"] }, {}],
  ])("trace id %s", async (_, body, headers) => {
    wire.hex.faults.add({ kind: { type: "status", status: 422, body, headers } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).facts.traceId).toBe("trace-1");
  });

  test.each([
    ["a sentence", "days is no number", "Validation failed: days is no number"],
    [
      "a list",
      ["days is no number", { message: "view is unknown" }, 7],
      "Validation failed: days is no number; view is unknown",
    ],
    ["nothing that can be read", { days: 1 }, "Validation failed"],
  ])("the details of a refusal are kept: %s", async (_, details, expected) => {
    wire.hex.faults.add({ kind: { type: "status", status: 422, body: { reason: "Validation failed", details } } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).facts.detail).toBe(expected);
  });

  test.each([
    ["The API is not available on your workspace's plan", "plan"],
    ["Upgrade to Team or Enterprise to use the API", "plan"],
    ['The token lacks the scope "Run projects"', "scope"],
    ["You do not have permission to run projects", "scope"],
    ["Forbidden", "scope"],
    ["You do not have access to this project", "forbidden"],
    ["This project is not shared with you", "forbidden"],
  ])("403 %j: %s", async (message, kind) => {
    wire.hex.faults.add({ kind: { type: "status", status: 403, body: { code: "FORBIDDEN", message } } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).facts).toMatchObject({ kind, detail: message });
  });

  test.each([
    [{ code: "FORBIDDEN", message: "Forbidden" }, "scope"],
    [{ reason: 'The token lacks the scope "Users: Read"' }, "scope"],
    [{ message: "Your IP address is not on the allow list" }, "forbidden"],
    [{ message: "Upgrade to Team or Enterprise to use the API" }, "plan"],
    ["Forbidden", "forbidden"],
    ["<html><body>Forbidden</body></html>", "not_hex"],
  ])("403 on who am I and whatever is asked next, %j: %s", async (body, kind) => {
    wire.hex.faults.add({ kind: { type: "status", status: 403, body }, times: 2 });
    const asked = wire.client.me(CALL);
    if (kind === "scope") expect(await asked).toMatchObject({ user: null, expiresAt: "unknown", withheld: { kind } });
    else expect((await failure(asked)).kind).toBe(kind);
  });

  test.each([
    ["Hex's own", { code: "SERVICE_UNAVAILABLE", message: "The maximum is reached" }, "no_kernel"],
    ["Hex's own in bare text", "No kernel available", "no_kernel"],
    ["a gateway's", "upstream connect error or disconnect/reset before headers", "hex_failed"],
    ["an empty one", "", "hex_failed"],
  ])("503 on a start, %s", async (_, body, kind) => {
    wire.hex.faults.add({ kind: { type: "status", status: 503, body } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).kind).toBe(kind);
  });

  test.each([
    [422, "Run is already finished: COMPLETED", "already_finished"],
    [409, "Conflict", "already_finished"],
    [400, "Run is already finished: COMPLETED", "already_finished"],
    [403, "This run has ended", "already_finished"],
    [400, "The run is not running", "already_finished"],
    [422, "Run could not be found", "not_found"],
    [400, "Invalid run id", "bad_request"],
  ])("%d on a cancellation, %j: %s", async (status, reason, kind) => {
    wire.hex.faults.add({ kind: { type: "status", status, body: { reason } } });
    expect((await failure(wire.client.cancelRun(NOBODY, NOBODY, CALL))).kind).toBe(kind);
  });

  test.each([400, 409, 422] as const)(
    "published results that cannot be updated are no missing publication: %d",
    async (status) => {
      wire.hex.workspace.refusalStatus = status;
      const { id } = wire.hex.workspace.addProject({ resultsFrom: "each viewer" });
      const { facts } = await failure(wire.client.startRun(id, { updatePublishedResults: true }, CALL));
      expect(facts.kind).toBe("request_refused");
      expect(remedyFor(facts).todo.join("\n")).toContain("`--publish` needs Can Edit");
    },
  );

  test("the runs of a project that is not published are refused for that", async () => {
    wire.hex.workspace.unpublishedRuns = "refused";
    const { id } = wire.hex.workspace.addProject({ published: false });
    expect((await failure(wire.client.runs(id, { limit: 1 }, CALL))).kind).toBe("not_published");
  });

  test("a view that is not there is no missing project", async () => {
    const { id } = wire.hex.workspace.addProject();
    const error = await failure(wire.client.startRun(id, { viewId: NOBODY }, CALL));
    expect(error.facts).toMatchObject({ kind: "request_refused", detail: expect.stringContaining(NOBODY) });
  });

  test.each([
    [429, { "retry-after": "7" }, 7_000],
    [429, { "retry-after": "99999999" }, 3_600_000],
    [429, { "retry-after": "-5" }, undefined],
    [429, { "retry-after": "soon" }, undefined],
    [429, { "x-ratelimit-reset": "12" }, 12_000],
    [422, { "x-ratelimit-reset": "12" }, undefined],
  ])("how long to wait: %d %j", async (status, headers, expected) => {
    wire.hex.faults.add({ kind: { type: "status", status, headers } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).facts.retryAfterMs).toBe(expected);
  });

  test("Hex's words are cut at 300 characters", async () => {
    wire.hex.faults.add({ kind: { type: "status", status: 422, body: { reason: "x".repeat(999) } } });
    expect((await failure(wire.client.startRun(NOBODY, {}, CALL))).facts.detail).toHaveLength(300);
  });
});
