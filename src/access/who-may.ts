// Whom the rules let do something, to be named to somebody who may not. Pure.

import { holdsIn, projectMatcher } from "./matching.js";
import type { PeopleTerm, Place, Policy, ProjectFacts, Verb } from "./policy.js";

/**
 * The people in the rules that certainly apply to the project in that place, in the order of the rules, each once. Leaves out people
 * whom an earlier rule forbids it by the same name; other exceptions are not worked out.
 */
export function whoMay(policy: Policy, verb: Verb, project: ProjectFacts, place: Place): PeopleTerm[] {
  const found = new Map<string, PeopleTerm>();
  const forbidden = new Set<string>();
  for (const rule of policy.rules) {
    if (!rule.verbs.has(verb) || !holdsIn(rule, place)) continue;
    if (rule.projects !== null && projectMatcher(rule.projects)(project) !== true) continue;
    for (const term of rule.people) {
      const name = term.kind === "person" || term.kind === "group" ? term.id : term.kind;
      if (rule.effect.kind !== "allow") forbidden.add(name);
      else if (!forbidden.has(name)) found.set(name, term);
    }
    if (forbidden.has("everyone")) break;
  }
  return [...found.values()];
}
