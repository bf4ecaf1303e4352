import { describe, expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { unknownProject } from "../../src/access/project-facts.js";
import { whoMay } from "../../src/access/who-may.js";

const FINANCE = { ...unknownProject("p-1"), title: ["weekly revenue"], category: ["finance"] };
const HERE = "C0DATA01";

/** Whom rules let cancel a run of the Finance project here. */
function named(...rules: string[]): string[] {
  const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return whoMay(reading.policy, "cancel", FINANCE, HERE).map((term) => ("id" in term ? term.id : term.kind));
}

describe("who may cancel", () => {
  test("are those whom the rules allow it, in their order and once each", () => {
    expect(
      named(
        "{ allow: [run, cancel], people: [owner, U0GRACE1] }",
        "{ allow: cancel, people: [admins, U0GRACE1, S0DATATEAM1, S0FINTEAM1] }",
      ),
    ).toEqual(["owner", "U0GRACE1", "admins", "S0DATATEAM1", "S0FINTEAM1"]);
  });

  test.each([
    ["is about something else", "{ allow: run, people: admins }"],
    ["is about another place", "{ allow: cancel, people: admins, channels: C0OTHER1 }"],
    ["is about other projects", "{ allow: cancel, people: admins, projects: { category: Sales } }"],
    ["may not be about the project", "{ allow: cancel, people: admins, projects: { collection: Reports } }"],
  ])("are not those of a rule that %s", (_, rule) => {
    expect(named(rule)).toEqual([]);
  });

  test("are those of a rule for this project and this place", () => {
    expect(named(`{ allow: cancel, people: admins, channels: ${HERE}, projects: { category: Finance } }`)).toEqual([
      "admins",
    ]);
  });

  test("are not those whom an earlier rule forbids it", () => {
    expect(named("{ deny: cancel, people: guests }", "{ allow: cancel, people: [guests, members] }")).toEqual([
      "members",
    ]);
    expect(
      named(
        "{ allow: cancel, people: admins }",
        "{ deny: cancel, people: everyone }",
        "{ allow: cancel, people: owner }",
      ),
    ).toEqual(["admins"]);
    expect(named("{ allow: cancel, people: admins }", "{ deny: cancel, people: admins }")).toEqual(["admins"]);
  });
});
