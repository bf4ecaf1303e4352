// A program: how long the first question to a catalog of 10,000 projects takes in a process that has just started, and then others.
// Argument: the case as JSON, see `Case`. Prints an `Answer` as JSON.

import { z } from "zod";
import { policyOf as policyIn } from "../../src/access/load-policy.js";
import type { Policy } from "../../src/access/policy.js";
import { Access } from "../../src/slack/access/access.js";
import { type Permissions, permissionsInMemory } from "../../src/slack/access/permissions.js";
import { catalogOf } from "../catalog/known-catalog.js";
import { realisticProjects } from "../catalog/projects.js";
import { KEYSTROKES, NAMES, OPTIONS, timesOf, took } from "./typed.js";

const caseSchema = z.object({
  /** `most`: they let somebody see and run most projects; `few`: only those whose titles begin with one word. */
  rules: z.enum(["none", "most", "few"]),
  /** Whether the bot has compared the rules with the projects before, as it does once it has read them. */
  areCompared: z.boolean(),
  question: z.enum(["keystroke", "name"]),
  text: z.string(),
  /** Whether to measure other questions afterwards. */
  hasOthers: z.boolean(),
});
export type Case = z.output<typeof caseSchema>;

/** In ms. */
export interface Answer {
  first: number;
  others: { median: number; worst: number } | null;
}

const PROJECTS = 10_000;
const RULES = 1_000;
const PERSON = "U0ADALOVEL";
const PLACE = "C0ANALYTICS";
const GROUPS = ["S0ANALYSTS", "S0FINANCE"];
const CATEGORIES = ["Finance", "Marketing", "Sales", "Product", "Data quality", "Customers", "People", "Operations"];
const TIMES = ["Daily", "Weekly", "Monthly", "Quarterly", "Nightly", "Hourly", "YTD", "FY26", "Q3", "Ad-hoc"];
const WHAT = ["revenue", "churn", "retention", "bookings", "pipeline", "inventory", "margin", "headcount", "spend"];

/** Rules like those of a large company: by title, category, status, owner and id, for everybody, groups and single people. */
function policyOf(rules: Case["rules"], ids: readonly string[]): Policy | null {
  if (rules === "none") return null;
  const pick = (list: readonly string[], at: number) => list[at % list.length] ?? "";
  const about = (at: number) =>
    pick(
      [
        `{ title: "${pick(TIMES, at)} ${pick(WHAT, at)} ${at}*" }`,
        `{ category: ${pick(CATEGORIES, at)}, title: "*${pick(WHAT, at)} ${2000 + at}" }`,
        `{ id: "${pick(ids, at * 7)}" }`,
        `{ owner: "person${at}@acme.test" }`,
        `{ status: Deprecated, category: ${pick(CATEGORIES, at)}, owner: "radia*" }`,
      ],
      at,
    );
  const people = (at: number) => pick(["everyone", PERSON, ...GROUPS, "owner", "members", `U0OTHER${at}`], at);
  const one = (at: number) =>
    `{ ${at % 3 === 0 ? "deny" : "allow"}: [see, run], people: ${people(at)}, projects: ${about(at)} }`;
  const last = `{ allow: [see, run], people: everyone${rules === "few" ? ", projects: { title: 'Hourly*' }" : ""} }`;
  const lines = [...Array.from({ length: RULES - 1 }, (_, at) => one(at)), last];
  const reading = policyIn({ ok: true, text: `rules:\n${lines.map((line) => `  - ${line}\n`).join("")}` });
  if (!reading.ok) throw new Error(JSON.stringify(reading.trouble));
  return reading.policy;
}

/** A bot that has read all projects, and has not been asked anything. Returns what somebody may do of whom Slack has said all. */
async function setUp({ rules, areCompared }: Case): Promise<() => Permissions> {
  const projects = realisticProjects(PROJECTS);
  const ids = projects.map(({ id }) => id);
  const policy = policyOf(rules, ids);
  const catalog = catalogOf(projects);
  const details = { isGuest: false, isAdmin: false, email: "ada@acme.test", isActive: true };
  const members = new Map(GROUPS.map((group, at) => [group, new Set(at === 0 ? [PERSON] : [])]));
  const access = new Access({
    policy: () => policy,
    policyTrouble: () => null,
    people: { of: async () => details, known: () => details },
    groups: { of: async () => members, known: () => members, isMissing: async () => false },
  });
  if (areCompared) await access.compareAll(() => catalog.all());
  return () => permissionsInMemory({ access, catalog, host: "app.hex.tech" }, PERSON, PLACE);
}

const QUESTIONS: Record<Case["question"], (permissions: Permissions, text: string) => unknown> = {
  keystroke: ({ runnable }, text) => runnable.suggest(text, OPTIONS),
  name: ({ projects }, text) => projects.match(text),
};

async function measured(one: Case): Promise<Answer> {
  const permissions = await setUp(one);
  const ask = QUESTIONS[one.question];
  const first = took(() => ask(permissions(), one.text));
  if (!one.hasOthers) return { first, others: null };
  const texts = one.question === "keystroke" ? KEYSTROKES : NAMES;
  return { first, others: timesOf(texts, (text) => ask(permissions(), text)) };
}

console.log(JSON.stringify(await measured(caseSchema.parse(JSON.parse(process.argv[2] ?? "")))));
