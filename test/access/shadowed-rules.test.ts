// Which rules never decide. What matters most: none of those that are called so ever does.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { type Person, type Policy, type ProjectFacts, type Rule, VERBS, type Verb } from "../../src/access/policy.js";
import { MOST_RULES } from "../../src/access/policy-file.js";
import { Rights } from "../../src/access/rights.js";
import { shadowedRules } from "../../src/access/shadowed-rules.js";
import { textOf, type WrittenRule } from "./by-the-words.js";

function policyOf(rules: readonly string[]): Policy {
  const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

/** Such as `2: 1`: the second rule is shadowed by the first. */
function shadowed(...rules: string[]): string {
  const found = shadowedRules(policyOf(rules));
  return found.map(({ rule, by }) => `${rule.number}: ${by.map(({ number }) => number).join(" and ")}`).join(", ");
}

describe("a rule is shadowed", () => {
  test.each<[string, string[]]>([
    ["by one for everybody", ["{ deny: run, people: everyone }", "{ allow: run, people: [S0FIN, U0ADALOVEL] }"]],
    ["by one for the same people", ["{ allow: run, people: S0FIN }", "{ deny: run, people: S0FIN }"]],
    ["by one for members, since admins are", ["{ deny: run, people: members }", "{ allow: run, people: admins }"]],
    [
      "by one for members and guests, since there are no others",
      ["{ deny: run, people: [guests, members] }", "{ allow: run, people: everyone }"],
    ],
    [
      "by one for owners of any project",
      ["{ deny: run, people: owner }", "{ allow: run, people: owner, projects: { title: x } }"],
    ],
    ["by one that holds everywhere", ["{ deny: run, people: all }", "{ allow: run, people: all, channels: C0DATA }"]],
    [
      "by one that holds in its channels, too",
      ["{ deny: run, people: all, channels: [C0DATA, C0OPS] }", "{ allow: run, people: all, channels: C0OPS }"],
    ],
    ["by one for more verbs", ["{ deny: [see, run, publish], people: all }", "{ allow: [run, publish], people: all }"]],
    [
      "by one for a wider pattern",
      [
        "{ deny: run, people: all, projects: { title: 'Fin*' } }",
        "{ allow: run, people: all, projects: { title: ['finance *x', 'FINE'], status: Approved } }",
      ],
    ],
    [
      "by one of whose entries each of its own has one",
      [
        "{ deny: run, people: all, projects: [{ category: A }, { category: B }] }",
        "{ allow: run, people: all, projects: { category: [b, a] } }",
      ],
    ],
  ])("%s", (_, rules) => {
    expect(shadowed(...rules.map((rule) => rule.replaceAll("people: all", "people: everyone")))).toBe("2: 1");
  });

  test("by several together", () => {
    expect(
      shadowed(
        "{ deny: run, people: guests }",
        "{ allow: see, people: everyone }",
        "{ allow: run, people: members }",
        "{ allow: run, people: everyone }",
        "{ deny: run, people: [S0FIN, owner] }",
      ),
    ).toBe("4: 1 and 3, 5: 1 and 3");
  });
});

describe("a rule is not shadowed", () => {
  test.each<[string, string[]]>([
    ["by a later one", ["{ allow: run, people: S0FIN }", "{ deny: run, people: everyone }"]],
    ["by one for other people", ["{ deny: run, people: [S0OPS, members] }", "{ allow: run, people: S0FIN }"]],
    ["by one for admins", ["{ deny: run, people: admins }", "{ allow: run, people: members }"]],
    ["by one for owners", ["{ deny: run, people: owner }", "{ allow: run, people: members }"]],
    ["by one in a channel", ["{ deny: run, people: all, channels: C0DATA }", "{ allow: run, people: all }"]],
    ["by one for some of its verbs", ["{ deny: run, people: all }", "{ allow: [run, see], people: all }"]],
    [
      "by one for a narrower pattern",
      [
        "{ deny: run, people: all, projects: { title: 'Fin*x' } }",
        "{ allow: run, people: all, projects: { title: 'Fin*' } }",
      ],
    ],
    [
      "by one that asks for more of a project",
      [
        "{ deny: run, people: all, projects: { title: x, status: Draft } }",
        "{ allow: run, people: all, projects: { title: x } }",
      ],
    ],
    [
      "by one for every title, since an outage has none",
      ["{ deny: silence, people: all, projects: { title: '*' } }", "{ allow: silence, people: all }"],
    ],
  ])("%s", (_, rules) => {
    expect(shadowed(...rules.map((rule) => rule.replaceAll("people: all", "people: everyone")))).toBe("");
  });
});

const EMAILS = ["ada@acme.test", "bob@other.test"];
const PEOPLE: Person[] = ["U0ADALOVEL", "U0BOBSMITH"].flatMap((id, at) =>
  [
    { isGuest: true, isAdmin: false },
    { isGuest: false, isAdmin: false },
    { isGuest: false, isAdmin: true },
  ].flatMap((kind) =>
    [true, false].map((isInGroup) => ({
      ...kind,
      id,
      isOfWorkspace: true,
      email: EMAILS[at] ?? null,
      groups: new Map([["S0FIN", isInGroup]]),
    })),
  ),
);
const PROJECTS: ProjectFacts[] = [[], ["a"], ["ab"], ["abc", "b"]].flatMap((category) =>
  ["", "a", "ab", "bab"].flatMap((title) =>
    [[], ...EMAILS.map((email) => [email])].map((owner) => ({
      id: ["p-1"],
      title: [title],
      category,
      status: [],
      owner,
      collection: [],
    })),
  ),
);
const PLACES = ["C0DATA", "C0OPS", null];

/** The rules that decide about somebody, somewhere. */
function deciding(policy: Policy): Set<Rule | null> {
  const found = new Set<Rule | null>();
  for (const person of PEOPLE) {
    for (const place of PLACES) {
      const rights = new Rights(policy, person, place);
      found.add(rights.mayAdminister().rule);
      for (const verb of ["silence", "watch"] as const) found.add(rights.mayApartFromProjects(verb).rule);
      for (const project of PROJECTS) {
        for (const verb of VERBS) if (verb !== "administer") found.add(rights.may(verb, project).rule);
      }
    }
  }
  return found;
}

const some = <T>(...values: T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 2 });
const pattern = fc.constantFrom("a", "ab", "a*", "*b", "*", "*a*", "a*b", "b");
const projects = fc.array(
  fc.record(
    { title: pattern, category: pattern, owner: fc.constantFrom("*@acme.test", "ada@*", "*") },
    { requiredKeys: [] },
  ),
  { minLength: 1, maxLength: 2 },
);
const rule: fc.Arbitrary<WrittenRule> = fc.record({
  effect: fc.constantFrom<WrittenRule["effect"]>("allow", "deny"),
  verbs: some<Verb>("see", "run", "silence"),
  people: some("everyone", "members", "guests", "admins", "owner", "S0FIN", "U0ADALOVEL", "U0BOBSMITH"),
  channels: fc.option(some("C0DATA", "C0OPS"), { nil: undefined, freq: 2 }),
  projects: fc.option(
    projects.filter((all) => all.every((one) => Object.keys(one).length > 0)),
    { nil: undefined, freq: 1 },
  ),
});

