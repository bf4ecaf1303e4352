// `/hex runs [project]`: the runs that the bot tracks, or the recent runs of one project.

import { findProject } from "../../flows/find-project.js";
import { listAt } from "../../flows/list-at.js";
import { projectRuns } from "../../flows/list-project-runs.js";
import { runsFor } from "../../flows/runs-for.js";
import { RECENT_SHOWN, trackedRunsMessage } from "../../messages/runs.js";
import { plainWords } from "../../parse/words.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

/** How many of the latest runs are examined for somebody who may not see all of them. */
const EXAMINED = 200;

export const runs: Command = {
  name: "runs",
  deed: null,
  usage: "runs [project]",
  summary: "The runs in flight that the bot knows, or the recent runs of a project, with Cancel.",
  example: "runs weekly revenue",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = plainWords(text).join(" ");
  if (typed === "") {
    const most = interaction.permissions.areUnlimited ? RECENT_SHOWN : EXAMINED;
    const read = await Promise.all([bot.runs.inFlight(), bot.runs.recentlyEnded(most)]);
    const [live = [], ended = []] = await Promise.all(read.map((runs) => runsFor(interaction, runs)));
    const at = await listAt(bot, interaction, live);
    return interaction.respond(trackedRunsMessage(live, ended, at));
  }
  const project = await findProject(bot, interaction, { purpose: "runs", text: typed });
  if (project !== null) await interaction.respond(await projectRuns(bot, interaction, project));
}
