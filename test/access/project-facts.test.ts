import { expect, test } from "vitest";
import { parsePolicy } from "../../src/access/parse-policy.js";
import { factsOf, unknownProject } from "../../src/access/project-facts.js";
import { Rights } from "../../src/access/rights.js";
import { projectSchema } from "../../src/hex/schema.js";

const ID = "5d2f0000-0000-4000-8000-000000000001";
const project = (fields: object) => projectSchema.parse({ id: ID, title: "Müller’s  Report", ...fields });
const ADA = {
  id: "U0ADA",
  isOfWorkspace: true,
  isGuest: false,
  isAdmin: false,
  email: "ada@acme.test",
  groups: new Map(),
};

function sees(filter: string, facts: ReturnType<typeof factsOf>): boolean {
  const reading = parsePolicy(`rules:\n  - { allow: see, people: everyone, projects: { ${filter} } }\n`);
  if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
  return new Rights(reading.policy, ADA, null).may("see", facts).kind === "allowed";
}

test.each([
  [`id: ${ID}`, {}],
  ['title: "MÜLLER\'s report"', {}],
  ["category: finance", { categories: [{ name: "Ops" }, { name: "Finance" }] }],
  ["status: production", { status: { name: "Production" } }],
  ["owner: ADA@acme.test", { owner: { email: "Ada@Acme.test" } }],
])("a project as Hex writes it is found by %s", (filter, fields) => {
  expect(sees(filter, factsOf(project(fields), []))).toBe(true);
});

test("what Hex leaves out is none: no status, no owner, no category", () => {
  const facts = factsOf(project({}), []);
  for (const filter of ["status: '*'", "owner: '*'", "category: '*'", "collection: '*'"])
    expect(sees(filter, facts)).toBe(false);
});

test("collections that nobody has read give no right, and those that were read do", () => {
  expect(sees("collection: Board", factsOf(project({}), null))).toBe(false);
  expect(sees("collection: Board", factsOf(project({}), ["BOARD"]))).toBe(true);
});

test("a project of which only the id is known is found by its id alone", () => {
  expect(sees(`id: ${ID}`, unknownProject(ID))).toBe(true);
  expect(sees("title: '*'", unknownProject(ID))).toBe(false);
});
