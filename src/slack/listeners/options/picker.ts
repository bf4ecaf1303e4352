// What each picker brings along whose options the bot names.

import type { PlainTextOption } from "@slack/types";
import type { Bot } from "../context.js";

/** A picker of a view or a message. */
export interface Picker {
  /** Its action_id. */
  id: string;
  /** At most 100, for what somebody has typed so far. From memory alone: Slack waits for it at each keystroke. */
  options: (bot: Bot, query: string) => PlainTextOption[];
}
