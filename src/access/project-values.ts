// The values that projects have, to find out whether any project has what a rule names. Pure.

import { closest } from "../lib/closest.js";
import type { Answer } from "./answer.js";
import { patternOf } from "./pattern.js";
import { PROJECT_FIELDS, type ProjectFacts, type ProjectField } from "./policy.js";

interface Values {
  /** Folded. */
  known: Set<string>;
  /** Whether Hex has not said some project's values. */
  hasUnknown: boolean;
}

export class ProjectValues {
  readonly #byField: ReadonlyMap<ProjectField, Values>;

  constructor(projects: readonly ProjectFacts[]) {
    this.#byField = new Map(PROJECT_FIELDS.map((field) => [field, valuesOf(projects, field)]));
  }

  /** Whether a project has such a value; `null` when Hex has not said that of some project, and of no other. */
  has(field: ProjectField, pattern: string): Answer {
    const { known, hasUnknown } = this.#of(field);
    if (isAmong(known, field, pattern)) return true;
    return hasUnknown ? null : false;
  }

  /** The value that was probably meant, folded; `null` when none is close. */
  nearest(field: ProjectField, text: string): string | null {
    return field === "id" ? null : closest(text, [...this.#of(field).known]);
  }

  #of(field: ProjectField): Values {
    return this.#byField.get(field) ?? { known: new Set(), hasUnknown: true };
  }
}

function valuesOf(projects: readonly ProjectFacts[], field: ProjectField): Values {
  const values = projects.map((facts) => facts[field]);
  return { known: new Set(values.flatMap((known) => known ?? [])), hasUnknown: values.includes(null) };
}

function isAmong(known: ReadonlySet<string>, field: ProjectField, pattern: string): boolean {
  if (field === "id") return known.has(pattern);
  const { first, matches } = patternOf(pattern);
  if (!pattern.includes("*")) return known.has(first);
  for (const value of known) if (matches(value)) return true;
  return false;
}
