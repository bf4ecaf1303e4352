// What defines a subcommand of `/hex`.

import type { Bot, Interaction } from "../context.js";

/** `usage` and `example` are what follows `/hex`. The example is `null` when the usage already is one. */
export interface Command {
  name: string;
  usage: string;
  /** In mrkdwn. */
  summary: string;
  example: string | null;
  /** Does what was typed. `text` is what follows the subcommand. */
  handle: (bot: Bot, interaction: Interaction, text: string) => Promise<void>;
}
