// Projects as described in a terminal, and those that the rules themselves describe.

import {
  type Policy,
  PROJECT_FIELDS,
  type ProjectFacts,
  type ProjectField,
  type ProjectFilter,
} from "../access/policy.js";
import { unknownProject } from "../access/project-facts.js";
import { safeId } from "../hex/ids.js";
import { uuidOfShortId } from "../hex/links.js";
import { folded } from "../lib/spelling.js";

/** A project in a question or in a table. `label` is what it is called there. */
export interface AskedProject {
  label: string;
  /** Empty for a described one. */
  id: string;
  facts: ProjectFacts;
}

/** Every project of Hex has an owner. */
const SOMEBODY = "somebody";
const FIELD = new RegExp(`^(${PROJECT_FIELDS.join("|")}):(.+)$`);

/**
 * A project from a description such as `category:Finance,status:Approved`, which has nothing else; or from an id alone, of which
 * nothing else is known. `null` for anything else, such as a title.
 */
export function describedProject(text: string): AskedProject | null {
  const parts = text.split(",").map((part) => FIELD.exec(part.trim()));
  if (parts.every((part) => part !== null)) {
    const filter: Partial<Record<ProjectField, string[]>> = {};
    for (const [, name, value = ""] of parts) {
      const field = PROJECT_FIELDS.find((known) => known === name);
      if (field !== undefined) filter[field] = [...(filter[field] ?? []), value];
    }
    return { label: text, id: "", facts: factsLike(filter) };
  }
  const id = uuidOfShortId(text) ?? (/^[0-9a-f-]{36}$/i.test(text) ? safeId(text) : null);
  return id === null ? null : { label: id, id, facts: unknownProject(id) };
}

/** An example of each kind of project that the rules tell apart, and of all others. */
export function projectsOfRules({ rules }: Policy): AskedProject[] {
  const filters = rules.flatMap(({ projects }) => projects ?? []);
  const examples = new Map(filters.map((filter) => [wordsOf(filter), factsLike(firstOf(filter))]));
  const described = [...examples].map(([label, facts]) => ({ label, id: "", facts }));
  return [...described, { label: "any other project", id: "", facts: factsLike({}) }];
}

/** A text with `*` in it matches itself as a pattern. */
function factsLike(filter: ProjectFilter): ProjectFacts {
  const { id, title, category, status, owner, collection } = filter;
  const all = (texts: readonly string[] | undefined) => (texts ?? []).map(folded);
  return {
    id: id ?? [],
    title: all(title),
    category: all(category),
    status: all(status),
    owner: owner === undefined ? [SOMEBODY] : all(owner),
    collection: all(collection),
  };
}

function firstOf(filter: ProjectFilter): ProjectFilter {
  const first: ProjectFilter = {};
  for (const field of PROJECT_FIELDS) {
    const [value] = filter[field] ?? [];
    if (value !== undefined) first[field] = [value];
  }
  return first;
}

function wordsOf(filter: ProjectFilter): string {
  return PROJECT_FIELDS.flatMap((field) => {
    const values = filter[field];
    return values === undefined ? [] : [`${field}: ${values.join(" or ")}`];
  }).join(", ");
}
