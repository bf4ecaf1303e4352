// What somebody may do in a conversation. Pure.

import type { Answer } from "./answer.js";
import { holdsIn, isAmong, projectMatcher } from "./matching.js";
import type { PeopleTerm, Person, Place, Policy, ProjectFacts, Rule, Verb } from "./policy.js";
import { RuleIndex } from "./rule-index.js";

/** `rule` is the one that decided; `null` when there is no policy, or when no rule applies. */
export type Decision =
  | { kind: "allowed"; rule: Rule | null }
  /** Once one of these people agrees. */
  | { kind: "needs_approval"; rule: Rule; by: readonly PeopleTerm[] }
  /** `isUnsure`: Slack or Hex has not said what it takes to compare the rule. Then the answer is no. */
  | { kind: "denied"; rule: Rule | null; isUnsure: boolean };

interface Candidate {
  rule: Rule;
  /** Whether the rule is about the person, as far as that does not depend on the project. */
  isAboutPerson: Answer;
  isAboutProject: (project: ProjectFacts) => Answer;
}

/**
 * The rights of one person in one conversation under one policy. The rules that can be about them are picked once for each verb, so
 * that the rights can be asked about thousands of projects.
 */
export class Rights {
  readonly #indexes = new Map<Verb, RuleIndex<Candidate>>();
  /** What was decided: the same facts are asked about at each keystroke in a picker. */
  readonly #decided = new Map<Verb, WeakMap<ProjectFacts, Decision>>();

  /** `policy` is `null` where there is none: then everybody of the workspace may do everything, except for its guests. */
  constructor(
    private readonly policy: Policy | null,
    private readonly person: Person,
    private readonly place: Place,
  ) {}

  /** Whether there are no rules, and they may do everything. */
  get areUnlimited(): boolean {
    return this.policy === null && !this.isGuestWithoutRules;
  }

  /** Whether they are a guest, and there are no rules that give guests rights. */
  get isGuestWithoutRules(): boolean {
    return this.policy === null && this.person.isGuest === true;
  }

  /** Whether they may do it to a project, which takes the right to see it: otherwise the project does not exist for them. */
  may(verb: Exclude<Verb, "administer">, project: ProjectFacts): Decision {
    const seen = this.#decision("see", project);
    return verb === "see" || seen.kind !== "allowed" ? seen : this.#decision(verb, project);
  }

  /** Whether they may look after the bot. */
  mayAdminister(): Decision {
    return this.#decide("administer", NO_PROJECT);
  }

  /** Whether they may do it to what is about no project, such as an outage. Rules about projects do not count. */
  mayApartFromProjects(verb: "silence" | "watch"): Decision {
    return this.#decide(verb, NO_PROJECT);
  }

  #decision(verb: Verb, project: ProjectFacts): Decision {
    const decided = this.#decided.get(verb) ?? new WeakMap<ProjectFacts, Decision>();
    this.#decided.set(verb, decided);
    const known = decided.get(project);
    if (known !== undefined) return known;
    const decision = this.#decide(verb, project);
    decided.set(project, decision);
    return decision;
  }

  /**
   * The first rule that applies decides. A rule of which that is not known can only take rights away: the decision is the lesser of
   * what it says and what the rules after it say.
   */
  #decide(verb: Verb, project: ProjectFacts): Decision {
    if (!this.person.isOfWorkspace) return { kind: "denied", rule: null, isUnsure: false };
    if (this.isGuestWithoutRules) return { kind: "denied", rule: null, isUnsure: false };
    if (this.policy === null) return { kind: "allowed", rule: null };
    const unsure: Rule[] = [];
    const candidates = this.#indexFor(verb, this.policy).for(project);
    const certain = this.#firstCertain(candidates, project, unsure);
    const decision = unsure.map(outcomeOf).reduce(lesserOf, certain);
    const [first] = unsure;
    if (decision.kind !== "denied" || first === undefined) return decision;
    return { kind: "denied", rule: decision.rule ?? first, isUnsure: true };
  }

  /** What the first rule says that certainly applies. Collects those before it of which that is not known. */
  #firstCertain(candidates: readonly Candidate[], project: ProjectFacts, unsure: Rule[]): Decision {
    for (const candidate of candidates) {
      const applies = this.#applies(candidate, project);
      if (applies === true) return outcomeOf(candidate.rule);
      if (applies === null) unsure.push(candidate.rule);
    }
    return { kind: "denied", rule: null, isUnsure: false };
  }

  #applies({ rule, isAboutPerson, isAboutProject }: Candidate, project: ProjectFacts): Answer {
    const isAbout = isAboutProject(project);
    if (isAbout === false) return false;
    const isMeant = isAboutPerson ?? isAmong(this.person, rule.people, project);
    return isMeant === true ? isAbout : isMeant;
  }

  #indexFor(verb: Verb, { rules }: Policy): RuleIndex<Candidate> {
    const known = this.#indexes.get(verb);
    if (known !== undefined) return known;
    const index = new RuleIndex(rules.flatMap((rule) => this.#candidate(rule, verb)));
    this.#indexes.set(verb, index);
    return index;
  }

  #candidate(rule: Rule, verb: Verb): Candidate[] {
    if (!rule.verbs.has(verb) || !holdsIn(rule, this.place)) return [];
    const isAboutPerson = isAmong(this.person, rule.people, null);
    if (isAboutPerson === false) return [];
    const isAboutProject = rule.projects === null ? () => true : projectMatcher(rule.projects);
    return [{ rule, isAboutPerson, isAboutProject }];
  }
}

/** For what is about no project. */
const NO_PROJECT: ProjectFacts = { id: [], title: [], category: [], status: [], owner: [], collection: [] };

function outcomeOf(rule: Rule): Decision {
  switch (rule.effect.kind) {
    case "allow":
      return { kind: "allowed", rule };
    case "approval":
      return { kind: "needs_approval", rule, by: rule.effect.by };
    case "deny":
      return { kind: "denied", rule, isUnsure: false };
  }
}

const GIVES: Record<Decision["kind"], number> = { denied: 0, needs_approval: 1, allowed: 2 };

/** The first of two that give as much. */
function lesserOf(one: Decision, other: Decision): Decision {
  return GIVES[other.kind] < GIVES[one.kind] ? other : one;
}
