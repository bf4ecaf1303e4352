// What somebody may see and the conversation that they are in may not be shown.

import type { Project } from "../../hex/schema.js";
import { projectsShownTo } from "../access/audience.js";
import type { Bot, Interaction } from "../listeners/context.js";

/** @returns how many of these projects, which the person may see, this conversation is not told of */
export async function hiddenHere(
  bot: Bot,
  { user, conversation }: Interaction,
  projects: readonly Project[],
): Promise<number> {
  const { projects: shown } = await projectsShownTo(bot.permissions, { channel: conversation.channel, person: user });
  return projects.filter(({ id }) => !shown.has(id)).length;
}
