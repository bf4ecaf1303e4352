// What a conversation watches, with the projects that each watch names and what is known of them.

import type { VisibleProjects } from "../../catalog/visible-projects.js";
import { isAbsent } from "../../follow/absence.js";
import { nextDue } from "../../follow/due-times.js";
import type { Followed } from "../../follow/followed-project.js";
import type { Trouble } from "../../follow/trouble.js";
import type { Rule } from "../../follow/watch.js";
import { isMeant, projectsOf } from "../../follow/watched-projects.js";
import { projectsShownTo, type ShownProjects } from "../access/audience.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { SeenWatch } from "../messages/watches.js";
import { isKnownTo, mayEnd } from "./watch-rights.js";

/** Projects of one watch that are looked at: no message has room for more. */
const MOST = 20;

/** What is known of the projects at the moment. */
interface Around {
  /** Epoch ms. */
  now: number;
  followed: ReadonlyMap<string, Followed>;
  /** The troubles that are not over, by their projects' ids. */
  open: ReadonlyMap<string, Trouble>;
  /** The projects that may be shown in the conversation. */
  shown: Pick<ShownProjects, "has">;
}

export async function watchesSeen(bot: Bot, interaction: Interaction): Promise<SeenWatch[]> {
  const { user, conversation, permissions } = interaction;
  await permissions.projects.ready();
  const now = bot.clock.now();
  const [watches, followed, troubles, { projects: shown }] = await Promise.all([
    bot.watches.in(conversation),
    bot.troubles.followed(),
    bot.troubles.open(),
    projectsShownTo(bot.permissions, { channel: conversation.channel, person: user }),
  ]);
  const open = new Map(troubles.map((trouble) => [trouble.projectId, trouble]));
  const known = watches.filter((watch) => isKnownTo(interaction, watch));
  const seen = known.map((watch) => ({
    watch,
    mayEnd: mayEnd(interaction, watch),
    ...seenProjects(watch.rule, permissions.projects, { now, followed, open, shown }),
    absent: absentProjects(watch.rule, permissions.projects, followed),
    areAllKnown: permissions.projects.isWhole,
  }));
  // The message may not have room for all of them.
  return seen.toSorted((a, b) => Number(hasTrouble(b)) - Number(hasTrouble(a)));
}

function hasTrouble({ projects }: Pick<SeenWatch, "projects">): boolean {
  return projects.some(({ trouble }) => trouble !== null);
}

function seenProjects(
  rule: Rule,
  projects: VisibleProjects,
  { now, followed, open, shown }: Around,
): Pick<SeenWatch, "total" | "hidden" | "projects"> {
  const found = projectsOf([rule], projects).filter(({ id }) => !isAbsent(followed.get(id)?.absence ?? null));
  return {
    total: found.length,
    hidden: found.filter(({ id }) => !shown.has(id)).length,
    projects: found
      .toSorted((a, b) => Number(open.has(b.id)) - Number(open.has(a.id)))
      .slice(0, MOST)
      .map((project) => ({
        project,
        followed: followed.get(project.id) ?? null,
        nextDue: nextDue(project.schedules, now),
        trouble: open.get(project.id) ?? null,
      })),
  };
}

function absentProjects(
  rule: Rule,
  projects: VisibleProjects,
  allFollowed: ReadonlyMap<string, Followed>,
): SeenWatch["absent"] {
  return [...allFollowed].flatMap(([id, followed]) => {
    const { absence, title } = followed;
    if (absence === null || !isAbsent(absence) || !projects.has(id)) return [];
    return isMeant(rule, id, { project: projects.known(id), followed }) ? [{ id, title: title ?? id, absence }] : [];
  });
}
