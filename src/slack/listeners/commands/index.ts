// The sub-commands: routing, help and "did you mean" derive from this table.

import { helpMessage, unknownCommandMessage } from "../../messages/help.js";
import { closest, splitSubcommand } from "../../parse/subcommand.js";
import type { Bot, Interaction } from "../context.js";
import { cancel } from "./cancel.js";
import { COMMAND_NAMES, type CommandName, isCommandName } from "./names.js";
import { projects } from "./projects.js";
import { run } from "./run.js";
import { runs } from "./runs.js";
import { status } from "./status.js";

/** `text`: what follows the sub-command. */
type Command = (bot: Bot, interaction: Interaction, text: string) => Promise<void>;

const COMMANDS: Record<CommandName, Command> = {
  status,
  projects,
  run,
  runs,
  cancel,
  help: (_, { respond }) => respond(helpMessage(COMMAND_NAMES)),
};

/** Does what was typed after `/hex`. */
export async function runCommand(bot: Bot, interaction: Interaction, typed: string): Promise<void> {
  const { name, rest } = splitSubcommand(typed);
  if (name === "") return COMMANDS.help(bot, interaction, "");
  if (isCommandName(name)) return COMMANDS[name](bot, interaction, rest);
  const suggestion = closest(name, COMMAND_NAMES);
  const known = suggestion !== null && isCommandName(suggestion) ? suggestion : null;
  await interaction.respond(unknownCommandMessage(name, known, COMMAND_NAMES));
}
