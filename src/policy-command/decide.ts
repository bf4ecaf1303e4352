// What the rules say about a person, a verb and a project.

import type { PeopleTerm, Person, ProjectFacts, Rule, Verb } from "../access/policy.js";
import type { Decision, Rights } from "../access/rights.js";

/** `verb` is the one that decided: what somebody may not see, they may not touch, and what they may not run, they may not publish. */
export interface Decided {
  verb: Verb;
  decision: Decision;
}

/** Rights of one person in one place. `project` is `null` for `administer`, and only for that. */
export function decide(rights: Rights, verb: Verb, project: ProjectFacts | null): Decided {
  if (verb === "administer" || project === null) return { verb: "administer", decision: rights.mayAdminister() };
  const seen = rights.may("see", project);
  if (seen.kind !== "allowed") return { verb: "see", decision: seen };
  const decision = rights.may(verb, project);
  return verb === "publish" ? withRunning(decision, rights.may("run", project)) : { verb, decision };
}

/** Where both need an approval, one by somebody who may approve publishing is enough. */
function withRunning(publishing: Decision, running: Decision): Decided {
  const isOpen = running.kind === "allowed" || (running.kind === "needs_approval" && publishing.kind !== "allowed");
  return isOpen ? { verb: "publish", decision: publishing } : { verb: "run", decision: running };
}

/** What would have to be known to compare a rule. */
export function unknownsOf({ people, projects }: Rule, person: Person, project: ProjectFacts | null): string[] {
  const ofPerson = people.flatMap((term) => unknownOfPerson(term, person, project) ?? []);
  const fields = (projects ?? []).flatMap((filter) => Object.keys(filter));
  const ofProject = Object.entries(project ?? {}).flatMap(([field, values]) =>
    values === null && fields.includes(field) ? [`the project's ${field}`] : [],
  );
  return [...new Set([...ofPerson, ...ofProject])];
}

function unknownOfPerson(term: PeopleTerm, person: Person, project: ProjectFacts | null): string | null {
  switch (term.kind) {
    case "members":
    case "guests":
      return person.isGuest === null ? "whether they are a guest" : null;
    case "admins":
      return person.isAdmin === null ? "whether they are an admin" : null;
    case "group":
      return person.groups.has(term.id) ? null : `whether they are in ${term.id}`;
    case "owner":
      if (person.email === null) return "their e-mail address";
      return project?.owner === null ? "the project's owner" : null;
    case "everyone":
    case "person":
      return null;
  }
}