test("no rule that is called shadowed decides for any person, place, project and verb", () => {
  let found = 0;
  fc.assert(
    fc.property(fc.array(rule, { minLength: 2, maxLength: 8 }), fc.boolean(), (rules, areAllSeen) => {
      const everybodySees = areAllSeen ? ["{ allow: see, people: everyone }"] : [];
      const policy = policyOf([...everybodySees, ...rules.map(textOf)]);
      const hidden = shadowedRules(policy);
      found += hidden.length;
      if (hidden.length === 0) return;
      const decide = deciding(policy);
      expect(hidden.filter(({ rule }) => decide.has(rule)).map(({ rule }) => rule.number)).toEqual([]);
    }),
    { numRuns: 100 },
  );
  expect(found).toBeGreaterThan(10);
});

// A few seconds where nothing else runs.
describe("with as many rules as a policy may have", () => {
  const rules = (ruleAt: (at: number) => string) => Array.from({ length: MOST_RULES }, (_, at) => ruleAt(at));

  test.each<[string, (at: number) => string, number]>([
    ["all about people", (at) => `{ allow: run, people: [U0A${1000 + at}, S0B${1000 + at}] }`, 0],
    ["all about projects", (at) => `{ allow: run, people: everyone, projects: { title: 'R ${at} *' } }`, 0],
    ["all the same", () => "{ allow: run, people: [members, S0FIN], projects: { title: R } }", 1_999],
    [
      "with more cases than are gone through",
      () => {
        const numbers = (prefix: string) => Array.from({ length: 10 }, (_, at) => `${prefix}${1000 + at}`).join(", ");
        return `{ allow: run, people: [${numbers("U0")}], channels: [${numbers("C0")}], projects: { title: [${numbers("t")}], status: [a, b] } }`;
      },
      0,
    ],
  ])("%s", (_, ruleAt, expected) => {
    const policy = policyOf(rules(ruleAt));
    expect(shadowedRules(policy)).toHaveLength(expected);
  });
});
