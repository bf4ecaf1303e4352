// `/hex run <project> …`: checks what was typed before any request, then starts the run. On its own, it opens the form.

import { findProject } from "../../flows/find-project.js";
import { openRunForm } from "../../flows/open-run-form.js";
import { optionsToStart } from "../../flows/options-to-start.js";
import { startRun } from "../../flows/start-run.js";
import { runProblemMessage } from "../../messages/run-problem.js";
import { withTyped } from "../../messages/typed.js";
import { parseRunArguments } from "../../parse/run-arguments.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const run: Command = {
  name: "run",
  deed: "run",
  usage: "run [project] [name=value …] [--fresh] [--publish] [--view <id>] [--dry-run]",
  summary:
    "Opens a form; with a project's title, id or link it runs the published version at once, and shows it in this conversation. `--fresh` skips cached SQL results, `--publish` updates the published results, `--view` uses the inputs of a saved view, `--dry-run` only asks whether it could start.",
  example: 'run weekly revenue region="North America" days=30 --fresh',
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  if (text.trim() === "") {
    return openRunForm(bot, interaction, { project: null, options: null, conversation: interaction.conversation });
  }
  const parsed = parseRunArguments(text);
  if (!parsed.ok) return interaction.respond(withTyped(runProblemMessage(parsed.problem), interaction.typed));
  const { target, ...carried } = parsed.arguments;
  const project = await findProject(bot, interaction, { purpose: "run", text: target, carried });
  if (project === null) return;
  const options = await optionsToStart(bot, interaction, project, carried);
  if (options !== null) await startRun(bot, interaction, { key: interaction.key, project, options });
}
