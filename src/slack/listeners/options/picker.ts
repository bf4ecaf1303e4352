// What defines a picker whose options come from the bot.

import type { PlainTextOption } from "@slack/types";
import type { Permissions } from "../../access/permissions.js";

/** A picker in a view or a message. */
export interface Picker {
  /** Its action_id. */
  id: string;
  /**
   * At most 100 options for what somebody has typed so far, among what they may use. Only from memory, because Slack waits for them
   * at each keystroke.
   */
  options: (permissions: Permissions, query: string) => PlainTextOption[];
}
