// Names in the rules that no project has.

import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { describedProject } from "../../src/policy-command/described-project.js";
import { namesWithoutProjects } from "../../src/policy-command/names-without-projects.js";

const RULES = `rules:
  - { allow: see, people: everyone, projects: { category: [Finance, Old*], status: Approved } }
  - { deny: see, people: everyone, projects: [{ collection: Renamed }, { title: anything }] }
`;
function found(...projects: string[]): string[] {
  const reading = parsePolicy(RULES);
  const facts = projects.flatMap((text) => describedProject(text)?.facts ?? []);
  if (!reading.ok) throw new Error("it has mistakes");
  return namesWithoutProjects(reading.policy, facts).map(({ line, field, text }) => `${line} ${field} ${text}`);
}

test("each is named with the line of its rule", () => {
  expect(found("category:finance,status:approved")).toEqual(["2 category Old*", "3 collection Renamed"]);
  expect(found("category:Older,status:Draft,collection:renamed")).toEqual(["2 category Finance", "2 status Approved"]);
});

test("what is not known of a project may be there", () => {
  expect(found("5d2f0000-0000-4000-8000-000000000001")).toEqual([]);
});
