// Rules that never decide, because earlier rules always decide first. Pure.

import { folded } from "../lib/spelling.js";
import type { Answer } from "./answer.js";
import { holdsIn, isAmong, projectMatcher } from "./matching.js";
import {
  type PeopleTerm,
  type Person,
  type Place,
  type Policy,
  PROJECT_FIELDS,
  type ProjectFacts,
  type ProjectField,
  type ProjectFilter,
  type Rule,
  type Verb,
} from "./policy.js";

export interface ShadowedRule {
  rule: Rule;
  /** The earlier rules, in their order. */
  by: readonly Rule[];
}

/** A rule that is about more cases is not called shadowed, so that the search ends. */
const MOST_CASES = 500;

interface Compared {
  rule: Rule;
  isAbout: (project: ProjectFacts) => Answer;
}

/** In the order of the rules. Not every rule that never decides is among them. */
export function shadowedRules({ rules }: Policy): ShadowedRule[] {
  const shadowed: ShadowedRule[] = [];
  const deciding: Compared[] = [];
  for (const rule of rules) {
    const by = rulesBefore(rule, deciding);
    // Whatever a shadowed rule is about, those before it decide.
    if (by !== null) shadowed.push({ rule, by });
    else deciding.push({ rule, isAbout: rule.projects === null ? () => true : projectMatcher(rule.projects) });
  }
  return shadowed;
}

/** Earlier rules that together apply in every case that the rule is about; `null` when there is a case in which none of them does. */
function rulesBefore(rule: Rule, earlier: readonly Compared[]): Rule[] | null {
  const before = new Set<Rule>();
  let count = 0;
  for (const one of casesOf(rule)) {
    count += 1;
    const first = earlier.find((other) => certainlyApplies(other, one));
    if (first === undefined || count > MOST_CASES) return null;
    before.add(first.rule);
  }
  return [...before].sort((one, other) => one.number - other.number);
}

/** A question about which nothing is known except what makes a rule apply. */
interface Case {
  verb: Verb;
  person: Person;
  place: Place;
  project: ProjectFacts;
}

/** Whether a rule applies, whatever else there is to know. */
function certainlyApplies({ rule, isAbout }: Compared, { verb, person, place, project }: Case): boolean {
  if (!rule.verbs.has(verb) || !holdsIn(rule, place)) return false;
  return isAmong(person, rule.people, project) === true && isAbout(project) === true;
}

function* casesOf({ verbs, people, channels, projects }: Rule): Generator<Case> {
  for (const filter of projects ?? [{}]) {
    for (const about of projectsLike(filter, PROJECT_FIELDS)) {
      for (const term of people) {
        const project = term.kind === "owner" ? withOwner(about) : about;
        for (const person of peopleLike(term, project)) {
          for (const place of channels ?? [null]) {
            for (const verb of verbs) yield { verb, person, place, project };
          }
        }
      }
    }
  }
}

/** For any text. */
const ANY = "*";
/** No rule about a project's title certainly applies to a project whose title is not known, and so on. */
const NOTHING_KNOWN: ProjectFacts = { id: [], title: [], category: [], status: [], owner: [], collection: [] };

/** Projects with one text of each field. A pattern stands for itself: it matches a wider one as every text does that matches it. */
function* projectsLike(filter: ProjectFilter, fields: readonly ProjectField[]): Generator<ProjectFacts> {
  const [field, ...others] = fields;
  if (field === undefined) return yield NOTHING_KNOWN;
  const texts = filter[field];
  for (const project of projectsLike(filter, others)) {
    if (texts === undefined) yield project;
    else for (const text of texts) yield { ...project, [field]: [folded(text)] };
  }
}

function withOwner(project: ProjectFacts): ProjectFacts {
  return project.owner?.length === 0 ? { ...project, owner: [ANY] } : project;
}

const MEMBER: Person = {
  id: "",
  isOfWorkspace: true,
  isGuest: false,
  isAdmin: null,
  email: null,
  groups: new Map(),
};
const GUEST: Person = { ...MEMBER, isGuest: true };

/** @param project the one that an owner owns */
function peopleLike(term: PeopleTerm, project: ProjectFacts): Person[] {
  const eitherWith = (known: Partial<Person>) => [
    { ...MEMBER, ...known },
    { ...GUEST, ...known },
  ];
  switch (term.kind) {
    case "everyone":
      return [MEMBER, GUEST];
    case "members":
      return [MEMBER];
    case "guests":
      return [GUEST];
    case "admins":
      // Slack makes no guest an admin.
      return [{ ...MEMBER, isAdmin: true }];
    case "owner":
      return eitherWith({ email: project.owner?.[0] ?? null });
    case "person":
      return eitherWith({ id: term.id });
    case "group":
      return eitherWith({ groups: new Map([[term.id, true]]) });
  }
}
