// The optional scopes of Slack without which rules give nobody rights.

import type { PeopleTerm, Policy } from "../../access/policy.js";
import type { OptionalScope } from "../connection/scopes.js";

/** The scopes that the app lacks and some rule needs. `declined`: all that the app lacks. */
export function scopesForRules(policy: Policy | null, declined: readonly OptionalScope[]): OptionalScope[] {
  const terms = (policy?.rules ?? []).flatMap(({ people, effect }) =>
    effect.kind === "approval" ? [...people, ...effect.by] : people,
  );
  const needed = new Set(terms.flatMap(({ kind }) => NEEDED[kind]));
  return declined.filter((scope) => needed.has(scope));
}

const NEEDED: Record<PeopleTerm["kind"], readonly OptionalScope[]> = {
  everyone: [],
  members: ["users:read"],
  guests: ["users:read"],
  admins: ["users:read"],
  owner: ["users:read", "users:read.email"],
  person: [],
  group: ["usergroups:read"],
};
