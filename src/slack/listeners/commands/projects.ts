// `/hex projects [words, id or link]`: the projects, page by page.

import { listProjects } from "../../flows/list-projects.js";
import { unusableLinkMessage } from "../../messages/answers.js";
import { NOTHING_CARRIED } from "../../messages/carried.js";
import { projectsMessage } from "../../messages/projects.js";
import { isUnusable, parseProjectRef, projectIdIn } from "../../parse/project-ref.js";
import { plainWords } from "../../parse/words.js";
import { type Bot, callFor, type Interaction } from "../context.js";
import type { Command } from "./command.js";

export const projects: Command = {
  name: "projects",
  deed: null,
  usage: "projects [words]",
  summary: "The projects, the latest published first, each with a Run button. Words narrow the list down.",
  example: "projects revenue",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = plainWords(text);
  const reference = typed.length === 1 ? parseProjectRef(typed[0] ?? "", bot.hex.origin) : null;
  if (isUnusable(reference)) return interaction.respond(unusableLinkMessage(reference, bot.hex.host));
  const projectId = projectIdIn(reference);
  // A link's id decides; its title does so only when there is no id.
  const words = projectId !== null ? [projectId] : reference?.kind === "no_id" ? reference.words : typed;
  const view = await listProjects(bot, interaction, { words, page: 0, carried: NOTHING_CARRIED });
  if (projectId === null || view.projects.length > 0) return interaction.respond(projectsMessage(view));
  // The list lacks new projects, archived ones and components, and the end of a very long list.
  const project = await interaction.permissions.projects.project(projectId, callFor(interaction));
  await interaction.respond(
    projectsMessage({ ...view, projects: [project], isNearest: false, readAt: null, known: null }),
  );
}
