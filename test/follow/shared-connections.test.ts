// Which data connections projects share, and what is asked about them.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type ConnectionQuestion,
  type KnownConnections,
  lookedAt,
  mayComeFromConnection,
  nextQuestion,
  sharedConnections,
} from "../../src/follow/shared-connections.js";
import type { Ailment } from "../../src/follow/trouble.js";

const NOW = Date.UTC(2026, 10, 2);
const HOUR = 60 * 60_000;
const NOTHING: KnownConnections = { uses: new Map(), names: null, refusedAt: { cells: null, names: null } };

/** `uses`: the ids of the data connections by the projects' ids. `names`: by the connections' ids. */
function knownOf(uses: Record<string, string[]>, names: Record<string, string> | null, readAt = NOW): KnownConnections {
  return {
    uses: new Map(Object.entries(uses).map(([id, connectionIds]) => [id, { readAt, connectionIds }])),
    names: names === null ? null : { readAt, byId: new Map(Object.entries(names)) },
    refusedAt: { cells: null, names: null },
  };
}
const NAMES = { x: "Snowflake prod", y: "Postgres" };

describe("what they share", () => {
  test.each<[string, string[], KnownConnections, unknown]>([
    ["both the same", ["a", "b"], knownOf({ a: ["x"], b: ["x"] }, NAMES), [["Snowflake prod", ["a", "b"]]]],
    ["nothing", ["a", "b"], knownOf({ a: ["x"], b: ["y"] }, NAMES), []],
    [
      "two of three",
      ["a", "b", "c"],
      knownOf({ a: ["x"], b: ["y"], c: ["x"] }, NAMES),
      [["Snowflake prod", ["a", "c"]]],
    ],
    [
      "what most of them share",
      ["a", "b", "c"],
      knownOf({ a: ["x", "y"], b: ["y", "x"], c: ["x"] }, NAMES),
      [["Snowflake prod", ["a", "b", "c"]]],
    ],
    [
      "two, by name",
      ["a", "b"],
      knownOf({ a: ["x", "y"], b: ["y", "x"] }, NAMES),
      [
        ["Postgres", ["a", "b"]],
        ["Snowflake prod", ["a", "b"]],
      ],
    ],
    ["a name that is not listed", ["a", "b"], knownOf({ a: ["z"], b: ["z"] }, NAMES), []],
    ["names that were not read", ["a", "b"], knownOf({ a: ["x"], b: ["x"] }, null), []],
    ["as long as one of them was not read, nothing", ["a", "b", "c"], knownOf({ a: ["x"], b: ["x"] }, NAMES), []],
    ["a single project", ["a"], knownOf({ a: ["x"] }, NAMES), []],
    ["the same twice in one project", ["a", "b"], knownOf({ a: ["x", "x"], b: [] }, NAMES), []],
  ])("%s", (_, projectIds, known, expected) => {
    expect(sharedConnections(projectIds, known).map((one) => [one.name, one.projectIds])).toEqual(expected);
  });
});

describe("what is asked", () => {
  const cells = (projectId: string): ConnectionQuestion => ({ kind: "cells", projectId });

  test.each<[string, string[][], KnownConnections, ConnectionQuestion | null]>([
    ["nothing is in trouble", [], NOTHING, null],
    ["one alone", [["a"]], NOTHING, null],
    ["the first of two", [["a"], ["b", "c"]], NOTHING, cells("b")],
    ["the next one", [["b", "c"]], knownOf({ b: ["x"] }, null), cells("c")],
    ["names, when something is shared", [["b", "c"]], knownOf({ b: ["x"], c: ["x"] }, null), { kind: "names" }],
    ["no names, when nothing is shared", [["b", "c"]], knownOf({ b: ["x"], c: ["y"] }, null), null],
    [
      "no names, when the two that share stand apart",
      [
        ["a", "b"],
        ["c", "d"],
      ],
      knownOf({ a: ["x"], b: [], c: ["x"], d: [] }, null),
      null,
    ],
    ["all is known", [["b", "c"]], knownOf({ b: ["x"], c: ["x"] }, NAMES), null],
    ["a name that is not listed is not asked for again", [["b", "c"]], knownOf({ b: ["z"], c: ["z"] }, NAMES), null],
    ["a day later, again", [["b", "c"]], knownOf({ b: ["x"], c: ["x"] }, NAMES, NOW - 24 * HOUR), cells("b")],
    ["not yet a day later", [["b", "c"]], knownOf({ b: ["x"], c: ["x"] }, NAMES, NOW - 24 * HOUR + 1), null],
    [
      "read in the future, before the clock was set back",
      [["b", "c"]],
      knownOf({ b: [], c: [] }, null, NOW + 1),
      cells("b"),
    ],
    ["no scope for cells", [["b", "c"]], { ...NOTHING, refusedAt: { cells: NOW - HOUR, names: null } }, null],
    ["no scope for names", [["b", "c"]], { ...NOTHING, refusedAt: { cells: null, names: NOW - HOUR } }, null],
    [
      "a refusal of yesterday",
      [["b", "c"]],
      { ...NOTHING, refusedAt: { cells: NOW - 24 * HOUR, names: null } },
      cells("b"),
    ],
  ])("%s", (_, together, known, expected) => {
    expect(nextQuestion(together, known, NOW)).toEqual(expected);
  });

  test("however many fail together, each question is asked once, and there is an end", () => {
    const group = fc.uniqueArray(fc.constantFrom(..."abcdefghijklmnop"), { maxLength: 14 });
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 5 }),
        fc.dictionary(fc.constantFrom(..."abcdefghijklmnop"), fc.array(fc.constantFrom("x", "y", "z"))),
        (together, truth) => {
          const known = { ...NOTHING, uses: new Map(NOTHING.uses), names: NOTHING.names };
          const asked: string[] = [];
          for (
            let next = nextQuestion(together, known, NOW);
            next !== null;
            next = nextQuestion(together, known, NOW)
          ) {
            asked.push(next.kind === "cells" ? next.projectId : "names");
            if (next.kind === "cells")
              known.uses.set(next.projectId, { readAt: NOW, connectionIds: truth[next.projectId] ?? [] });
            else known.names = { readAt: NOW, byId: new Map(Object.entries(NAMES)) };
            expect(asked).toHaveLength(new Set(asked).size);
          }
          for (const projects of together) {
            for (const { projectIds } of sharedConnections(projects, known)) {
              expect(projectIds.length).toBeGreaterThan(1);
              for (const id of projectIds) expect(lookedAt(projects)).toContain(id);
            }
          }
        },
      ),
    );
  });
});

test.each<[string, Ailment, boolean]>([
  ["failed", { kind: "failed", since: 1, runId: "r", url: null, status: "ERRORED", overAt: null }, true],
  ["stuck", { kind: "stuck", since: 1, runId: "r", url: null, overAt: null }, true],
  ["late", { kind: "late", since: 1, overAt: null }, false],
  [
    "no kernel",
    { kind: "failed", since: 1, runId: "r", url: null, status: "UNABLE_TO_ALLOCATE_KERNEL", overAt: null },
    false,
  ],
  ["failed, and over", { kind: "failed", since: 1, runId: "r", url: null, status: "ERRORED", overAt: 2 }, false],
])("may come from a data connection: %s", (_, ailment, expected) => {
  expect(mayComeFromConnection({ ailments: [ailment] })).toBe(expected);
});
