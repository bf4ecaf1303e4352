// What people are told about each Hex failure.

import { describe, expect, test } from "vitest";
import { HEX_ERROR_KINDS, HexError, OPERATIONS } from "../../src/hex/errors.js";
import { REMEDY_KINDS, remedyFor, scopeFor } from "../../src/remedies/hex.js";

describe("remedies", () => {
  test("there is one for every kind", () => {
    expect(REMEDY_KINDS).toEqual([...HEX_ERROR_KINDS]);
  });

  test("each says what happened, why, and what to do, in short sentences", () => {
    for (const kind of HEX_ERROR_KINDS) {
      for (const operation of OPERATIONS) {
        const inputs = { unknown: ["a"], wrongType: [{ name: "b", expected: "NUMBER", given: '"x"' }] };
        const { what, causes, todo } = remedyFor({ kind, operation, host: "app.hex.tech", inputs });
        expect(causes.length).toBeGreaterThan(0);
        expect(todo.length).toBeGreaterThan(0);
        for (const sentence of [what, ...causes, ...todo]) {
          expect(sentence).toMatch(/^(app\.hex\.tech|[A-Z0-9`]).*\.$/s);
          expect(sentence).not.toMatch(/undefined|null|\[object/);
          expect(sentence.length).toBeLessThan(250);
        }
      }
    }
  });

  test("people who typed no id are not told to check one, nor to read what Hex did not say", () => {
    for (const operation of ["me", "listProjects"] as const) {
      for (const kind of ["bad_request", "not_found", "request_refused"] as const) {
        const { causes, todo } = remedyFor({ kind, operation, host: "app.hex.tech", status: 400 });
        expect([...causes, ...todo].join()).not.toMatch(/\bid\b|\bshare|what Hex says/i);
        expect(todo[0]).toContain("Check `HEX_WORKSPACE_URL`");
      }
    }
    expect(remedyFor({ kind: "forbidden", operation: "me", host: "h" }).todo.join()).not.toContain("what Hex says");
    expect(remedyFor({ kind: "request_refused", operation: "dryRun", host: "h" }).todo[0]).toContain("what Hex says");
  });

  test("what --publish needs is said only where Hex speaks of published results", () => {
    const todo = (detail: string) =>
      remedyFor({ kind: "request_refused", operation: "runProject", host: "h", status: 422, detail }).todo.join();
    expect(todo("Cannot update the published results of this project")).toContain("`--publish` needs Can Edit");
    for (const detail of ["Publish the project first", "Too many results"])
      expect(todo(detail)).not.toContain("--publish");
  });

  test("what starts or cancels a run needs the scope to run projects", () => {
    const running = OPERATIONS.filter((operation) => scopeFor(operation) === "Run projects");
    expect(running.sort()).toEqual(["cancelRun", "dryRun", "runProject"]);
  });

  test("a rate limit says how long to wait", () => {
    const facts = new HexError({ kind: "rate_limited", operation: "me", host: "h", retryAfterMs: 12_300 }).facts;
    expect(remedyFor(facts).todo).toContain("Try again in 13 seconds.");
  });
});
