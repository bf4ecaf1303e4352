// By which words and statuses Hex's refusals are told apart. How they come over the wire: refusals.test.ts.

import { describe, expect, test } from "vitest";
import { type Answer, errorOfAnswer, isHtml, traceIdOf } from "../../src/hex/error-of-answer.js";
import { type HexErrorKind, type Operation, provesNoEffect } from "../../src/hex/errors.js";

const NOW = Date.UTC(2026, 10, 2, 9);

function factsOf(operation: Operation, status: number, body: unknown, more: Partial<Answer> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return errorOfAnswer({ operation, host: "app.hex.tech", status, headers: new Headers(), body: text, ...more }, NOW)
    .facts;
}
const kindOf = (...asked: Parameters<typeof factsOf>) => factsOf(...asked).kind;
const says = (reason: string) => ({ reason });

describe("by the status", () => {
  test.each<[Operation, number, HexErrorKind]>([
    ["getRun", 401, "unauthorized"],
    ["getRun", 429, "rate_limited"],
    ["runProject", 500, "hex_failed"],
    ["runProject", 502, "hex_failed"],
    ["getRun", 503, "hex_failed"],
    ["getRun", 404, "not_found"],
    ["getRun", 302, "not_hex"],
    ["getRun", 399, "not_hex"],
    ["getRun", 400, "bad_request"],
    ["getRun", 418, "request_refused"],
    ["cancelRun", 409, "already_finished"],
    ["cancelRun", 422, "already_finished"],
    ["cancelRun", 418, "request_refused"],
    ["getRun", 409, "request_refused"],
  ])("%s, %d: %s", (operation, status, kind) => {
    expect(kindOf(operation, status, says("No."))).toBe(kind);
    expect(factsOf(operation, status, says("No."))).toMatchObject({ operation, status, host: "app.hex.tech" });
  });
});

describe("503 on a start", () => {
  test.each<[Operation, string, HexErrorKind]>([
    ["runProject", JSON.stringify(says("Busy")), "no_kernel"],
    ["dryRun", JSON.stringify(says("Busy")), "no_kernel"],
    ["runProject", JSON.stringify({ code: "SERVICE_UNAVAILABLE", message: "Busy" }), "no_kernel"],
    ["runProject", JSON.stringify({ message: "Service Unavailable" }), "hex_failed"],
    ["runProject", JSON.stringify({ message: "No kernel is free" }), "no_kernel"],
    ["runProject", "{}", "hex_failed"],
    ["runProject", JSON.stringify({ status: "maintenance" }), "hex_failed"],
    ["runProject", "No kernel available", "no_kernel"],
    ["runProject", "All Kernels are in use", "no_kernel"],
    ["runProject", "kernelspace error", "hex_failed"],
    ["runProject", "subkernel error", "hex_failed"],
    ["runProject", "<html>kernel</html>", "hex_failed"],
    ["getRun", JSON.stringify(says("No kernel")), "hex_failed"],
  ])("%s, %s: %s", (operation, body, kind) => expect(kindOf(operation, 503, body)).toBe(kind));
});

test.each([408, 499])("a gateway's %d leaves it open whether a run was started", (status) => {
  expect(provesNoEffect(kindOf("runProject", status, "Request Timeout"))).toBe(false);
});

describe("the value of an input that looks like a secret is not in what is read of the answer, although Hex repeats it", () => {
  const secret = "hunter2";
  test.each([
    ["a reason", { reason: `Input api_key: '${secret}' is not allowed` }],
    ["an issue that names the input", { message: "Bad", issues: [{ message: `api_key: ${secret} is too short` }] }],
    [
      "an issue that names none",
      { code: "BAD_REQUEST", message: "Bad", issues: [{ message: `'${secret}' is short` }] },
    ],
    [
      "an issue at its path",
      { message: "Bad", issues: [{ path: ["inputParams", "api_key"], message: `no: ${secret}` }] },
    ],
    ["the older lists", { invalid: [{ paramName: "api_key", paramValue: secret, dataType: `not ${secret}` }] }],
    ["bare text", `cannot use ${secret}`],
  ])("in %s", (_, said) => {
    const body = typeof said === "string" ? said : JSON.stringify(said);
    const facts = factsOf("runProject", 400, body, { sent: { inputParams: { api_key: secret, days: 7 } } });
    expect(JSON.stringify(facts)).not.toContain(secret);
  });

  test.each([
    ["a number", 123456, "123456 is out of range"],
    ["a list", ["one-secret", "two-secrets"], "two-secrets is not allowed"],
    ["a text with quotes", 'pass"word', 'pass"word is not allowed'],
  ])("%s", (_, token, message) => {
    const facts = factsOf("runProject", 422, { message }, { sent: { inputParams: { token } } });
    expect(facts.detail).toMatch(/^… is/);
  });
});

