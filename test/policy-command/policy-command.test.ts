// What `npm run policy` prints, as far as it needs neither Slack nor Hex.

import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { Policy, Verb } from "../../src/access/policy.js";
import { Rights } from "../../src/access/rights.js";
import { csvLine } from "../../src/lib/csv.js";
import { readArguments } from "../../src/policy-command/arguments.js";
import { decide } from "../../src/policy-command/decide.js";
import { describedPerson, readPerson } from "../../src/policy-command/described-person.js";
import { describedProject, projectsOfRules } from "../../src/policy-command/described-project.js";
import { explanation } from "../../src/policy-command/explanation.js";
import { matrixCsv, matrixTable, peopleOfRules } from "../../src/policy-command/matrix.js";
import { textTable } from "../../src/policy-command/table.js";
import { UsageError } from "../../src/policy-command/usage-error.js";

const POLICY = policy(`
rules:
  - name: No salaries
    deny: see
    people: everyone
    projects: { category: Salaries }
  - { allow: see, people: everyone }
  - name: Finance runs reports
    allow: run
    people: S0FINANCE
    projects: { title: "Weekly *" }
    channels: C0FINANCE
  - { allow: run, people: owner, projects: { owner: "*@acme.com" } }
  - { allow: publish, people: members, needs: approval by S0FINANCE }
  - { allow: administer, people: admins }
`);

