// Whether a rule is about somebody, about a project, and about the place where they are.

import { type Answer, allOf, anyOf } from "./answer.js";
import { patternOf } from "./pattern.js";
import {
  type PeopleTerm,
  type Person,
  type Place,
  PROJECT_FIELDS,
  type ProjectFacts,
  type ProjectField,
  type ProjectFilter,
  type Rule,
} from "./policy.js";

/** Whether somebody is meant by one of the terms. `owner` depends on the project, and is not known without one. */
export function isAmong(person: Person, terms: readonly PeopleTerm[], project: ProjectFacts | null): Answer {
  return anyOf(terms, (term) => isMeant(person, term, project));
}

function isMeant(person: Person, term: PeopleTerm, project: ProjectFacts | null): Answer {
  switch (term.kind) {
    case "everyone":
      return true;
    case "members":
      return person.isGuest === null ? null : !person.isGuest;
    case "guests":
      return person.isGuest;
    case "admins":
      return person.isAdmin;
    case "person":
      return person.id === term.id;
    case "group":
      return person.groups.get(term.id) ?? null;
    case "owner":
      return owns(person, project);
  }
}

function owns({ email }: Person, project: ProjectFacts | null): Answer {
  const owners = project?.owner ?? null;
  if (owners === null) return null;
  if (owners.length === 0) return false;
  return email === null ? null : owners.includes(email);
}

/** Home and shortcuts have no place, so no rule with channels applies there. */
export function holdsIn({ channels }: Rule, place: Place): boolean {
  return channels === null || (place !== null && channels.has(place));
}

/** @returns whether one of the filters is about a project, with their patterns read once for thousands of projects */
export function projectMatcher(filters: readonly ProjectFilter[]): (project: ProjectFacts) => Answer {
  const matchers = filters.map(filterMatcher);
  return (project) => anyOf(matchers, (matches) => matches(project));
}

function filterMatcher(filter: ProjectFilter): (project: ProjectFacts) => Answer {
  const conditions = PROJECT_FIELDS.flatMap((field) => {
    const wanted = filter[field];
    return wanted === undefined ? [] : [fieldMatcher(field, wanted)];
  });
  return (project) => allOf(conditions, (holds) => holds(project));
}

function fieldMatcher(field: ProjectField, wanted: readonly string[]): (project: ProjectFacts) => Answer {
  const patterns = wanted.map(patternOf);
  const isWanted = (value: string) => patterns.some(({ matches }) => matches(value));
  return (project) => project[field]?.some(isWanted) ?? null;
}
