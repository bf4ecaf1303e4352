// `/hex run <id or link> …`: checks what was typed before any request, then starts the run.

import { projectUrl } from "../../hex/links.js";
import { requestOf } from "../../runs/start.js";
import { type Bot, callFor, type Interaction } from "../bot.js";
import { dryRunMessage, notPublishedMessage } from "../messages/answers.js";
import { runProblemMessage } from "../messages/run-problem.js";
import { titleOf } from "../messages/run-words.js";
import { startRun } from "../start-run.js";
import { parseRunArguments } from "./parse/run-arguments.js";
import { findProject } from "./target.js";

export async function run(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const parsed = parseRunArguments(text);
  if (!parsed.ok) return interaction.respond(runProblemMessage(parsed.problem));
  const { target, dryRun, inputs, fresh, publish, view } = parsed.arguments;
  const project = await findProject(bot, interaction, target);
  if (project === null) return;
  const url = projectUrl(bot.hex.place.now, project);
  if (project.lastPublishedAt === null) return interaction.respond(notPublishedMessage(project.title, url));
  const options = { inputs, fresh, publish, view };
  if (dryRun) {
    await bot.hex.dryRun(project.id, requestOf(options), callFor(interaction));
    return interaction.respond(dryRunMessage(titleOf(project), url, options));
  }
  await startRun(bot, interaction, { key: interaction.key, project, options });
}
