// Whether there is anybody who can approve a run.

import type { PeopleTerm, Place } from "../../access/policy.js";
import { unknownProject } from "../../access/project-facts.js";
import { type PermissionSources, permissionsOf } from "./permissions.js";

/** More people than this are not looked at one by one: a rule may name a group of hundreds. */
const MOST = 20;

export interface WantedApproval {
  projectId: string;
  /** Who asks for the run: a Slack user id. */
  requester: string;
  by: readonly PeopleTerm[];
  /** Where its card goes. */
  place: Place;
}

/**
 * `false` only when it is certain that nobody can approve the run: everybody who is named has left, may not see the project, or asks for
 * the run. Somebody may where Slack does not say enough, and among those whom nobody can count, such as admins. Never rejects.
 */
export async function mayBeApproved(sources: PermissionSources, wanted: WantedApproval): Promise<boolean> {
  const { by, requester } = wanted;
  for (const { kind } of by) {
    if (kind !== "person" && kind !== "group" && kind !== "owner") return true;
    if (kind === "owner" && (await mayOwnerBeAnother(sources, wanted))) return true;
  }
  const { ids, isWhole } = await sources.access.named(by);
  const others = ids.filter((id) => id !== requester);
  if (!isWhole || others.length > MOST) return true;
  // Mostly, the first one can.
  for (const user of others) if (await mayApprove(sources, user, wanted)) return true;
  return false;
}

/** Whether the project has an owner, and it may be somebody else. */
async function mayOwnerBeAnother(
  { access, catalog }: PermissionSources,
  { projectId, requester }: WantedApproval,
): Promise<boolean> {
  const project = catalog.known(projectId);
  const facts = project === null ? unknownProject(projectId) : access.factsOf(project);
  if (facts.owner?.length === 0) return false;
  return (await access.isAmong(requester, [{ kind: "owner" }], facts)) !== true;
}

/** They decide on the card, or in direct messages, which have no place in the rules. */
async function mayApprove(
  sources: PermissionSources,
  user: string,
  { projectId, place }: WantedApproval,
): Promise<boolean> {
  if ((await sources.access.isActive(user)) === false) return false;
  const sight = await Promise.all(
    [place, null].map(async (where) => (await permissionsOf(sources, user, where)).decide("see", projectId)),
  );
  return sight.some((seen) => seen.kind === "allowed" || (seen.kind === "denied" && seen.isUnsure));
}
