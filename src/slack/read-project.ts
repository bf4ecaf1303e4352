// One project by its id, for commands and buttons alike.

import type { Project } from "../hex/schema.js";
import { type Bot, callFor, type Interaction } from "./bot.js";

/** What the list knows of a published project is enough; anything else is asked, since it may be published by now. */
export async function readProject(bot: Bot, interaction: Interaction, projectId: string): Promise<Project> {
  const known = bot.catalog.known(projectId);
  if (known !== null && known.lastPublishedAt !== null) return known;
  return bot.hex.project(projectId, callFor(interaction));
}
