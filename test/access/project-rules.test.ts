// Which rules are about a project: each once, in their order, found once for each project.

import { describe, expect, test } from "vitest";
import type { Policy, ProjectFacts, ProjectFilter, Rule } from "../../src/access/policy.js";
import { ProjectRules, projectRulesOf } from "../../src/access/project-rules.js";

const REPORT: ProjectFacts = {
  id: ["p-1"],
  title: ["finance: report"],
  category: ["finance"],
  status: [],
  owner: ["ada@acme.test"],
  collection: null,
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
const policyOf = (...filters: (ProjectFilter[] | null)[]): Policy => ({
  names: [],
  rules: filters.map((projects, at) => ruleFor(at + 1, projects)),
});
const numbers = (rules: readonly { rule: Rule }[]) => rules.map(({ rule }) => rule.number);

describe("of the rules about some projects", () => {
  test("those that are about the project, in their order, and not those that an index alone would find", () => {
    const rules = new ProjectRules(
      policyOf([{ owner: ["ada*"] }], [{ title: ["finance*"], category: ["sales"] }], null, [{ id: ["p-1"] }]),
    );
    expect(numbers(rules.about(REPORT))).toEqual([1, 4]);
    expect(numbers(rules.ofAll)).toEqual([3]);
  });

  test("also those of which Hex has not said whether they are", () => {
    const rules = new ProjectRules(
      policyOf([{ collection: ["weekly"] }], [{ collection: ["weekly"], id: ["p-2"] }], [{ id: ["p-1"] }]),
    );
    expect(rules.about(REPORT).map(({ rule, isAbout }) => [rule.number, isAbout])).toEqual([
      [1, null],
      [3, true],
    ]);
  });

  test("none for a project that no rule is about, and all the others are kept apart from it", () => {
    const rules = new ProjectRules(policyOf([{ id: ["p-2"] }]));
    expect(rules.about(REPORT)).toEqual([]);
    expect(numbers(rules.about({ ...REPORT, id: ["p-2"] }))).toEqual([1]);
  });
});

test("a project is compared once, for as long as what is known of it stays the same", () => {
  const policy = policyOf([{ id: ["p-1"] }]);
  const rules = projectRulesOf(policy);
  expect(projectRulesOf(policy)).toBe(rules);
  expect(rules.about(REPORT)).toBe(rules.about(REPORT));
  expect(projectRulesOf({ ...policy })).not.toBe(rules);
});
