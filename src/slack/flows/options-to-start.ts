// The options to start a run with, unless there is nothing to start.

import { projectUrl } from "../../hex/links.js";
import type { RunOptions } from "../../runs/run.js";
import { requestOf } from "../../runs/start-request.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import { dryRunMessage, notPublishedMessage } from "../messages/answers.js";
import type { Carried } from "../messages/carried.js";
import { titleOf } from "../messages/run-words.js";
import { withTyped } from "../messages/typed.js";
import { demandStart } from "./demand-start.js";
import type { ProjectSeen } from "./read-project.js";

/**
 * `null` after telling the person that the project is not published, or that Hex would start the run.
 * @throws AccessDenied; HexError when Hex would not start a dry run's run
 */
export async function optionsToStart(
  bot: Bot,
  interaction: Interaction,
  project: ProjectSeen,
  { dryRun, ...options }: Carried,
): Promise<RunOptions | null> {
  await demandStart(interaction, project, options);
  const [title, url] = [titleOf(project), projectUrl(bot.hex.place.now, project)];
  if (project.lastPublishedAt === null) {
    await interaction.respond(withTyped(notPublishedMessage(title, url), interaction.typed));
    return null;
  }
  if (!dryRun) return options;
  await bot.hex.dryRun(project.id, requestOf(options), callFor(interaction));
  await interaction.respond(dryRunMessage(title, url, options));
  return null;
}
