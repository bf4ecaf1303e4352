// From what a person typed to a project: an id or a link is taken, a title is offered as a choice, all else is explained.

import type { Bot, Interaction } from "../bot.js";
import { otherHostMessage } from "../messages/answers.js";
import { chooseProjectMessage } from "../messages/projects.js";
import { type ProjectSeen, readProject } from "../read-project.js";
import { parseProjectRef } from "./parse/project-ref.js";
import { listProjects } from "./projects.js";

/** The project that was meant, or null after the person was told why not. @throws HexError */
export async function findProject(bot: Bot, interaction: Interaction, typed: string): Promise<ProjectSeen | null> {
  const ref = parseProjectRef(typed, bot.hex.origin);
  switch (ref.kind) {
    case "id":
    case "run":
      return readProject(bot, interaction, ref.projectId);
    case "other_host":
      await interaction.respond(otherHostMessage(ref.host, bot.hex.host));
      return null;
    case "link_without_id":
    case "not_an_id": {
      const words = ref.kind === "link_without_id" ? ref.words : typed.split(/\s+/).filter((word) => word !== "");
      const view = await listProjects(bot, interaction, { words, page: 0 });
      await interaction.respond(chooseProjectMessage(words.join(" ") || typed, view));
      return null;
    }
  }
}
