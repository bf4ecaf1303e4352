// `/hex runs [id or link]`: what the bot watches, or the recent runs of one project.

import { findProject } from "../../flows/find-project.js";
import { readProjectRuns } from "../../flows/read-project-runs.js";
import { projectRunsMessage, watchedRunsMessage } from "../../messages/runs.js";
import { plainWords } from "../../parse/words.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

const LATELY = 5;

export const runs: Command = {
  name: "runs",
  usage: "runs [id or link]",
  summary: "The runs that the bot watches, or the recent runs of a project, with Cancel.",
  example: "runs 5d2f8a4e-…",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = plainWords(text).join(" ");
  const at = { now: bot.clock.now(), place: bot.hex.place.now };
  if (typed === "") {
    const [live, ended] = await Promise.all([bot.runs.inFlight(), bot.runs.recentlyEnded(LATELY)]);
    return interaction.respond(watchedRunsMessage(live, ended, at));
  }
  const project = await findProject(bot, interaction, typed);
  if (project === null) return;
  const { runs, own } = await readProjectRuns(bot, interaction, project.id);
  await interaction.respond(projectRunsMessage({ project, runs, own, ...at }));
}
