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

describe("guests", () => {
  const guest = { ...ADA, isGuest: true };
  const everything = withRules("{ allow: [run, silence, administer], people: everyone }");

  test("may do nothing without a policy, and what its rules say with one", () => {
    const without = new Rights(null, guest, null);
    for (const decision of [without.may("see", REPORT), without.may("run", REPORT), without.mayAdminister()])
      expect(decision).toEqual({ kind: "denied", rule: null, isUnsure: false });
    expect(mayRun(everything, guest)).toBe("allowed");
  });

  test.each<[string, Policy | null, Person, boolean, boolean]>([
    ["a member without a policy", null, ADA, true, false],
    ["a guest without a policy", null, guest, false, true],
    ["a member with a policy", everything, ADA, false, false],
    ["a guest with a policy", everything, guest, false, false],
  ])("%s", (_, policy, person, areUnlimited, isGuestWithoutRules) => {
    const rights = new Rights(policy, person, null);
    expect(rights.areUnlimited).toBe(areUnlimited);
    expect(rights.isGuestWithoutRules).toBe(isGuestWithoutRules);
  });
});

describe("what is about no project", () => {
  const silence = (...rules: string[]) => {
    const decision = new Rights(withRules(...rules), ADA, null).mayApartFromProjects("silence");
    return decision.kind === "denied" && decision.isUnsure ? "unsure" : decision.kind;
  };

  test("is decided by the rules that are about no project", () => {
    expect(silence("{ allow: silence, people: U0ADA }")).toBe("allowed");
    expect(silence("{ allow: silence, people: U0EVE }")).toBe("denied");
    expect(silence("{ deny: silence, people: U0ADA }", "{ allow: silence, people: everyone }")).toBe("denied");
    expect(new Rights(null, ADA, null).mayApartFromProjects("silence").kind).toBe("allowed");
  });

  test.each(["title", "category", "status", "owner", "collection"])("and by none about a project's %s", (field) => {
    expect(silence(`{ allow: silence, people: everyone, projects: { ${field}: '*' } }`)).toBe("denied");
    expect(
      silence(
        `{ deny: silence, people: everyone, projects: { ${field}: '*x*' } }`,
        "{ allow: silence, people: everyone }",
      ),
    ).toBe("allowed");
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
    ["{ owner: [eve@acme.test, ada@acme.test] }", "allowed"],
    ["{ owner: eve@acme.test }", "denied"],
  ])("projects: %s: %s", (projects, expected) => {
    expect(mayRun(withRules(`{ allow: run, people: everyone, projects: ${projects} }`))).toBe(expected);
  });

  test("of a project with several categories, one is enough", () => {
    const policy = withRules("{ allow: run, people: everyone, projects: { category: Finance } }");
    expect(mayRun(policy, ADA, null, { ...REPORT, category: ["board", "finance"] })).toBe("allowed");
    expect(mayRun(policy, ADA, null, { ...REPORT, category: ["board"] })).toBe("denied");
  });

  test("of a project that nobody owns, nobody is the owner", () => {
    const policy = withRules("{ allow: run, people: owner }");
    const nobodys = { ...REPORT, owner: [] };
    expect(mayRun(policy, ADA, null, nobodys)).toBe("denied");
    expect(mayRun(policy, { ...ADA, email: null }, null, nobodys)).toBe("denied");
    expect(mayRun(policy, { ...ADA, email: "eve@acme.test" })).toBe("denied");
  });

  test.each([
    ["a guest", { isGuest: true }, { members: "denied", guests: "allowed", admins: "denied" }],
    ["an admin", { isAdmin: true }, { members: "allowed", guests: "denied", admins: "allowed" }],
  ])("%s is one", (_, facts, expected) => {
    for (const [people, right] of Object.entries(expected))
      expect(mayRun(withRules(`{ allow: run, people: ${people} }`), { ...ADA, ...facts }), people).toBe(right);
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

describe("who looks after the bot", () => {
  test("whom a rule allows that, and nobody else", () => {
    const policy = withRules("{ allow: administer, people: U0ADA }", "{ allow: [run, cancel], people: everyone }");
    const grace = { ...ADA, id: "U0GRACE" };
    expect(new Rights(policy, ADA, null).mayAdminister()).toMatchObject({ kind: "allowed", rule: { number: 1 } });
    expect(new Rights(policy, grace, null).mayAdminister()).toEqual({ kind: "denied", rule: null, isUnsure: false });
  });

  test("not those of whom a rule before says that they may not", () => {
    const policy = withRules("{ deny: administer, people: guests }", "{ allow: administer, people: everyone }");
    const administers = (isGuest: boolean | null) => new Rights(policy, { ...ADA, isGuest }, null).mayAdminister();
    expect(administers(false).kind).toBe("allowed");
    expect(administers(true)).toMatchObject({ kind: "denied", rule: { number: 1 }, isUnsure: false });
    expect(administers(null)).toMatchObject({ kind: "denied", rule: { number: 1 }, isUnsure: true });
  });
});

describe("the rule that decided", () => {
  const decided = (rules: string[], person = ADA, project = REPORT) => {
    const { kind, rule } = new Rights(withRules(...rules), person, null).may("run", project);
    return `${kind} by ${rule?.number ?? "none"}`;
  };
  const somebody: Person = { ...ADA, isGuest: null, groups: new Map() };

  test("is the first that applies", () => {
    const rules = ["{ allow: run, people: U0EVE }", "{ deny: run, people: U0ADA }", "{ allow: run, people: everyone }"];
    expect(decided(rules)).toBe("denied by 2");
    expect(decided(rules.slice(0, 1))).toBe("denied by none");
  });

  test("is the one that may apply, if that gives less than what follows it", () => {
    expect(decided(["{ deny: run, people: guests }", "{ allow: run, people: everyone }"], somebody)).toBe(
      "denied by 1",
    );
    expect(decided(["{ allow: run, people: guests }", "{ deny: run, people: everyone }"], somebody)).toBe(
      "denied by 2",
    );
    expect(decided(["{ allow: run, people: guests }"], somebody)).toBe("denied by 1");
    const approval = "{ allow: run, people: S0FIN, needs: approval by U0BOSS }";
    expect(decided([approval, "{ allow: run, people: everyone }"], somebody)).toBe("needs_approval by 1");
    expect(decided(["{ allow: run, people: S0FIN }", "{ allow: run, people: everyone }"], somebody)).toBe(
      "allowed by 2",
    );
  });

  test("is the one that certainly applies, of those that give as much", () => {
    expect(decided(["{ deny: run, people: guests }", "{ deny: run, people: everyone }"], somebody)).toBe("denied by 2");
  });

  test("is not one about other projects, whoever it may be about", () => {
    const other = "{ deny: run, people: S0FIN, projects: { title: '*sales*' } }";
    expect(decided([other, "{ allow: run, people: everyone }"], somebody)).toBe("allowed by 2");
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

  test("whose approval it takes: nobody gives one for somebody else", () => {
    const by = (who: string, people: string) => `{ allow: run, people: ${people}, needs: approval by ${who} }`;
    const [everyone, allowed] = ["everyone", "{ allow: run, people: everyone }"];
    expect(mayRun(withRules(by("U0BOSS", "guests"), by("members", everyone)), somebody)).toBe("unsure");
    expect(mayRun(withRules(by("U0BOSS", "guests"), by("members", "S0FIN"), allowed), somebody)).toBe("unsure");
    expect(mayRun(withRules(by("U0BOSS", "guests"), by("U0BOSS", everyone)), somebody)).toBe("needs_approval");
    expect(mayRun(withRules(by("U0BOSS", "guests"), by("members", everyone)))).toBe("needs_approval");
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
    "allow: run, needs: approval by members",
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
          const [less, more] = [new Rights(policy, known, null), new Rights(policy, ADA, null)];
          const [asked, due] = [less.may("run", project), more.may("run", REPORT)];
          if (asked.kind === "needs_approval" && due.kind === "needs_approval") expect(asked.by).toEqual(due.by);
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
          ...policy,
          rules: policy.rules.map((rule) => ({ ...rule, projects: rule.projects && [...rule.projects, nothing] })),
        };
        for (const project of [REPORT, UNKNOWN]) expect(given(policy, ADA, project)).toBe(given(scanned, ADA, project));
      }),
    );
  });
});

test("what was decided is decided the same when it is asked again, and of other facts anew", () => {
  const policy = withRules(
    "{ deny: see, people: everyone, projects: { category: Finance } }",
    "{ allow: [see, run], people: everyone }",
  );
  const rights = new Rights(policy, ADA, null);
  const hidden = { ...REPORT, category: ["finance"] };
  const shown = { ...REPORT, category: [] };
  for (let asked = 0; asked < 2; asked++) {
    expect([hidden, shown].map((facts) => rights.may("see", facts).kind)).toEqual(["denied", "allowed"]);
    expect(rights.may("run", shown).kind).toBe("allowed");
  }
});
