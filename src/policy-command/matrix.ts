// Who may do something to which project.

import type { Place, Policy, ProjectFacts, ProjectVerb } from "../access/policy.js";
import { Rights } from "../access/rights.js";
import { csvLine } from "../lib/csv.js";
import { decide } from "./decide.js";
import { type AskedPerson, type DescribedPerson, readPerson } from "./described-person.js";
import type { AskedProject } from "./described-project.js";
import { textTable } from "./table.js";

export interface MatrixOptions {
  policy: Policy;
  verb: ProjectVerb;
  place: Place;
  people: readonly AskedPerson[];
  projects: readonly AskedProject[];
}

type Cell = "yes" | "no" | "approval" | "?";

/** A member, a guest, an admin, whoever owns the project, and each user group and person that the rules name. */
export function peopleOfRules({ rules }: Policy): DescribedPerson[] {
  const terms = rules.flatMap(({ people }) => people);
  const named = terms.flatMap((term) => (term.kind === "group" || term.kind === "person" ? [term.id] : []));
  return ["member", "guest", "admin", "owner", ...new Set(named)].map(readPerson);
}

/** `width` of the terminal, in characters. */
export function matrixTable(options: MatrixOptions, width: number): string {
  const { people, verb, place } = options;
  const rows = cellsOf(options).map(({ project, cells }) => ({
    label: project.label,
    cells: cells.map(({ word }) => word),
  }));
  const where = place === null ? "on the Home tab" : `in ${place}`;
  const heads = people.map(({ label }) => label);
  return `${verb}, ${where}\n\n${textTable(heads, rows, width)}\n${LEGEND}\n`;
}

const LEGEND = "approval: yes, once somebody approves. ?: no, because Slack or Hex has not said enough.";

/** One line for each project and person. */
export function matrixCsv(options: MatrixOptions): string {
  const { people, verb, place } = options;
  const lines = cellsOf(options).flatMap(({ project, cells }) =>
    cells.map(({ word, line }, column) => [
      project.id,
      project.label,
      people[column]?.label ?? "",
      verb,
      place ?? "",
      word,
      line === null ? "" : String(line),
    ]),
  );
  const head = ["project_id", "project", "person", "verb", "channel", "answer", "line_of_rule"];
  return [head, ...lines].map(csvLine).join("");
}

interface Row {
  project: AskedProject;
  cells: { word: Cell; line: number | null }[];
}

/** Rights are compiled once for each person, unless who they are depends on the project. */
function cellsOf({ policy, verb, place, people, projects }: MatrixOptions): Row[] {
  const askers = people.map(({ as, isOwner }) => {
    if (isOwner) return (facts: ProjectFacts) => new Rights(policy, as(facts), place);
    const same = new Rights(policy, as(null), place);
    return () => same;
  });
  return projects.map((project) => ({
    project,
    cells: askers.map((rightsFor) => {
      const { decision } = decide(rightsFor(project.facts), verb, project.facts);
      const line = decision.rule?.line ?? null;
      if (decision.kind === "allowed") return { word: "yes", line };
      if (decision.kind === "needs_approval") return { word: "approval", line };
      return { word: decision.isUnsure ? "?" : "no", line };
    }),
  }));
}
