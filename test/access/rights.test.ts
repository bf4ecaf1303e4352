import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { Person, Policy, ProjectFacts } from "../../src/access/policy.js";
import { VERBS } from "../../src/access/policy.js";
import { Rights } from "../../src/access/rights.js";

const ADA: Person = {
  id: "U0ADA",
  isOfWorkspace: true,
  isGuest: false,
  isAdmin: false,
  email: "ada@acme.test",
  groups: new Map([
    ["S0FIN", true],
    ["S0OPS", false],
  ]),
};
const REPORT: ProjectFacts = {
  id: ["5d2f0000-0000-4000-8000-000000000001"],
  title: ["finance: monthly report"],
  category: ["finance"],
  status: ["production"],
  owner: ["ada@acme.test"],
  collection: ["board"],
};
const UNKNOWN: ProjectFacts = {
  id: REPORT.id,
  title: null,
  category: null,
  status: null,
  owner: null,
  collection: null,
};

function policyOf(text: string): Policy {
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

/** A policy in which everybody sees everything, with these rules before that. */
function withRules(...rules: string[]): Policy {
  const all = [...rules, "{ allow: see, people: everyone }"];
  return policyOf(`rules:\n${all.map((rule) => `  - ${rule}\n`).join("")}`);
}

function mayRun(policy: Policy | null, person = ADA, place: string | null = "C0DATA", project = REPORT): string {
  const decision = new Rights(policy, person, place).may("run", project);
  return decision.kind === "denied" && decision.isUnsure ? "unsure" : decision.kind;
}

describe("without a policy", () => {
  test("people of the workspace may do everything, others nothing", () => {
    const stranger = { ...ADA, isOfWorkspace: false };
    for (const verb of VERBS.filter((verb) => verb !== "administer")) {
      expect(new Rights(null, ADA, null).may(verb, UNKNOWN).kind).toBe("allowed");
      expect(new Rights(null, stranger, null).may(verb, REPORT).kind).toBe("denied");
    }
    expect(new Rights(null, ADA, null).mayAdminister().kind).toBe("allowed");
    expect(new Rights(null, stranger, null).mayAdminister().kind).toBe("denied");
  });
});

describe("with a policy", () => {
  test("what no rule allows is denied", () => {
    expect(mayRun(withRules("{ allow: cancel, people: everyone }"))).toBe("denied");
  });

  test.each([
    ["everyone", "allowed"],
    ["members", "allowed"],
    ["guests", "denied"],
    ["admins", "denied"],
    ["owner", "allowed"],
    ["U0ADA", "allowed"],
    ["U0EVE", "denied"],
    ["S0FIN", "allowed"],
    ["S0OPS", "denied"],
    ["S0NEW", "unsure"],
    ["[S0NEW, U0ADA]", "allowed"],
  ])("people: %s: %s", (people, expected) => {
    expect(mayRun(withRules(`{ allow: run, people: ${people} }`))).toBe(expected);
  });

  test.each([
    ["{ title: 'Finance*' }", "allowed"],
    ["{ title: '*REPORT' }", "allowed"],
    ["{ title: 'F*m*t' }", "allowed"],
    ["{ title: Finance }", "denied"],
    ["{ title: '*reports' }", "denied"],
    ["{ category: [Sales, Finance], status: Production }", "allowed"],
    ["{ category: Finance, status: Draft }", "denied"],
    ["[{ category: Sales }, { collection: Board }]", "allowed"],
    ["{ owner: '*@acme.test' }", "allowed"],
    ["{ id: 5D2F0000-0000-4000-8000-000000000001 }", "allowed"],
    ["{ id: 5d2f0000-0000-4000-8000-000000000002 }", "denied"],
  ])("projects: %s: %s", (projects, expected) => {
    expect(mayRun(withRules(`{ allow: run, people: everyone, projects: ${projects} }`))).toBe(expected);
  });

  test("a rule with channels holds in those, and neither elsewhere nor on the Home tab", () => {
    const policy = withRules("{ allow: run, people: everyone, channels: [C0DATA] }");
    expect(["C0DATA", "C0OTHER", null].map((place) => mayRun(policy, ADA, place))).toEqual([
      "allowed",
      "denied",
      "denied",
    ]);
  });

  test("the first rule that applies decides", () => {
    const [deny, allow] = ["{ deny: run, people: everyone }", "{ allow: run, people: U0ADA }"];
    expect(mayRun(withRules(deny, allow))).toBe("denied");
    expect(mayRun(withRules(allow, deny))).toBe("allowed");
  });

  test("who may not see a project may do nothing to it", () => {
    const policy = withRules(
      "{ deny: see, people: everyone, projects: { category: Finance } }",
      "{ allow: run, people: everyone }",
    );
    expect(mayRun(policy)).toBe("denied");
    expect(mayRun(policy, ADA, null, { ...REPORT, category: [] })).toBe("allowed");
  });

  test("a run that needs approval says whose", () => {
    const policy = withRules("{ allow: run, people: everyone, needs: 'approval by U0BOSS, S0FIN and owner' }");
    const by = [{ kind: "person", id: "U0BOSS" }, { kind: "group", id: "S0FIN" }, { kind: "owner" }];
    expect(new Rights(policy, ADA, null).may("run", REPORT)).toMatchObject({ kind: "needs_approval", by });
  });

  test("people of other workspaces may do nothing, even by name", () => {
    expect(mayRun(withRules("{ allow: run, people: U0ADA }"), { ...ADA, isOfWorkspace: false })).toBe("denied");
  });
});

describe("what Slack or Hex has not said", () => {
  const somebody: Person = { ...ADA, isGuest: null, isAdmin: null, email: null, groups: new Map() };

  test.each(["members", "guests", "admins", "owner", "S0FIN"])("%s: gives no right", (people) => {
    expect(mayRun(withRules(`{ allow: run, people: ${people} }`), somebody)).toBe("unsure");
  });

  test.each(["members", "guests", "admins", "owner", "S0FIN"])("%s: a denial holds", (people) => {
    const policy = withRules(`{ deny: run, people: ${people} }`, "{ allow: run, people: everyone }");
    expect(mayRun(policy, somebody)).toBe("unsure");
  });

  test("a rule that allows does not stand in the way of one that certainly does", () => {
    expect(mayRun(withRules("{ allow: run, people: S0FIN }", "{ allow: run, people: everyone }"), somebody)).toBe(
      "allowed",
    );
  });

  test("who may need an approval needs one", () => {
    const policy = withRules(
      "{ allow: run, people: guests, needs: approval by U0BOSS }",
      "{ allow: run, people: everyone }",
    );
    expect(mayRun(policy, somebody)).toBe("needs_approval");
  });

  test.each(["title", "category", "status", "owner", "collection"])("a project's %s", (field) => {
    const policy = withRules(
      `{ deny: run, people: everyone, projects: { ${field}: x } }`,
      "{ allow: run, people: everyone }",
    );
    expect(mayRun(policy, ADA, null, UNKNOWN)).toBe("unsure");
    expect(mayRun(policy)).toBe("allowed");
  });
});

describe("whatever the rules", () => {
  const people = fc.constantFrom("everyone", "members", "guests", "admins", "owner", "U0ADA", "S0FIN", "S0OPS");
  const projects = fc.constantFrom(
    "",
    ", projects: { title: 'F*' }",
    ", projects: { category: Finance }",
    ", projects: { status: Draft }",
    ", projects: [{ owner: ada@acme.test }, { title: x* }]",
    ", projects: { collection: Board, category: '*' }",
  );
  const effect = fc.constantFrom(
    "allow: run",
    "deny: run",
    "allow: [see, run]",
    "deny: see",
    "allow: run, needs: approval by U0BOSS",
  );
  const rule = fc.tuple(effect, people, projects).map(([does, who, what]) => `{ ${does}, people: ${who}${what} }`);
  const policies = fc.array(rule, { minLength: 1, maxLength: 8 }).map((rules) => withRules(...rules));
  const forgets = fc.record({ guest: fc.boolean(), admin: fc.boolean(), email: fc.boolean(), groups: fc.boolean() });
  const GIVES = ["denied", "needs_approval", "allowed"];
  const given = (policy: Policy, person: Person, project: ProjectFacts) =>
    GIVES.indexOf(new Rights(policy, person, null).may("run", project).kind);

  test("who is less known never has more rights", () => {
    fc.assert(
      fc.property(
        policies,
        forgets,
        fc.constantFrom(REPORT, UNKNOWN),
        (policy, { guest, admin, email, groups }, project) => {
          const known: Person = {
            ...ADA,
            isGuest: guest ? null : ADA.isGuest,
            isAdmin: admin ? null : ADA.isAdmin,
            email: email ? null : ADA.email,
            groups: groups ? new Map() : ADA.groups,
          };
          expect(given(policy, known, project)).toBeLessThanOrEqual(given(policy, ADA, REPORT));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("a rule is found by its project's values exactly when it would be found without an index", () => {
    fc.assert(
      fc.property(policies, (policy) => {
        // Nothing can be filed under a pattern that says neither how a text begins nor how it ends.
        const nothing = { id: ["*no such id*"] };
        const scanned = {
          rules: policy.rules.map((rule) => ({ ...rule, projects: rule.projects && [...rule.projects, nothing] })),
        };
        for (const project of [REPORT, UNKNOWN]) expect(given(policy, ADA, project)).toBe(given(scanned, ADA, project));
      }),
    );
  });
});
