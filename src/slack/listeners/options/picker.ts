// What defines a picker whose options come from the bot.

import type { PlainTextOption } from "@slack/types";
import type { Bot } from "../context.js";

/** A picker in a view or a message. */
export interface Picker {
  /** Its action_id. */
  id: string;
  /** At most 100 options for what somebody has typed so far. From memory alone, because Slack waits for them at each keystroke. */
  options: (bot: Bot, query: string) => PlainTextOption[];
}