describe("a page is no answer of Hex's", () => {
  test.each([
    "<!DOCTYPE html><p>",
    "<html>",
    "<head>",
    " \n<body class='x'>",
    "<?xml version='1.0'?>",
    "<h2>502</h2>",
    "<!-- proxy -->",
  ])("%s", (body) => {
    expect(isHtml(body)).toBe(true);
    expect(kindOf("getRun", 404, body)).toBe("not_hex");
    expect(factsOf("getRun", 404, body).detail).toBeUndefined();
  });
  test.each(["Not <html>", "", "html", '{"a":"<html>"}'])("%j is none", (body) => expect(isHtml(body)).toBe(false));
});

describe("a run that has ended cannot be cancelled, whatever the status", () => {
  test.each([
    "Run is already finished: COMPLETED",
    "This run has ended",
    "The run was completed",
    "It has been stopped",
    "already killed",
    "The run is canceled",
    "The run is cancelled",
    "is terminated",
    "The run is not running",
    "It is not active.",
    "not in progress",
  ])("%s", (reason) => {
    for (const status of [400, 403, 404, 422])
      expect(kindOf("cancelRun", status, says(reason))).toBe("already_finished");
    expect(kindOf("getRun", 422, says(reason))).toBe("request_refused");
  });

  test.each(["It is unfinished", "thisended", "They are running", "It finished", "notrunning", "is endedly"])(
    "not %s",
    (reason) => expect(kindOf("cancelRun", 400, says(reason))).not.toBe("already_finished"),
  );
});

describe("403", () => {
  test.each<[Operation, string, HexErrorKind]>([
    ["getRun", "Not on your plan", "plan"],
    ["getRun", "Please upgrade", "plan"],
    ["me", "For Enterprise only", "plan"],
    ["getRun", "Needs the team tier", "plan"],
    ["getRun", "See billing", "plan"],
    ["cancelRun", "The planet is closed", "scope"],
    ["getRun", "Missing scope", "scope"],
    ["getRun", "Missing scope for this project", "scope"],
    ["getRun", "Missing scopes for this project", "scope"],
    ["getRun", "The token may not see this project", "scope"],
    ["runProject", "No permission to run this project", "scope"],
    ["getRun", "No permissions to read this project", "scope"],
    ["cancelRun", "No permission to cancel this project's run", "scope"],
    ["getRun", "No permission to share this project", "forbidden"],
    ["getRun", "It is not shared with you", "forbidden"],
    ["getRun", "You cannot share it", "forbidden"],
    ["getRun", "You have no access to it", "forbidden"],
    ["getRun", "Private project", "forbidden"],
    ["runProject", "Forbidden", "scope"],
    ["cancelRun", "Forbidden", "scope"],
    ["listProjects", "Forbidden", "scope"],
    ["getProject", "Forbidden", "forbidden"],
    ["getRun", "Forbidden", "forbidden"],
    ["listRuns", "Forbidden", "forbidden"],
    ["getRun", "Not authorized for Query:ApiProjectRun", "scope"],
    ["runProject", "No access to Mutation:StartProjectRun", "scope"],
    ["cancelRun", "Periscope projection", "scope"],
    ["me", "Forbidden", "scope"],
    ["me", "Your IP is unknown", "forbidden"],
    ["me", "This address is unknown", "forbidden"],
    ["me", "Not in the allowlist", "forbidden"],
    ["me", "Not in the allow-list", "forbidden"],
    ["me", "Not in the allow list", "forbidden"],
    ["me", "Not in the whitelist", "forbidden"],
    ["me", "A firewall is in the way", "forbidden"],
    ["me", "From this network nobody", "forbidden"],
    ["me", "You were blocked", "forbidden"],
    ["me", "Shipping zip", "scope"],
  ])("on %s, %s: %s", (operation, reason, kind) => expect(kindOf(operation, 403, says(reason))).toBe(kind));

  test("on who am I, but not in Hex's JSON: something keeps the machine out", () => {
    expect(kindOf("me", 403, "Forbidden")).toBe("forbidden");
  });
});

describe("what is not there", () => {
  test.each([
    "Project not found",
    "The project could not be found",
    "This run does not exist",
    "Run 7 was not found",
    "run not exist",
  ])("%s", (reason) => {
    for (const status of [400, 409, 422]) expect(kindOf("getRun", status, says(reason))).toBe("not_found");
  });
  test.each(["View not found", "Its project was not found", "Project founded", "Projects not found"])(
    "not %s",
    (reason) => expect(kindOf("getRun", 422, says(reason))).toBe("request_refused"),
  );
});

