// What a conversation watches, with the projects that each watch names and what is known of them.

import { isAbsent } from "../../follow/absence.js";
import { nextDue } from "../../follow/due-times.js";
import { covers, type WatchPlace } from "../../follow/watch.js";
import { isMeant } from "../../follow/watched-projects.js";
import { projectsShownTo } from "../access/audience.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { SeenWatch } from "../messages/watches.js";
import { isKnownTo, mayEnd } from "./watch-rights.js";

/** Projects of one watch that are looked at: no message has room for more. */
const MOST = 20;

export async function watchesSeen(bot: Bot, interaction: Interaction, place: WatchPlace): Promise<SeenWatch[]> {
  const { projects } = interaction.permissions;
  await projects.ready();
  const now = bot.clock.now();
  const [watches, followed, troubles] = await Promise.all([
    bot.watches.in(place),
    bot.troubles.followed(),
    bot.troubles.troubles(now),
  ]);
  const inTrouble = new Set(troubles.filter(({ overAt }) => overAt === null).map(({ projectId }) => projectId));
  const known = watches.filter((watch) => isKnownTo(interaction, watch));
  const { projects: shown } = await projectsShownTo(bot.permissions, {
    channel: place.channel,
    person: interaction.user,
  });
  return known.map((watch) => {
    const { rule } = watch;
    const named = rule.kind === "project" ? [projects.known(rule.id)] : projects.all();
    const found = named
      .filter((project) => project !== null)
      .filter((project) => covers(rule, project) && !isAbsent(followed.get(project.id)?.absence ?? null));
    const away = [...followed].filter(
      ([id, its]) =>
        isAbsent(its.absence) && projects.has(id) && isMeant(rule, id, { project: projects.known(id), followed: its }),
    );
    const absent = away.flatMap(([id, { absence, title }]) =>
      absence === null ? [] : [{ id, title: title ?? id, absence }],
    );
    return {
      watch,
      mayEnd: mayEnd(interaction, watch),
      absent,
      total: found.length,
      hidden: found.filter(({ id }) => !shown.has(id)).length,
      projects: found
        .toSorted((a, b) => Number(inTrouble.has(b.id)) - Number(inTrouble.has(a.id)))
        .slice(0, MOST)
        .map((project) => ({
          project,
          followed: followed.get(project.id) ?? null,
          nextDue: nextDue(project.schedules, now),
          isInTrouble: inTrouble.has(project.id),
        })),
    };
  });
}
