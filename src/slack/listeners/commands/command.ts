// What defines a subcommand of `/hex`.

import type { Deed } from "../../../audit/audit-entry.js";
import type { CommandHelp } from "../../messages/help.js";
import type { Bot, Interaction } from "../context.js";

export interface Command extends CommandHelp {
  /** What somebody does with it, for the audit log; `null` for reading. */
  deed: Deed | null;
  /** Does what was typed. `text` is what follows the subcommand. */
  handle: (bot: Bot, interaction: Interaction, text: string) => Promise<void>;
}
