// What may be shown in a conversation to everybody who reads it.

import type { Person, Policy, ProjectFacts } from "./policy.js";
import { Rights } from "./rights.js";
import { wantedFacts } from "./wanted-facts.js";

/**
 * Whether a project may be shown in a channel: whether the rules let any member see it there. So a right that only some people have
 * shows nothing to the others.
 */
export function mayBeShownIn(policy: Policy | null, channel: string): (project: ProjectFacts) => boolean {
  if (policy === null) return () => true;
  const rights = new Rights(policy, anybody(policy), channel);
  return (project) => rights.may("see", project).kind === "allowed";
}

/** Any member who reads a channel: no admin, in no user group, and the owner of nothing. */
function anybody(policy: Policy): Person {
  const groups = new Map(wantedFacts(policy).groups.map((group) => [group, false]));
  return { id: "", isOfWorkspace: true, isGuest: false, isAdmin: false, email: "", groups };
}
