// The subcommands. Routing, help, "did you mean" and the manifest's hint are derived from this list.

import type { Deed } from "../../../audit/audit-entry.js";
import { closest } from "../../../lib/closest.js";
import { unknownCommandMessage } from "../../messages/help.js";
import { withTyped } from "../../messages/typed.js";
import { splitSubcommand } from "../../parse/subcommand.js";
import type { Bot, Interaction } from "../context.js";
import { about } from "./about.js";
import { audit } from "./audit.js";
import { cancel } from "./cancel.js";
import type { Command } from "./command.js";
import { digest } from "./digest.js";
import { createHelp } from "./help.js";
import { projects } from "./projects.js";
import { run } from "./run.js";
import { runs } from "./runs.js";
import { tellingIfSlow } from "./slow-command.js";
import { status } from "./status.js";
import { unwatch } from "./unwatch.js";
import { watch } from "./watch.js";
import { watching } from "./watching.js";

const help = createHelp(() => COMMANDS);
/** In the order in which help lists them. */
export const COMMANDS: readonly Command[] = [
  status,
  projects,
  run,
  runs,
  cancel,
  watch,
  unwatch,
  watching,
  digest,
  audit,
  about,
  help,
];

/** Does what was typed after `/hex` or after a mention of the bot. */
export async function runCommand(bot: Bot, interaction: Interaction, typed: string): Promise<void> {
  const { name, rest } = splitSubcommand(typed);
  const command = name === "" ? help : commandNamed(name);
  if (command !== undefined) return tellingIfSlow(bot, interaction, (asked) => command.handle(bot, asked, rest));
  const names = COMMANDS.map((known) => known.name);
  await interaction.respond(withTyped(unknownCommandMessage(name, closest(name, names), names), interaction.typed));
}

/** The subcommand must be within this many characters of a command's text. */
const BEGINNING = 200;

/** The typed subcommand, for the metrics: one of the bot's, or "unknown". */
export function commandName(typed: string): string {
  const { name } = splitSubcommand(typed.slice(0, BEGINNING));
  return name === "" ? help.name : (commandNamed(name)?.name ?? "unknown");
}

/** What somebody does who types it. */
export function deedOfCommand(typed: string): Deed | null {
  return commandNamed(splitSubcommand(typed.slice(0, BEGINNING)).name)?.deed ?? null;
}

/** Whether a text begins with the name of one of the bot's commands. Marks alone, such as the end of a quotation, are no name. */
export function isCommand(typed: string): boolean {
  return commandNamed(splitSubcommand(typed.slice(0, BEGINNING)).name) !== undefined;
}

/** The first typed word, for the log. What follows may be anything, including inputs with personal data. */
export function firstWord(typed: string): string {
  return typed.slice(0, BEGINNING).trim().split(/\s+/)[0]?.slice(0, 20) || help.name;
}

function commandNamed(name: string): Command | undefined {
  return COMMANDS.find((command) => command.name === name);
}
