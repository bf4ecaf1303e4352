// Every verb, for every kind of person, in every kind of place, about every kind of project, under one policy for each kind of rule:
// what the bot decides is what docs/access.md says, read as simply as it can be.

import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { type Person, type Policy, type ProjectFacts, VERBS, type Verb } from "../../src/access/policy.js";
import { Rights } from "../../src/access/rights.js";

/** Yes, no, or Slack or Hex has not said it. */
type Known = "yes" | "no" | "?";

interface Somebody {
  /** Those of the people in `TERMS` that mean them, and those of which that is not known. */
  is: readonly string[];
  unsure?: readonly string[];
  isOfWorkspace: boolean;
}

const TERMS = ["everyone", "members", "guests", "admins", "owner", "U0SOMEBODY", "S0ANALYSTS"] as const;

const PEOPLE: Readonly<Record<string, Somebody>> = {
  "a member": { isOfWorkspace: true, is: ["everyone", "members"] },
  "a guest": { isOfWorkspace: true, is: ["everyone", "guests"] },
  "an administrator": { isOfWorkspace: true, is: ["everyone", "members", "admins"] },
  "one of a group": { isOfWorkspace: true, is: ["everyone", "members", "S0ANALYSTS"] },
  "somebody who is named": { isOfWorkspace: true, is: ["everyone", "members", "U0SOMEBODY"] },
  "somebody of whom Slack says nothing": {
    isOfWorkspace: true,
    is: ["everyone"],
    unsure: ["members", "guests", "admins", "owner", "S0ANALYSTS"],
  },
  "somebody of another workspace": { isOfWorkspace: false, is: TERMS },
  "another app's bot": { isOfWorkspace: false, is: ["everyone"] },
};

const PLACES = { "a channel": "C0ANALYTICS", "direct messages": "D0SOMEBODY", "no conversation": null } as const;

/** For each kind of project: whether the person owns it, and whether the filters in `FILTERS` are about it. */
const PROJECTS: Readonly<Record<string, { isTheirs: Known; isApproved: Known; isSalaries: Known }>> = {
  "their own": { isTheirs: "yes", isApproved: "yes", isSalaries: "no" },
  "another's": { isTheirs: "no", isApproved: "no", isSalaries: "no" },
  "a hidden one": { isTheirs: "no", isApproved: "yes", isSalaries: "yes" },
  "one of which Hex says nothing": { isTheirs: "?", isApproved: "?", isSalaries: "?" },
};
/** What is about no project, such as an outage and administration, is nobody's. */
const NO_PROJECT = { isTheirs: "no", isApproved: "no", isSalaries: "no" } as const;

interface Line {
  effect: "allow" | "deny" | "approval";
  verb: Verb;
  who: (typeof TERMS)[number];
  isInChannel?: boolean;
  about?: "approved" | "salaries" | undefined;
}

const FILTERS = { approved: "{ status: Approved }", salaries: "{ category: Salaries }" } as const;

const HIDES: Line = { effect: "deny", verb: "see", who: "everyone", about: "salaries" };

/** One rule of each kind about a verb; above those that let everybody see everything, and do what it takes away. */
function linesAbout(verb: Verb): Line[][] {
  const isAboutProjects = verb !== "administer";
  const effects = (["allow", "deny", "approval"] as const).filter(
    (effect) => effect !== "approval" || verb === "run" || verb === "publish",
  );
  const whoms = TERMS.filter((who) => isAboutProjects || who !== "owner");
  const lines = effects.flatMap((effect) =>
    whoms.flatMap((who) =>
      [false, true].flatMap((isInChannel) =>
        (isAboutProjects ? ([undefined, "approved"] as const) : [undefined]).map((about): Line => {
          return { effect, verb, who, isInChannel, about };
        }),
      ),
    ),
  );
  const all: Line[] = [{ effect: "allow", verb, who: "everyone" }];
  const seen: Line[] = verb === "see" ? [] : [{ effect: "allow", verb: "see", who: "everyone" }];
  return lines
    .map((line) => [line, ...(line.effect === "allow" ? [] : all), ...seen])
    .flatMap((policy) => [policy, [HIDES, ...policy]]);
}

function written({ effect, verb, who, isInChannel, about }: Line): string {
  const parts = [
    `${effect === "deny" ? "deny" : "allow"}: ${verb}`,
    `people: ${who}`,
    ...(isInChannel ? [`channels: ${PLACES["a channel"]}`] : []),
    ...(about ? [`projects: ${FILTERS[about]}`] : []),
    ...(effect === "approval" ? ["needs: approval by U0GRACEHOP"] : []),
  ];
  return `{ ${parts.join(", ")} }`;
}

