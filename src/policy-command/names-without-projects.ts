// Names in the rules that no project has, for example because somebody renamed a category in Hex. Pure.

import { patternOf } from "../access/pattern.js";
import type { Policy, ProjectFacts } from "../access/policy.js";

const FIELDS = ["category", "status", "collection"] as const;

export interface NameWithoutProject {
  /** The rule's line in the file. */
  line: number;
  field: (typeof FIELDS)[number];
  text: string;
}

/** Names whose field is not known of some project are left out: that project may have them. */
export function namesWithoutProjects({ rules }: Policy, projects: readonly ProjectFacts[]): NameWithoutProject[] {
  return rules.flatMap(({ line, projects: filters }) =>
    (filters ?? []).flatMap((filter) =>
      FIELDS.flatMap((field) =>
        (filter[field] ?? [])
          .filter((text) => !mayBeThere(projects, field, text))
          .map((text) => ({ line, field, text })),
      ),
    ),
  );
}

function mayBeThere(projects: readonly ProjectFacts[], field: (typeof FIELDS)[number], text: string): boolean {
  const { matches } = patternOf(text);
  return projects.some((facts) => facts[field]?.some(matches) ?? true);
}
