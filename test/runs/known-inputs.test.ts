// What a project's runs show about its inputs, and whose values are suggested to whom.

import { describe, expect, test } from "vitest";
import type { JsonValue } from "../../src/hex/client.js";
import type { HexErrorFacts } from "../../src/hex/errors.js";
import { knownInputs, type RunSeen } from "../../src/runs/known-inputs.js";
import type { Run } from "../../src/runs/run.js";

const NOW = Date.UTC(2026, 10, 2);
const base = (inputs: Record<string, JsonValue>, at: number, requester: string) => ({
  key: `k${at}`,
  project: { id: "p", title: "P" },
  requester,
  trigger: null,
  requestedAt: NOW + at,
  options: { inputs, fresh: false, publish: false, view: null },
  reference: "r",
  typicalMs: null,
  overdue: null,
  again: null,
  approval: null,
});
const taken = (inputs: Record<string, JsonValue>, at: number, { by = "ada", isPublic = false } = {}): RunSeen => {
  const hex = { runId: `r${at}`, url: null, traceId: null, projectVersion: null };
  const run: Run = { ...base(inputs, at, by), state: "completed", hex, startedAt: null, endedAt: NOW, elapsedMs: null };
  return { run, isPublic };
};
const refused = (inputs: Record<string, JsonValue>, at: number, said: HexErrorFacts["inputs"]): RunSeen => {
  const facts: HexErrorFacts = { kind: "inputs_refused", operation: "runProject", host: "h", inputs: said };
  return { run: { ...base(inputs, at, "ada"), state: "refused", facts, endedAt: NOW }, isPublic: true };
};
const asking = {
  user: "ada",
  readsPublic: true,
  isSecret: (name: string) => name === "token",
  unknown: new Map<string, number>(),
  most: 20,
};
const offered = (runs: RunSeen[], change: Partial<typeof asking> = {}) =>
  knownInputs(runs, { ...asking, ...change }).map(({ name, value }) => [name, value]);

describe("values", () => {
  test("a person's own values come first, then those on public cards, and nobody else's", () => {
    const runs = [
      taken({ a: "grace, public", b: "grace, public" }, 4, { by: "grace", isPublic: true }),
      taken({ c: "grace, private" }, 3, { by: "grace" }),
      taken({ a: "ada, later" }, 2),
      taken({ a: "ada, earlier" }, 1),
    ];
    expect(offered(runs)).toEqual([
      ["a", "ada, later"],
      ["b", "grace, public"],
      ["c", undefined],
    ]);
  });

  test("null is a value, and a secret's value is never suggested", () => {
    expect(offered([taken({ a: null, token: "abc" }, 1)])).toEqual([
      ["a", null],
      ["token", undefined],
    ]);
  });
});

describe("names", () => {
  test("those that Hex accepted, latest first, up to the limit", () => {
    const runs = [taken({ b: 1 }, 2), taken({ a: 1, b: 2, c: 3 }, 1)];
    expect(offered(runs, { most: 2 })).toEqual([
      ["b", 1],
      ["a", 1],
    ]);
  });

  test("an input whose value Hex refused exists, but the value is not suggested", () => {
    const said = { unknown: ["gone"], wrongType: [{ name: "days", expected: "number", given: "" }], others: [] };
    expect(offered([refused({ days: "x", gone: 1, region: "y" }, 1, said)])).toEqual([["days", undefined]]);
  });

  test("an input that Hex no longer knows is left out until a run has used it again", () => {
    const said = { unknown: ["region"], wrongType: [] };
    expect(offered([refused({ region: 1 }, 2, said), taken({ region: 1 }, 1)])).toEqual([]);
    expect(offered([taken({ region: 2 }, 3), refused({ region: 1 }, 2, said), taken({ region: 1 }, 1)])).toEqual([
      ["region", 2],
    ]);
    const unknown = new Map([["region", NOW + 2]]);
    expect(offered([taken({ region: 1 }, 1)], { unknown })).toEqual([]);
    expect(offered([taken({ region: 1 }, 3)], { unknown })).toEqual([["region", 1]]);
  });

  test("a run that has not begun says nothing", () => {
    const asking = { looking: false, facts: null, lease: NOW };
    const starting: Run = { ...base({ a: 1 }, 1, "ada"), state: "starting", ...asking };
    expect(offered([{ run: starting, isPublic: true }])).toEqual([]);
  });

  test("a run of which nobody knows whether Hex took it says nothing either", () => {
    const nothing = { hex: null, facts: null, unlisted: false, endedAt: NOW };
    const lost: Run = { ...base({ a: 1 }, 1, "ada"), state: "lost", why: "start_unknown", ...nothing };
    expect(offered([{ run: lost, isPublic: true }])).toEqual([]);
  });

  test("a refusal for anything but inputs says nothing of them", () => {
    expect(offered([refused({ a: 1 }, 2, undefined)])).toEqual([]);
    expect(offered([refused({ a: 1 }, 2, undefined), taken({ a: 1 }, 1)])).toEqual([["a", 1]]);
  });

  test("what Hex said of a name before a run took it, at the latest at the same time, is over", () => {
    expect(offered([taken({ region: 1 }, 2)], { unknown: new Map([["region", NOW + 2]]) })).toEqual([["region", 1]]);
  });
});
