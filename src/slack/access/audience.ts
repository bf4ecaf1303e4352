// What may be shown in a conversation to everybody who reads it.

import type { Answer } from "../../access/answer.js";
import { unknownProject } from "../../access/project-facts.js";
import { VisibleProjects } from "../../catalog/visible-projects.js";
import type { Project } from "../../hex/schema.js";
import { isDirect } from "../connection/conversation.js";
import { type PermissionSources, type Permissions, permissionsOf } from "./permissions.js";

/** Who reads a conversation: everybody who is in a channel, or one person. */
export interface Audience {
  /** A conversation's id, or a person's for their direct messages. */
  channel: string;
  /** Who reads it if it is somebody's direct messages with the bot: the person who asked for what is shown there. `null`: not known. */
  person: string | null;
}

/** The projects that exist for an audience. */
export type ShownProjects = Pick<VisibleProjects, "all" | "known" | "has" | "ready">;

export interface Shown<Projects = ShownProjects> {
  /** The projects that may be shown there now. */
  projects: Projects;
  /** The projects that may not, only because Slack has not said enough about the person, or Hex about the project. */
  unsure: Projects;
  /** Whether one person reads it who may not use the bot at all. */
  isGuestWithoutRules: boolean;
}

/** See `projectsShownTo`. */
export type ShownTo = (audience: Audience) => Promise<Shown>;

/**
 * The projects that may be shown there now: in a channel, those that the rules let any member see there; in direct messages, those
 * that the person may see. Without a policy, all of them, except to a guest. Never rejects.
 */
export async function projectsShownTo(
  sources: PermissionSources,
  { channel, person }: Audience,
): Promise<Shown<VisibleProjects>> {
  const { access, catalog, host } = sources;
  const none = new VisibleProjects(catalog, NOTHING, host);
  await catalog.ready();
  const toNobody = { unsure: none, isGuestWithoutRules: false };
  if (!isDirect(channel)) return { projects: projectsShownIn(sources, channel), ...toNobody };
  if (person === null) return { projects: access.hasPolicy ? none : projectsShownIn(sources, channel), ...toNobody };
  // Rules can name direct messages by their own id alone.
  const place = channel === person ? null : channel;
  return permissionsOf(sources, person, place);
}

/** What one person may do on their Home tab, and the projects that exist for them there. */
export type HomeRights = Pick<Permissions, "mayStart"> & { projects: ShownProjects };

/** Without a policy, they may do everything, and nobody is asked: see `isTurnedAway`. Never rejects. */
export async function rightsAtHome(sources: PermissionSources, user: string): Promise<HomeRights> {
  const { access, catalog, host } = sources;
  if (!access.hasPolicy) return { projects: new VisibleProjects(catalog, null, host), mayStart: () => true };
  await catalog.ready();
  const permissions = await permissionsOf(sources, user, null);
  return { projects: permissions.projects, mayStart: (id, options) => permissions.mayStart(id, options) };
}

/** Whether somebody may not use the bot, because they are a guest and there are no rules. Never rejects. */
export async function isTurnedAway(sources: PermissionSources, user: string): Promise<boolean> {
  return (await permissionsOf(sources, user, null)).isGuestWithoutRules;
}

/**
 * Whether one project may be shown to an audience. `null`: not now, because Slack has not said enough about the person, or Hex about the project. Never
 * rejects.
 */
export async function mayBeShownTo(sources: PermissionSources, audience: Audience, projectId: string): Promise<Answer> {
  return isAmongShown(await projectsShownTo(sources, audience), projectId);
}

/** Whether a project may be shown. `null`: that is not known now. */
export function isAmongShown({ projects, unsure }: Shown, projectId: string): Answer {
  return projects.has(projectId) || (unsure.has(projectId) ? null : false);
}

/** The projects that may be shown in a channel now. Asks nobody. */
export function projectsShownIn({ access, catalog, host }: PermissionSources, channel: string): VisibleProjects {
  if (!access.hasPolicy) return new VisibleProjects(catalog, null, host);
  const shows = access.shownIn(channel);
  const sight = {
    sees: (project: Project) => shows(access.factsOf(project)),
    seesAnything: (id: string) => shows(unknownProject(id)),
  };
  return new VisibleProjects(catalog, sight, host);
}

const NOTHING = { sees: () => false, seesAnything: () => false };
