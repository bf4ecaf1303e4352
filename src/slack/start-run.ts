// Starts a run for somebody and shows it: the card stands in the channel before Hex is asked.

import type { Project } from "../hex/schema.js";
import type { RunOptions } from "../runs/run.js";
import type { Bot, Interaction } from "./bot.js";
import { tellWhere } from "./flows/tell-where.js";

export interface Wish {
  /** The same for every click or delivery that must lead to one run. */
  key: string;
  project: Pick<Project, "id" | "title">;
  options: RunOptions;
}

/**
 * `stored` is called once the intent is stored, before Hex is asked.
 * @returns false when a run with this key exists already, and nothing was done
 */
export async function startRun(
  bot: Bot,
  interaction: Interaction,
  { key, project, options }: Wish,
  stored: () => Promise<unknown> = async () => undefined,
): Promise<boolean> {
  const { user, channel, reference } = interaction;
  await bot.cards.open(key, channel, user);
  const intent = {
    key,
    project: { id: project.id, title: project.title },
    options,
    requester: user,
    requestedAt: bot.clock.now(),
    reference,
  };
  if (!(await bot.starter.intend(intent))) return false;
  interaction.log.info({ projectId: project.id, runKey: key }, "run asked for");
  const asked = bot.starter.ask(key);
  await Promise.all([asked, tellWhere(bot, interaction, key, asked), stored()]);
  return true;
}