function policy(text: string): Policy {
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

describe("what was typed", () => {
  test("a question has a person, a verb, a project of several words, and a channel", () => {
    expect(readArguments(["explain", "U0ADA", "run", "Sales", "in", "Europe", "in", "C0DATA"])).toMatchObject({
      kind: "explain",
      person: { id: "U0ADA", kind: null },
      verb: "run",
      project: "Sales in Europe",
      place: "C0DATA",
      file: null,
    });
    expect(readArguments(["explain", "guest", "administer", "--file", "a.yml"])).toMatchObject({
      project: "",
      place: null,
      file: "a.yml",
    });
  });

  test("a table is about running unless a verb is named", () => {
    expect(readArguments(["matrix", "--format", "csv", "--person", "guest", "--person", "U0ADA"])).toMatchObject({
      verb: "run",
      format: "csv",
      people: [{ kind: "guest" }, { id: "U0ADA" }],
    });
    expect(readArguments(["check", "other.yml"])).toEqual({ kind: "check", file: "other.yml" });
    expect(readArguments([])).toEqual({ kind: "help" });
  });

  test.each([
    [["chek"], '"chek" is not a command. Did you mean check?'],
    [["explain", "U0ADA", "rum", "x"], '"rum" is not a verb. Did you mean run?'],
    [["explain", "bob", "run", "x"], '"bob" names nobody.'],
    [["explain", "U0ADA"], "Name a person, a verb and a project."],
    [["explain", "U0ADA", "run"], "Name the project that they want to run."],
    [["explain", "U0ADA", "administer", "x"], "Leave out the project."],
    [["matrix", "administer"], "Use explain."],
    [["matrix", "--format", "cvs"], '"cvs" is not a format. Did you mean csv?'],
    [["schema", "x"], "schema takes no other words"],
    [["check", "one.yml", "two.yml"], "Name one file at a time."],
    [["check", "one.yml", "--file", "two.yml"], "Name one file at a time."],
    [["matrix", "see", "run"], "Name one verb."],
    [["matrix", "in", "general"], '"general" is not the id of a conversation.'],
    [["matrix", "see", "in", "general"], '"general" is not the id of a conversation.'],
    [["explain", "U0ADA", "run", "Weekly revenue", "in", "#general"], '"#general" is not the id of a conversation.'],
    [["explain", "U0ADA", "administer", "in", "#general"], '"#general" is not the id of a conversation.'],
  ])("%j: %s", (argv, words) => {
    expect(() => readArguments(argv)).toThrow(UsageError);
    expect(() => readArguments(argv)).toThrow(words);
  });

  test("an option that is not there is refused", () => {
    expect(() => readArguments(["check", "--colour"])).toThrow(/colour/);
  });
});

describe("explain", () => {
  function asked(who: string, verb: Verb, what: string, place: string | null = null): string {
    const project = verb === "administer" ? null : describedProject(what);
    const facts = project?.facts ?? null;
    const person = describedPerson(readPerson(who), POLICY).as(facts);
    const decided = decide(new Rights(POLICY, person, place), verb, facts);
    return explanation("policy.yml", { who, person, verb, project, place }, decided);
  }

  test("names the rule that allows it, with its line", () => {
    expect(asked("member,S0FINANCE", "run", "title:Weekly revenue", "C0FINANCE")).toBe(
      "Yes: member,S0FINANCE, run title:Weekly revenue, in C0FINANCE\n" +
        "policy.yml:8: rule 3 (Finance runs reports) allows run.\n",
    );
  });

  test("the place counts, and so does the project", () => {
    expect(asked("member,S0FINANCE", "run", "title:Weekly revenue")).toMatch(/^No: .*\nNo rule allows run there\.\n$/);
    expect(asked("member", "run", "title:Weekly revenue", "C0FINANCE")).toMatch(/^No:/);
  });

  test("what somebody may not see does not exist for them", () => {
    expect(asked("owner", "run", "category:Salaries,owner:ada@acme.com")).toBe(
      "No: owner, run category:Salaries,owner:ada@acme.com, on the Home tab\n" +
        "policy.yml:3: rule 1 (No salaries) denies see.\n" +
        "A project does not exist for people who may not see it.\n",
    );
  });

  test("an owner is whoever owns the project", () => {
    expect(asked("owner", "run", "owner:ada@acme.com")).toMatch(/^Yes: .*\npolicy\.yml:13: rule 4 allows run\.\n$/);
    expect(asked("owner", "run", "owner:ada@other.com")).toMatch(/^No:/);
    expect(asked("member,ada@acme.com", "run", "owner:Ada@Acme.com")).toMatch(/^Yes:/);
  });

  test("an approval says whose", () => {
    expect(asked("owner", "publish", "owner:ada@acme.com")).toMatch(
      /^After approval: .*rule 5 needs the approval of S0FINANCE\.\n$/s,
    );
    expect(asked("guest", "publish", "title:Revenue")).toMatch(/^No:/);
  });

  test("whoever may not run a project may not publish it either", () => {
    expect(asked("member", "publish", "title:Revenue")).toBe(
      "No: member, publish title:Revenue, on the Home tab\n" +
        "No rule allows run there.\n" +
        "Publishing takes the right to run, too.\n",
    );
  });

  test("people may cancel their own runs, whatever the rules say", () => {
    expect(asked("member", "cancel", "title:Revenue")).toBe(
      "No: member, cancel title:Revenue, on the Home tab\n" +
        "No rule allows cancel there.\n" +
        "People may always cancel the runs that they asked for.\n",
    );
    expect(asked("member", "cancel", "category:Salaries")).toMatch(
      /for people who may not see it\.\nPeople may always cancel/,
    );
  });

  test("administer is about no project", () => {
    expect(asked("admin", "administer", "")).toMatch(
      /^Yes: admin, administer the bot, on the Home tab\n.*rule 6 allows/,
    );
    expect(asked("member", "administer", "")).toMatch(/^No:/);
  });

  test("says what is not known of somebody with nothing but an id, and of a project with nothing but an id", () => {
    const id = "5d2f0000-0000-4000-8000-000000000001";
    expect(asked("U0ADA", "administer", "")).toMatch(
      /rule 6 decides about administer, but .*\n {2}Not known: whether they are an admin\n/,
    );
    expect(asked("member", "see", id)).toMatch(/\n {2}Not known: the project's category\n/);
  });
});

describe("a run that publishes", () => {
  const rules = (run: string, publish: string) =>
    policy(`rules:\n  - { allow: see, people: everyone }\n  - { ${run} }\n  - { ${publish} }\n`);
  const [everybody, nobody] = ["people: everyone", "people: U0NOBODY1"];
  const byAda = "needs: approval by U0ADALOVEL";
  const byBob = "needs: approval by U0BOBSMITH";

  test.each([
    ["both are allowed", `allow: run, ${everybody}`, `allow: publish, ${everybody}`, "publish allowed"],
    ["only publishing is", `allow: run, ${nobody}`, `allow: publish, ${everybody}`, "run denied"],
    ["only running is", `allow: run, ${everybody}`, `allow: publish, ${nobody}`, "publish denied"],
    ["neither is", `allow: run, ${nobody}`, `allow: publish, ${nobody}`, "run denied"],
    ["running waits", `allow: run, ${everybody}, ${byAda}`, `allow: publish, ${everybody}`, "run needs_approval"],
    [
      "both wait",
      `allow: run, ${everybody}, ${byAda}`,
      `allow: publish, ${everybody}, ${byBob}`,
      "publish needs_approval",
    ],
    ["only running waits", `allow: run, ${everybody}, ${byAda}`, `allow: publish, ${nobody}`, "publish denied"],
  ])("%s", (_, run, publish, expected) => {
    const all = rules(run, publish);
    const rights = new Rights(all, describedPerson(readPerson("member"), all).as(null), null);
    const { verb, decision } = decide(rights, "publish", describedProject("title:Revenue")?.facts ?? null);
    expect(`${verb} ${decision.kind}`).toBe(expected);
  });
});

describe("matrix", () => {
  const options = {
    policy: POLICY,
    verb: "run" as const,
    place: "C0FINANCE",
    people: peopleOfRules(POLICY).map((who) => describedPerson(who, POLICY)),
    projects: projectsOfRules(POLICY),
  };

  test("shows people and projects that the rules tell apart", () => {
    expect(matrixTable(options, 100)).toBe(
      `run, in C0FINANCE

                    member  guest  admin  owner  S0FINANCE
category: Salaries  no      no     no     no     no
title: Weekly *     no      no     no     no     yes
owner: *@acme.com   no      no     no     yes    no
any other project   no      no     no     no     no

approval: yes, once somebody approves. ?: no, because Slack or Hex has not said enough.
`,
    );
  });

  test("on a narrow terminal, the table goes on below", () => {
    const table = matrixTable(options, 40);
    expect(
      Math.max(
        ...table
          .split("\n")
          .slice(2, -3)
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(40);
    expect(table.match(/title: Weekly/g)?.length).toBeGreaterThan(1);
  });

  test("as CSV, one line for each project and person, with the line of the rule", () => {
    const lines = matrixCsv(options).split("\r\n");
    expect(lines[0]).toBe("project_id,project,person,verb,channel,answer,line_of_rule");
    expect(lines).toContain(",title: Weekly *,S0FINANCE,run,C0FINANCE,yes,8");
    expect(lines).toContain(",category: Salaries,S0FINANCE,run,C0FINANCE,no,3");
  });

  test("a title is no formula of a spreadsheet, and rewrites no terminal", () => {
    expect(csvLine(["=1+1", 'a "b"', "x,y"])).toBe(`'=1+1,"a ""b""","x,y"\r\n`);
    expect(textTable(["a"], [{ label: "one\u001b[2J\ntwo", cells: ["yes"] }], 80)).toBe(
      "            a\none[2J two  yes\n",
    );
  });
});
