// What a policy names outside itself, and whether any project has it.

import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { Policy } from "../../src/access/policy.js";
import { ProjectValues } from "../../src/access/project-values.js";
import { namesWithoutProjects } from "../../src/access/unmatched-name.js";
import { describedProject } from "../../src/policy-command/described-project.js";

const ID = "5d2f0000-0000-4000-8000-000000000001";

function read(text: string): Policy {
  const reading = parsePolicy(text);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return reading.policy;
}

test("each name has its first place in the file", () => {
  const { names } = read(`people:
  analysts: [S0ANALYSTS, U0ADALOVEL]
  boss: U0GRACEHOP
rules:
  - allow: [run, publish]
    people: [analysts, S0ANALYSTS, members, U0GRACEHOP, W0OTHERONE]
    channels:
      - C0ANALYTICS
      - D0DIRECT01
    needs: approval by U0LASTONE1 and boss
    projects:
      - { status: Approved, title: ["Weekly *", "*"] }
      - id: ${ID}
  - { allow: see, people: everyone, projects: { status: Approved, owner: "*@acme.com" } }
`);
  expect(names.map(({ kind, text, alias, line, column }) => [line, column, kind, text, alias])).toEqual([
    [2, 14, "group", "S0ANALYSTS", "analysts"],
    [2, 26, "person", "U0ADALOVEL", "analysts"],
    [3, 9, "person", "U0GRACEHOP", "boss"],
    [6, 57, "person", "W0OTHERONE", null],
    [10, 12, "person", "U0LASTONE1", null],
    [8, 9, "channel", "C0ANALYTICS", null],
    [9, 9, "channel", "D0DIRECT01", null],
    [12, 37, "title", "Weekly *", null],
    [12, 49, "title", "*", null],
    [12, 19, "status", "Approved", null],
    [13, 13, "id", ID, null],
    [14, 74, "owner", "*@acme.com", null],
  ]);
});

const RULES = `rules:
  - { allow: see, people: everyone, projects: { category: [Finance, Old*], status: Approved } }
  - { deny: see, people: everyone, projects: [{ collection: Renamed }, { id: ${ID} }] }
`;

async function found(...projects: string[]) {
  const facts = projects.flatMap((text) => describedProject(text)?.facts ?? []);
  const { unmatched, unchecked } = await namesWithoutProjects(
    read(RULES).names,
    new ProjectValues(facts),
    async () => undefined,
  );
  const words = unmatched.map(({ name, meant }) => `${name.line} ${name.kind} ${name.text} ${meant?.text ?? "-"}`);
  return [...words, ...unchecked.map(({ count, why }) => `${count} ${why.kind}`)];
}

test("names that no project has come with what was probably meant", async () => {
  expect(await found("category:finance,status:approved")).toEqual([
    "2 category Old* -",
    "3 collection Renamed -",
    `3 id ${ID} -`,
  ]);
  expect(await found("category:Older,status:Aproved,collection:renamed", "category:finances")).toEqual([
    "2 category Finance finances",
    "2 status Approved aproved",
    `3 id ${ID} -`,
  ]);
});

test("what is not known of a project may be there, and counts as not looked up", async () => {
  expect(await found(ID)).toEqual(["4 failed"]);
});

test("many names that no project has: other work happens in between, and what was meant is searched for only some", async () => {
  const filters = Array.from({ length: 450 }, (_, at) => `{ title: reports of team ${at} }`);
  const { names } = read(`rules:\n  - { allow: see, people: everyone, projects: [${filters.join(", ")}] }\n`);
  const facts = describedProject("title:report of team 1")?.facts;
  let breaths = 0;
  const { unmatched } = await namesWithoutProjects(
    names,
    new ProjectValues(facts === undefined ? [] : [facts]),
    async () => {
      breaths += 1;
    },
  );
  expect(unmatched).toHaveLength(450);
  expect(unmatched.filter(({ meant }) => meant !== null).length).toBeLessThanOrEqual(50);
  expect(unmatched[1]?.meant?.text).toBe("report of team 1");
  expect(breaths).toBe(2);
});
