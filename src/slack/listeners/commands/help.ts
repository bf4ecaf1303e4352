// `/hex help`: what the bot can do.

import { helpMessage } from "../../messages/help.js";
import type { Command } from "./command.js";

/** `commands` are those to list, including help itself. */
export function createHelp(commands: () => readonly Command[]): Command {
  return {
    name: "help",
    deed: null,
    usage: "help",
    summary: "This list.",
    example: null,
    handle: (bot, { respond }) => respond(helpMessage(commands(), bot.slackRefusals.now().declinedScopes)),
  };
}
