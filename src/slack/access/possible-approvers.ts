// Whether there is anybody who can approve a run.

import type { Answer } from "../../access/answer.js";
import { isAmong } from "../../access/matching.js";
import type { PeopleTerm, Place } from "../../access/policy.js";
import { MINUTE } from "../../lib/time.js";
import type { Accounts } from "../connection/accounts.js";
import type { PeopleByEmail } from "../connection/people-by-email.js";
import { type PermissionSources, permissionsOf } from "./permissions.js";

/** More people than this are not looked at one by one: a rule may name a group of hundreds. */
const MOST = 20;
/** How long (ms) it counts that Slack knows nobody with the owner's address: as long as what it says of other people. */
const NOBODY_MS = 5 * MINUTE;

export interface ApproverSources extends PermissionSources {
  peopleByEmail: Pick<PeopleByEmail, "of">;
  accounts: Pick<Accounts, "all">;
  /** Whether the workspace belongs to an organization: people of its other workspaces may use the bot, and Slack does not list them. */
  isOfOrganization: boolean;
}

export interface WantedApproval {
  projectId: string;
  /** Who asks for the run: a Slack user id. */
  requester: string;
  by: readonly PeopleTerm[];
  /** Where people find its buttons, besides direct messages: where its card is, and where it was asked for. */
  places: readonly Place[];
}

/** Some of the people whom a rule means, by their ids. `areAll`: whether it certainly means nobody else. */
interface Meant {
  ids: readonly string[];
  areAll: boolean;
}

/**
 * Whether anybody can approve the run: nobody can if everybody whom the rule means has left, belongs elsewhere, may not see the project,
 * or asks for the run. `null` when Slack or Hex does not say enough. Never rejects.
 */
export async function mayBeApproved(sources: ApproverSources, wanted: WantedApproval): Promise<Answer> {
  for (const meant of [namedPeople, owner, peopleOfKinds]) {
    const { ids, areAll } = await meant(sources, wanted);
    if (!areAll) return null;
    const others = ids.filter((id) => id !== wanted.requester);
    if (others.length > MOST) return true;
    // Mostly, the first one can.
    for (const user of others) {
      const mayThey = await mayApprove(sources, user, wanted);
      if (mayThey !== false) return mayThey;
    }
  }
  return false;
}

/** The people whom the rule names, and the members of its groups. */
async function namedPeople({ access }: ApproverSources, { by }: WantedApproval): Promise<Meant> {
  const { ids, isWhole } = await access.named(by);
  return { ids, areAll: isWhole };
}

async function owner(sources: ApproverSources, { by, projectId, requester }: WantedApproval): Promise<Meant> {
  const { access, catalog, peopleByEmail, isOfOrganization } = sources;
  const terms = by.filter(({ kind }) => kind === "owner");
  if (terms.length === 0) return NOBODY;
  const project = catalog.known(projectId);
  if (project === null) return NOT_KNOWN;
  if (project.owner === null) return NOBODY;
  if ((await access.isAmong(requester, terms, access.factsOf(project))) === true) return NOBODY;
  const { id, said } = await peopleByEmail.of(project.owner.email, NOBODY_MS);
  if (id !== null) return { ids: [id], areAll: true };
  return said === "yes" && !isOfOrganization ? NOBODY : NOT_KNOWN;
}

/** The people whom the rule means by their role in the workspace, such as admins. */
async function peopleOfKinds({ accounts, isOfOrganization }: ApproverSources, { by }: WantedApproval): Promise<Meant> {
  const kinds = by.filter(({ kind }) => kind !== "person" && kind !== "group" && kind !== "owner");
  if (kinds.length === 0) return NOBODY;
  const all = isOfOrganization ? null : await accounts.all();
  if (all === null) return NOT_KNOWN;
  const meant = [...all].filter(([id, details]) => {
    const person = { id, isOfWorkspace: true, ...details, groups: new Map() };
    return details.isActive !== false && isAmong(person, kinds, null) !== false;
  });
  return { ids: meant.map(([id]) => id), areAll: true };
}

const NOBODY: Meant = { ids: [], areAll: true };
const NOT_KNOWN: Meant = { ids: [], areAll: false };

/** Direct messages have no place in the rules. */
async function mayApprove(
  sources: PermissionSources,
  user: string,
  { projectId, places }: WantedApproval,
): Promise<Answer> {
  const isActive = await sources.access.isActive(user);
  if (isActive === false) return false;
  const decisions = await Promise.all(
    [...new Set([...places, null])].map(async (where) =>
      (await permissionsOf(sources, user, where)).decide("see", projectId),
    ),
  );
  if (decisions.some((seen) => seen.kind === "allowed")) return isActive;
  return decisions.some((seen) => seen.kind === "denied" && seen.isUnsure) ? null : false;
}