function policyOf(lines: readonly Line[]): Policy {
  const reading = parsePolicy(`rules:\n${lines.map((line) => `  - ${written(line)}\n`).join("")}`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

interface PolicyCase {
  lines: readonly Line[];
  policy: Policy;
}

const POLICIES = new Map(
  VERBS.map((verb) => [verb, linesAbout(verb).map((lines): PolicyCase => ({ lines, policy: policyOf(lines) }))]),
);
const policiesAbout = (verb: Verb): readonly PolicyCase[] => POLICIES.get(verb) ?? [];

type Outcome = "allowed" | "needs_approval" | "denied";
const LEAST_FIRST: readonly Outcome[] = ["denied", "needs_approval", "allowed"];

interface Case {
  who: Somebody;
  place: string | null;
  project: (typeof PROJECTS)[string];
}

/** "The first rule that applies decides. If no rule applies, the answer is no." What nobody has said is what gives the fewest rights. */
function expected([first, ...rest]: readonly Line[], verb: Verb, one: Case): Outcome {
  if (first === undefined) return "denied";
  const says = first.effect === "allow" ? "allowed" : first.effect === "deny" ? "denied" : "needs_approval";
  const applies = doesApply(first, verb, one);
  const otherwise = applies === "yes" ? says : expected(rest, verb, one);
  if (applies !== "?") return otherwise;
  return LEAST_FIRST.find((outcome) => outcome === says || outcome === otherwise) ?? "denied";
}

function doesApply(line: Line, verb: Verb, one: Case): Known {
  const isThere = !line.isInChannel || one.place === PLACES["a channel"];
  if (line.verb !== verb || !isThere) return "no";
  const both = [isMeant(line.who, one), isAbout(line.about, one.project)];
  if (both.includes("no")) return "no";
  return both.includes("?") ? "?" : "yes";
}

function isMeant(term: Line["who"], { who, project }: Case): Known {
  // Without their address, nobody knows whether they own what somebody owns.
  if (term === "owner") return who.unsure?.includes("owner") && project !== NO_PROJECT ? "?" : project.isTheirs;
  if (who.unsure?.includes(term)) return "?";
  return who.is.includes(term) ? "yes" : "no";
}

function isAbout(about: Line["about"], project: Case["project"]): Known {
  if (about === undefined) return "yes";
  return about === "approved" ? project.isApproved : project.isSalaries;
}

/** What the bot knows of somebody whom the table describes. */
function personOf({ is, unsure = [], isOfWorkspace }: Somebody): Person {
  const whether = (term: (typeof TERMS)[number]) => (unsure.includes(term) ? null : is.includes(term));
  const isOfGroup = whether("S0ANALYSTS");
  return {
    id: is.includes("U0SOMEBODY") ? "U0SOMEBODY" : "U0OTHERONE",
    isOfWorkspace,
    isGuest: whether("guests"),
    isAdmin: whether("admins"),
    email: unsure.includes("owner") ? null : "they@acme.test",
    groups: new Map(isOfGroup === null ? [] : [["S0ANALYSTS", isOfGroup]]),
  };
}

function factsOf({ isTheirs, isApproved, isSalaries }: (typeof PROJECTS)[string]): ProjectFacts {
  const values = (known: Known, yes: string, no: string) => (known === "?" ? null : [known === "yes" ? yes : no]);
  return {
    id: ["5d2f0000-0000-4000-8000-000000000001"],
    title: isTheirs === "?" ? null : ["report"],
    category: values(isSalaries, "salaries", "sales"),
    status: values(isApproved, "approved", "draft"),
    owner: values(isTheirs, "they@acme.test", "others@acme.test"),
    collection: null,
  };
}

const FACTS = Object.entries(PROJECTS).map(([name, project]) => ({ name, project, facts: factsOf(project) }));

/** Whatever the bot decides otherwise than it should, for one kind of person. `given` is `null` for no policy. */
function differences(who: Somebody, given: PolicyCase | null): string[] {
  const { lines = null, policy = null } = given ?? {};
  const found: string[] = [];
  const judge = (verb: Verb, one: Case): Outcome => {
    if (!who.isOfWorkspace) return "denied";
    if (lines === null) return who.is.includes("guests") ? "denied" : "allowed";
    return expected(lines, verb, one);
  };
  const compare = (what: string, is: Outcome, shouldBe: Outcome) => {
    if (is !== shouldBe)
      found.push(`${what}: ${is}, not ${shouldBe} (${lines?.map(written).join(" ") ?? "no policy"})`);
  };
  for (const [where, place] of Object.entries(PLACES)) {
    const rights = new Rights(policy, personOf(who), place);
    for (const { name, project, facts } of FACTS) {
      const one = { who, place, project };
      for (const verb of VERBS) {
        if (verb === "administer") continue;
        const sees = judge("see", one);
        const shouldBe = sees === "denied" ? sees : judge(verb, one);
        compare(`${verb} ${name} in ${where}`, rights.may(verb, facts).kind, shouldBe);
      }
    }
    const apart = { who, place, project: NO_PROJECT };
    compare(`administer in ${where}`, rights.mayAdminister().kind, judge("administer", apart));
    compare(`silence an outage in ${where}`, rights.mayApartFromProjects("silence").kind, judge("silence", apart));
  }
  return found;
}

describe.each(Object.entries(PEOPLE))("%s", (_, who) => {
  test("without a policy", () => {
    expect(differences(who, null)).toEqual([]);
  });

  test.each(VERBS)("with policies about the verb %s", (verb) => {
    const found = policiesAbout(verb).flatMap((given) => differences(who, given));
    expect(found.slice(0, 10)).toEqual([]);
  });
});

test("the policies let each kind of person of the workspace do each thing, and forbid it", () => {
  const outcomes = (who: Somebody, verb: Verb) =>
    new Set(
      policiesAbout(verb).flatMap(({ policy }) => {
        const rights = new Rights(policy, personOf(who), PLACES["a channel"]);
        return verb === "administer"
          ? [rights.mayAdminister().kind]
          : FACTS.map(({ facts }) => rights.may(verb, facts).kind);
      }),
    );
  for (const who of Object.values(PEOPLE).filter(({ isOfWorkspace }) => isOfWorkspace)) {
    for (const verb of VERBS) expect([...outcomes(who, verb)]).toEqual(expect.arrayContaining(["allowed", "denied"]));
  }
});
