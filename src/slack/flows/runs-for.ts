// The runs that exist for somebody: those of projects that they may see, and those that they asked for themselves.

import type { Run } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";

/** `null` for a run that does not exist for them, as for one that the bot does not know. @throws UnreadableRun */
export async function runFor(bot: Bot, interaction: Interaction, key: string): Promise<Run | null> {
  const run = await bot.runs.get(key);
  if (run === null) return null;
  const [seen = null] = await runsFor(interaction, [run]);
  return seen;
}

export async function runsFor(interaction: Interaction, runs: readonly Run[]): Promise<Run[]> {
  const { permissions, user } = interaction;
  if (permissions.areUnlimited) return [...runs];
  // Right after a start, the stored catalog may not have been read yet.
  await permissions.projects.ready();
  return runs.filter(({ requester, project }) => requester === user || permissions.projects.has(project.id));
}
