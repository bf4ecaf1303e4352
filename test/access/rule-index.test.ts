// Which rules a project is compared with: each that may be about it, and few others.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { projectMatcher } from "../../src/access/matching.js";
import type { ProjectFacts, ProjectFilter, Rule } from "../../src/access/policy.js";
import { RuleIndex } from "../../src/access/rule-index.js";

const REPORT: ProjectFacts = {
  id: ["p-1"],
  title: ["finance: report"],
  category: ["finance", "board"],
  status: [],
  owner: ["ada@acme.test"],
  collection: ["weekly"],
};

const ruleFor = (number: number, projects: readonly ProjectFilter[] | null): Rule => ({
  number,
  name: null,
  line: number,
  column: 5,
  effect: { kind: "allow" },
  verbs: new Set(["see"]),
  people: [{ kind: "everyone" }],
  channels: null,
  projects,
});

/** The numbers of the rules, from 1, that a project is compared with. */
function found(filters: readonly (readonly ProjectFilter[] | null)[], project: Partial<ProjectFacts> = {}): number[] {
  const index = new RuleIndex(filters.map((projects, place) => ({ rule: ruleFor(place + 1, projects) })));
  return index.for({ ...REPORT, ...project }).map(({ rule }) => rule.number);
}

describe("a project is compared with a rule", () => {
  test.each<[string, ProjectFilter[] | null]>([
    ["about every project", null],
    ["about its id", [{ id: ["p-1"] }]],
    ["about one of several ids", [{ id: ["p-0", "p-1"] }]],
    ["about how its title begins", [{ title: ["finance*"] }]],
    ["about how its title ends", [{ title: ["*report"] }]],
    ["about a part of its title, which no index finds", [{ title: ["*nance*"] }]],
    ["of which one pattern may be about any title", [{ title: ["sales*", "*x*"] }]],
    ["about its second category", [{ category: ["board"] }]],
    ["about its collection", [{ collection: ["weekly"] }]],
    ["about its owner", [{ owner: ["*@acme.test"] }]],
    ["one of whose filters is about it", [{ id: ["p-0"] }, { title: ["finance*"] }]],
    ["one of whose filters may be about any project", [{ id: ["p-0"] }, { title: ["*x*"] }]],
    ["with a filter that no index finds, but for its collection", [{ title: ["*x*"], collection: ["weekly"] }]],
  ])("%s", (_, filters) => {
    expect(found([filters])).toEqual([1]);
  });

  test.each<[string, ProjectFilter[]]>([
    ["another id", [{ id: ["p-0"] }]],
    ["another title", [{ title: ["sales*", "*plan"] }]],
    ["the same text in another field", [{ category: ["weekly"] }]],
    ["a status, which it has not", [{ status: ["production"] }]],
    ["other projects in each of its filters", [{ id: ["p-0"] }, { owner: ["eve@*"] }]],
    ["another id and any title", [{ title: ["*x*"], id: ["p-0"] }]],
  ])("but not with one that is about %s", (_, filters) => {
    expect(found([filters])).toEqual([]);
  });

  test("by the field that tells projects apart best, of those that a filter has", () => {
    const others = { owner: ["ada@acme.test"], category: ["finance"], status: ["x"], collection: ["weekly"] };
    expect(found([[{ ...others, id: ["p-0"] }]])).toEqual([]);
    expect(found([[{ ...others, title: ["sales"] }]])).toEqual([]);
    expect(found([[{ ...others, collection: ["daily"] }]])).toEqual([]);
    expect(found([[{ owner: ["ada@acme.test"], status: ["x"], category: ["sales"] }]])).toEqual([]);
    expect(found([[{ owner: ["eve@acme.test"], status: ["x"] }]])).toEqual([]);
  });
});

test("the rules come in their order, each once", () => {
  const filters = [[{ owner: ["ada*"] }], null, [{ id: ["p-1"] }, { title: ["finance*"] }], [{ title: ["fin*"] }]];
  expect(found(filters)).toEqual([1, 2, 3, 4]);
});

test("where Hex has not said a project's values, every rule about them may be about it", () => {
  const filters = [[{ title: ["sales*"] }], [{ title: ["churn"] }], [{ collection: ["daily"] }], [{ id: ["p-0"] }]];
  expect(found(filters)).toEqual([]);
  expect(found(filters, { title: null })).toEqual([1, 2]);
  expect(found(filters, { title: null, collection: null })).toEqual([1, 2, 3]);
});

describe("whatever the rules and the projects are", () => {
  const text = fc.stringMatching(/^[ab]{1,3}$/);
  const pattern = fc.oneof(
    text,
    fc.tuple(fc.constantFrom("", "a", "ab"), fc.constantFrom("", "b", "ba")).map((ends) => ends.join("*")),
  );
  const filters = fc.array(
    fc.record(
      {
        id: fc.array(text, { minLength: 1, maxLength: 2 }),
        title: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        category: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        owner: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        status: fc.array(text, { minLength: 1, maxLength: 2 }),
        collection: fc.array(pattern, { minLength: 1, maxLength: 2 }),
      },
      { requiredKeys: [] },
    ),
    { minLength: 1, maxLength: 2 },
  );
  const values = fc.option(fc.array(text, { maxLength: 2 }), { nil: null });
  const project = fc.record({
    id: text.map((id) => [id]),
    ...{ title: values, category: values, owner: values, status: values, collection: values },
  });

  test("those that are or may be about a project are the same as when each is compared", () => {
    fc.assert(
      // Many share a field, so that they are told apart by others, too.
      fc.property(fc.array(filters, { minLength: 1, maxLength: 60 }), project, (rules, facts) => {
        const areAbout = (numbers: readonly number[]) =>
          numbers.filter((number) => projectMatcher(rules[number - 1] ?? [])(facts) !== false);
        expect(areAbout(found(rules, facts))).toEqual(areAbout(rules.map((_, place) => place + 1)));
      }),
      { numRuns: 500 },
    );
  });
});
