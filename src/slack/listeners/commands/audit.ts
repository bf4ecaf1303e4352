// `/hex audit [project | @person] [days]`: who did what, for administrators.

import { showAudit } from "../../flows/show-audit.js";
import { parseAuditArguments } from "../../parse/audit-arguments.js";
import type { Command } from "./command.js";

export const audit: Command = {
  name: "audit",
  deed: "administer",
  usage: "audit [project or @person] [days]",
  summary: "Who ran, cancelled, watched or silenced what, and what was refused. For people who look after the bot.",
  example: "audit weekly revenue 30",
  handle: (bot, interaction, text) => showAudit(bot, interaction, parseAuditArguments(text)),
};
