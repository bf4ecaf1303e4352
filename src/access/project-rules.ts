// The rules of a policy that are about a project. They don't depend on who asks, so they are found once for each project. Pure.

import { projectMatcher } from "./matching.js";
import type { Policy, ProjectFacts, Rule } from "./policy.js";
import { RuleIndex } from "./rule-index.js";

/** `isAbout`: true, or `null` when Hex has not said what it takes to compare the rule with the project. */
export interface RuleAbout {
  rule: Rule;
  isAbout: true | null;
}

interface Compared {
  rule: Rule;
  matches: ReturnType<typeof projectMatcher>;
}

export class ProjectRules {
  /** The rules about every project, in their order. */
  readonly ofAll: readonly RuleAbout[];
  readonly #index: RuleIndex<Compared>;
  /** The facts of a project are kept as long as the project stays the same, and are asked about at each keystroke in a picker. */
  readonly #found = new WeakMap<ProjectFacts, readonly RuleAbout[]>();

  constructor({ rules }: Policy) {
    this.ofAll = rules.filter(({ projects }) => projects === null).map((rule) => ({ rule, isAbout: true }));
    this.#index = new RuleIndex(
      rules.flatMap((rule) => (rule.projects === null ? [] : [{ rule, matches: projectMatcher(rule.projects) }])),
    );
  }

  /** The others that are about a project, or may be, in their order. */
  about(project: ProjectFacts): readonly RuleAbout[] {
    const known = this.#found.get(project);
    if (known !== undefined) return known;
    const found: RuleAbout[] = [];
    for (const { rule, matches } of this.#index.for(project)) {
      const isAbout = matches(project);
      if (isAbout !== false) found.push({ rule, isAbout });
    }
    const kept = found.length === 0 ? NONE : found;
    this.#found.set(project, kept);
    return kept;
  }
}

const NONE: readonly RuleAbout[] = [];

/** Patterns are read once for each policy. */
const known = new WeakMap<Policy, ProjectRules>();

export function projectRulesOf(policy: Policy): ProjectRules {
  const rules = known.get(policy) ?? new ProjectRules(policy);
  known.set(policy, rules);
  return rules;
}
