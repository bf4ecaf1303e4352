// `/hex runs [id or link]`: what the bot watches, or the recent runs of one project.

import { findProject } from "../../flows/find-project.js";
import { projectRunsMessage, watchedRunsMessage } from "../../messages/runs.js";
import { plainWords } from "../../parse/words.js";
import { type Bot, callFor, type Interaction } from "../context.js";

/** As many as one answer can hold: Hex promises no order, and the latest are to be among them. */
const RUNS_READ = 100;
const LATELY = 5;

export async function runs(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = plainWords(text).join(" ");
  const at = { now: bot.clock.now(), place: bot.hex.place.now };
  if (typed === "") {
    const [live, ended] = await Promise.all([bot.runs.inFlight(), bot.runs.recentlyEnded(LATELY)]);
    return interaction.respond(watchedRunsMessage(live, ended, at));
  }
  const project = await findProject(bot, interaction, typed);
  if (project === null) return;
  const page = await bot.hex.runs(project.id, { limit: RUNS_READ }, callFor(interaction));
  const own = await bot.runs.byHexRuns(page.runs.map((run) => run.runId));
  await interaction.respond(projectRunsMessage({ project, runs: page.runs, own, ...at }));
}
