// From what a person typed to a project: an id or a link is taken, a title is offered as a choice, all else is explained.

import type { Bot, Interaction } from "../listeners/context.js";
import { unusableLinkMessage } from "../messages/answers.js";
import { type Carried, NOTHING_CARRIED } from "../messages/carried.js";
import { chooseProjectMessage } from "../messages/projects.js";
import { parseProjectRef } from "../parse/project-ref.js";
import { knownProjects, listProjects } from "./list-projects.js";
import { type ProjectSeen, readProject } from "./read-project.js";

/**
 * The project that was meant, or null after the person was told why not. @throws HexError
 * @param carried what a run is to be started with, for the buttons of the projects to choose from
 */
export async function findProject(
  bot: Bot,
  interaction: Interaction,
  typed: string,
  carried: Carried = NOTHING_CARRIED,
): Promise<ProjectSeen | null> {
  const reference = parseProjectRef(typed, bot.hex.origin);
  const unusable = unusableLinkMessage(reference, bot.hex.host);
  if (unusable !== null) {
    await interaction.respond(unusable);
    return null;
  }
  // A link's id decides, and never its title, which may be an old one.
  if (reference?.kind === "project" || reference?.kind === "run") {
    return readProject(bot, interaction, reference.projectId);
  }
  const words = reference?.kind === "no_id" ? reference.words : typed.split(/\s+/).filter((word) => word !== "");
  const sought = { words, page: 0, carried };
  await bot.catalog.ready();
  const known = knownProjects(bot, sought);
  // Hex is asked where it may help: what is looked for may have been created a minute ago.
  const view = known.projects.length > 0 ? known : await listProjects(bot, interaction, sought);
  await interaction.respond(chooseProjectMessage(words.join(" ") || typed, view));
  return null;
}
