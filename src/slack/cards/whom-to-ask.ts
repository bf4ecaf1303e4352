// Who is asked in direct messages to approve a run.

import type { PeopleTerm } from "../../access/policy.js";
import type { Question } from "../../runs/approval.js";
import type { RunIn } from "../../runs/run.js";
import { type PermissionSources, permissionsOf } from "../access/permissions.js";
import type { ApproverSources } from "../access/possible-approvers.js";
import type { PersonByEmail } from "../connection/people-by-email.js";

/** A rule may name a group of hundreds. */
const MOST_ASKED = 20;
const NO_OWNER: PersonByEmail = { id: null, said: "yes" };

/** The project's owner, if the rule names them: the person who was found when they were first asked. */
export async function ownerToAsk(sources: ApproverSources, run: RunIn<"awaiting">): Promise<PersonByEmail> {
  const { owner } = run.approval;
  return owner === undefined ? ownerNow(sources, run) : { id: owner, said: "yes" };
}

/** The same as of now, no matter who was asked before. */
export async function ownerNow(
  { catalog, peopleByEmail }: ApproverSources,
  { project, approval }: RunIn<"awaiting">,
): Promise<PersonByEmail> {
  if (!approval.by.some(({ kind }: PeopleTerm) => kind === "owner")) return NO_OWNER;
  const known = catalog.known(project.id);
  const email = known?.owner?.email ?? null;
  if (email !== null) return peopleByEmail.of(email);
  return known === null ? { id: null, said: "not_yet" } : NO_OWNER;
}

/**
 * The people of the workspace who are named, may see the project, and have not been asked. `released`: the questions to people who are not
 * named any more. `isWhole`: whether Slack has said who they all are.
 */
export async function whomToAsk(
  permissions: PermissionSources,
  { project, requester, approval }: RunIn<"awaiting">,
  owner: PersonByEmail,
): Promise<{ users: string[]; released: Question[]; isWhole: boolean }> {
  const { ids, isWhole: areAllSaid } = await permissions.access.named(approval.by);
  const isWhole = areAllSaid && owner.said !== "not_yet";
  const named = [...new Set(owner.id === null ? ids : [owner.id, ...ids])];
  const isAsked = (user: string) => approval.questions.some((question) => question.user === user);
  const others = named.filter((user) => user !== requester).slice(0, MOST_ASKED);
  const unasked = await ofWorkspace(
    permissions,
    others.filter((user) => !isAsked(user)),
  );
  const decisions = await Promise.all(
    unasked.map(async (user) => (await permissionsOf(permissions, user, null)).decide("see", project.id)),
  );
  return {
    users: unasked.filter((_, index) => decisions[index]?.kind === "allowed"),
    released: isWhole ? approval.questions.filter(({ user }) => !named.includes(user)) : [],
    isWhole: isWhole && !decisions.some((seen) => seen.kind === "denied" && seen.isUnsure),
  };
}

/** Without those who have left or belong elsewhere: they can approve nothing, and are told nothing. */
async function ofWorkspace({ access }: PermissionSources, users: readonly string[]): Promise<string[]> {
  const areActive = await Promise.all(users.map((user) => access.isActive(user)));
  return users.filter((_, at) => areActive[at] !== false);
}