describe("a project that is not published", () => {
  const reason = says("Publish the app first");
  test.each<[Operation, number, HexErrorKind]>([
    ["runProject", 400, "not_published"],
    ["dryRun", 409, "not_published"],
    ["listRuns", 422, "not_published"],
    ["runProject", 418, "request_refused"],
    ["getRun", 422, "request_refused"],
    ["getProject", 409, "request_refused"],
  ])("%s, %d: %s", (operation, status, kind) => expect(kindOf(operation, status, reason)).toBe(kind));

  test("is another matter than results that cannot be published", () => {
    const results = says("Cannot publish the results");
    expect(kindOf("runProject", 422, results, { sent: { updatePublishedResults: true } })).toBe("request_refused");
    expect(kindOf("runProject", 422, says("Publish result first"), { sent: { updatePublishedResults: true } })).toBe(
      "request_refused",
    );
    expect(kindOf("runProject", 422, reason, { sent: { updatePublishedResults: true } })).toBe("not_published");
    expect(kindOf("runProject", 422, results, { sent: { updatePublishedResults: false } })).toBe("not_published");
    expect(kindOf("runProject", 422, results, { sent: {} })).toBe("not_published");
    expect(kindOf("runProject", 422, says("It was unpublished"))).toBe("request_refused");
  });
});

describe("a 400 about an id, or about something else", () => {
  test.each<[Operation, unknown, HexErrorKind]>([
    ["runProject", says("Bad project id"), "bad_request"],
    ["dryRun", says("Bad project_id"), "bad_request"],
    ["runProject", says("Bad projectId"), "bad_request"],
    ["runProject", says("Bad project-id"), "bad_request"],
    ["runProject", says("Bad run id"), "request_refused"],
    ["runProject", says("Bad subprojectId"), "request_refused"],
    ["dryRun", says("Bad projectIdentity"), "request_refused"],
    ["getRun", says("Bad run id, offset 3"), "bad_request"],
    ["getRun", says("Bad runId in the query"), "bad_request"],
    ["me", says("Bad query"), "bad_request"],
    ["listProjects", says("Bad limit"), "bad_request"],
    ["listRuns", says("Bad limit"), "request_refused"],
    ["listRuns", says("Bad offset"), "request_refused"],
    ["listRuns", says("Bad filter"), "request_refused"],
    ["listRuns", says("Bad query"), "request_refused"],
    ["listRuns", says("Bad parameter"), "request_refused"],
    ["listRuns", says("Bad parameters"), "request_refused"],
    ["listRuns", says("Unlimited"), "bad_request"],
    ["getRun", { reason: "Bad", issues: [{ message: "no", path: ["x"] }] }, "request_refused"],
    ["getRun", { reason: "Bad", details: ["no"] }, "request_refused"],
    ["getRun", "Bad", "bad_request"],
  ])("%s, %j: %s", (operation, body, kind) => expect(kindOf(operation, 400, body)).toBe(kind));
});

describe("refused inputs", () => {
  const body = { reason: "Bad inputs", notFound: ["region"] };
  test("are told of starts alone, and are no reason for another kind elsewhere", () => {
    expect(factsOf("runProject", 422, body)).toMatchObject({ kind: "inputs_refused", inputs: { unknown: ["region"] } });
    expect(kindOf("dryRun", 404, body)).toBe("inputs_refused");
    expect(kindOf("getRun", 422, body)).toBe("request_refused");
    expect(factsOf("runProject", 422, "Bad").inputs).toBeUndefined();
  });
});

describe("what people read of it", () => {
  test.each<[unknown, string | undefined]>([
    [{ reason: "Because.", message: "Other" }, "Because."],
    [{ message: "Other" }, "Other"],
    [{ reason: "Bad", issues: ["one"], details: ["two"] }, "Bad: one; two"],
    [{ issues: ["one"] }, "one"],
    [{ reason: "" }, undefined],
    [{}, undefined],
    [{ reason: 7, message: 8, traceId: 9 }, undefined],
    [" Bare words \n", "Bare words"],
    ["", undefined],
    ["[1, 2", undefined],
    [' {"reason": "cut o', undefined],
    ['"quoted"', undefined],
    ["say [x]", "say [x]"],
  ])("%j: %j", (body, detail) => expect(factsOf("getRun", 422, body).detail).toBe(detail));

  test("Hex's trace id, in the body or the header, never endless", () => {
    const headers = new Headers({ "x-trace-id": "header" });
    expect(factsOf("getRun", 422, { traceId: "body" }, { headers }).traceId).toBe("body");
    expect(factsOf("getRun", 422, {}, { headers }).traceId).toBe("header");
    expect(factsOf("getRun", 422, "bare", { headers }).traceId).toBe("header");
    expect(factsOf("getRun", 422, {}).traceId).toBeUndefined();
    expect([traceIdOf("x".repeat(201))?.length, traceIdOf(""), traceIdOf(null)]).toEqual([200, undefined, undefined]);
  });

  test("how long to wait, where the status means a wait", () => {
    const headers = new Headers({ "retry-after": "7" });
    const waits = [429, 503, 500, 422].map((status) => factsOf("getRun", status, {}, { headers }).retryAfterMs);
    expect(waits).toEqual([7_000, 7_000, undefined, undefined]);
  });
});
