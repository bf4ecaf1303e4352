// Asks Hex whether it would start a run, for somebody, and starts nothing.

import { projectUrl } from "../../hex/links.js";
import type { RunOptions } from "../../runs/run.js";
import { requestOf } from "../../runs/start.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import { dryRunMessage } from "../messages/answers.js";
import { titleOf } from "../messages/run-words.js";
import type { ProjectSeen } from "./read-project.js";

/** @throws HexError when Hex would not start it */
export async function dryRun(
  bot: Bot,
  interaction: Interaction,
  project: ProjectSeen,
  options: RunOptions,
): Promise<void> {
  await bot.hex.dryRun(project.id, requestOf(options), callFor(interaction));
  const url = projectUrl(bot.hex.place.now, project);
  await interaction.respond(dryRunMessage(titleOf(project), url, options));
}
