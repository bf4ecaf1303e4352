// `/hex watch <project | category:… | owner:… | scheduled> [failures | late | all] [page]`: this conversation is told when something goes
// wrong, or of every end.

import { findProject } from "../../flows/find-project.js";
import { setWatch } from "../../flows/set-watch.js";
import { ownerIsAddressMessage, whatToWatchMessage } from "../../messages/watch-answers.js";
import { isAddress, parseWatchArguments } from "../../parse/watch-arguments.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const watch: Command = {
  name: "watch",
  deed: "watch",
  usage: "watch <project, category:…, owner:… or scheduled> [failures | late | all] [page]",
  summary:
    "Tells this conversation when a run of a project fails, is late, or is stuck; with `failures` or `late`, only about those, and with `all`, also about every run that ends. With `page`, it pages whoever is on call, too.",
  example: "watch weekly revenue",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, typed: string): Promise<void> {
  const { rule, text, level, page } = parseWatchArguments(typed);
  if (text === "") return interaction.respond(whatToWatchMessage());
  if (rule?.kind === "owner" && !isAddress(rule.email))
    return interaction.respond(ownerIsAddressMessage(rule.email, "watch"));
  if (rule !== null) return setWatch(bot, interaction, rule, { level, page });
  const project = await findProject(bot, interaction, { purpose: "watch", text, level, page });
  if (project !== null) await setWatch(bot, interaction, { kind: "project", id: project.id }, { level, page });
}
