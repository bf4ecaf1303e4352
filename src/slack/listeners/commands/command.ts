// What each sub-command of `/hex` brings along.

import type { Bot, Interaction } from "../context.js";

/** `usage` and `example` are what follows `/hex`; the example is null where the usage is one already. */
export interface Command {
  name: string;
  usage: string;
  /** In mrkdwn. */
  summary: string;
  example: string | null;
  /** Does what was typed. `text`: what follows the sub-command. */
  handle: (bot: Bot, interaction: Interaction, text: string) => Promise<void>;
}
