// What rules ask about people, so that nobody has to wait for what no rule needs.

import type { PeopleTerm, Policy } from "./policy.js";

export interface WantedFacts {
  /** Whether one asks if somebody is a guest, a member or an admin, or for their e-mail address. */
  details: boolean;
  /** The ids of the user groups in them. */
  groups: readonly string[];
}

export function wantedFacts({ rules }: Policy): WantedFacts {
  return factsWantedBy(rules.flatMap(({ people }) => people));
}

/** The same for some of the people in a rule, such as those who may approve a run. */
export function factsWantedBy(terms: readonly PeopleTerm[]): WantedFacts {
  return {
    details: terms.some(({ kind }) => DETAILS.has(kind)),
    groups: [...new Set(terms.flatMap((term) => (term.kind === "group" ? [term.id] : [])))],
  };
}

/** Whether rules tell projects apart by the collections that they are in, which Hex says only when it is asked. */
export function asksAboutCollections(policy: Policy | null): boolean {
  const filters = (policy?.rules ?? []).flatMap(({ projects }) => projects ?? []);
  return filters.some(({ collection }) => collection !== undefined);
}

const DETAILS: ReadonlySet<string> = new Set(["members", "guests", "admins", "owner"]);
