// What somebody may do in a conversation. Pure.

import type { Answer } from "./answer.js";
import { holdsIn, isAmong } from "./matching.js";
import type { PeopleTerm, Person, Place, Policy, ProjectFacts, ProjectVerb, Rule, RuleNamed, Verb } from "./policy.js";
import { projectRulesOf, type RuleAbout } from "./project-rules.js";

/** `rule` is the one that decided; `null` when there is no policy, or when no rule applies. */
export type Decision =
  | { kind: "allowed"; rule: Rule | null }
  /** Once one of these people agrees. */
  | { kind: "needs_approval"; rule: Rule; by: readonly PeopleTerm[] }
  /** `isUnsure`: Slack or Hex has not said what it takes to compare the rule. Then the answer is no. */
  | { kind: "denied"; rule: Rule | null; isUnsure: boolean };

/** The rule that decided. */
export function decidedBy({ rule }: Decision): RuleNamed | null {
  return rule && { number: rule.number, name: rule.name };
}

/**
 * The rights of one person in one conversation under one policy. Whether a rule is about them is found once, so that the rights can be
 * asked about thousands of projects.
 */
export class Rights {
  /** Whether each rule is about the person in this place, as far as that does not depend on the project. */
  readonly #areMeant = new Map<Rule, Answer>();
  /** The rules about every project that are about the person, in their order. */
  readonly #ofAll = new Map<Verb, readonly RuleAbout[]>();

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
  may(verb: ProjectVerb, project: ProjectFacts): Decision {
    const seen = this.#decide("see", project);
    return verb === "see" || seen.kind !== "allowed" ? seen : this.#decide(verb, project);
  }

  /** Whether they may look after the bot. */
  mayAdminister(): Decision {
    return this.#decide("administer", NO_PROJECT);
  }

  /** Whether they may do it to what is about no project, such as an outage. Rules about projects do not count. */
  mayApartFromProjects(verb: "silence" | "watch"): Decision {
    return this.#decide(verb, NO_PROJECT);
  }

  #decide(verb: Verb, project: ProjectFacts): Decision {
    if (!this.person.isOfWorkspace) return { kind: "denied", rule: null, isUnsure: false };
    if (this.isGuestWithoutRules) return { kind: "denied", rule: null, isUnsure: false };
    if (this.policy === null) return { kind: "allowed", rule: null };
    const { certain, unsure } = this.#firstCertain(verb, this.policy, project);
    return certainlyGiven(certain, unsure);
  }

  /** What the first rule that certainly applies says, and the rules before it that may apply. */
  #firstCertain(verb: Verb, policy: Policy, project: ProjectFacts): { certain: Decision; unsure: readonly Rule[] } {
    const unsure: Rule[] = [];
    for (const { rule, isAbout } of inOrder(this.#rulesOfAll(verb, policy), projectRulesOf(policy).about(project))) {
      if (!rule.verbs.has(verb)) continue;
      const isMeant = this.#isMeant(rule) ?? isAmong(this.person, rule.people, project);
      if (isMeant === true && isAbout === true) return { certain: outcomeOf(rule), unsure };
      if (isMeant !== false) unsure.push(rule);
    }
    return { certain: { kind: "denied", rule: null, isUnsure: false }, unsure };
  }

  #rulesOfAll(verb: Verb, policy: Policy): readonly RuleAbout[] {
    const known = this.#ofAll.get(verb);
    if (known !== undefined) return known;
    const rules = projectRulesOf(policy).ofAll.filter(
      ({ rule }) => rule.verbs.has(verb) && this.#isMeant(rule) !== false,
    );
    this.#ofAll.set(verb, rules);
    return rules;
  }

  #isMeant(rule: Rule): Answer {
    const known = this.#areMeant.get(rule);
    if (known !== undefined) return known;
    const isMeant = holdsIn(rule, this.place) && isAmong(this.person, rule.people, null);
    this.#areMeant.set(rule, isMeant);
    return isMeant;
  }
}

/** Two lists in the order of their rules, as one. */
function inOrder(some: readonly RuleAbout[], others: readonly RuleAbout[]): readonly RuleAbout[] {
  if (some.length === 0) return others;
  if (others.length === 0) return some;
  return [...some, ...others].sort((one, other) => one.rule.number - other.rule.number);
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

/**
 * What somebody may do, no matter which of the rules that may apply really do: the first rule that applies decides, and that may be
 * any of these. So each of them can only take rights away. Suppose that Slack has not said whether somebody is in S0FIN:
 *
 *     deny S0FIN, then allow everyone → denied: the first rule may apply
 *     allow S0FIN, then deny everyone → denied: the first rule may not apply
 *
 * Of two approvals by different people, neither is enough, because neither gives less than the other.
 */
function certainlyGiven(certain: Decision, unsure: readonly Rule[]): Decision {
  const [first] = unsure;
  if (first === undefined) return certain;
  const possible = [certain, ...unsure.map(outcomeOf)];
  const least = possible.reduce(lesserOf);
  if (least.kind === "denied") return { kind: "denied", rule: least.rule ?? first, isUnsure: true };
  if (possible.some((other) => isOtherApproval(other, least))) return { kind: "denied", rule: first, isUnsure: true };
  return least;
}

const GIVES: Record<Decision["kind"], number> = { denied: 0, needs_approval: 1, allowed: 2 };

/** Whether both are approvals, by different people. */
function isOtherApproval(one: Decision, other: Decision): boolean {
  if (one.kind !== "needs_approval" || other.kind !== "needs_approval") return false;
  return JSON.stringify(one.by) !== JSON.stringify(other.by);
}

/** The first of two that give as much. */
function lesserOf(one: Decision, other: Decision): Decision {
  return GIVES[other.kind] < GIVES[one.kind] ? other : one;
}
