// What defines a subcommand of `/hex`.

import type { Deed } from "../../../audit/audit-entry.js";
import type { Bot, Interaction } from "../context.js";

/** `usage` and `example` are what follows `/hex`. The example is `null` when the usage already is one. */
export interface Command {
  name: string;
  /** What somebody does with it, for the audit log; `null` for reading. */
  deed: Deed | null;
  usage: string;
  /** In mrkdwn. */
  summary: string;
  example: string | null;
  /** Does what was typed. `text` is what follows the subcommand. */
  handle: (bot: Bot, interaction: Interaction, text: string) => Promise<void>;
}
