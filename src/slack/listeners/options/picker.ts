// What defines a picker whose options come from the bot.

import type { PlainTextOption } from "@slack/types";
import type { VisibleProjects } from "../../../catalog/visible-projects.js";

/** A picker in a view or a message. */
export interface Picker {
  /** Its action_id. */
  id: string;
  /** At most 100 options for what somebody has typed so far, among the projects that they may see. From memory alone, because Slack waits for them at each keystroke. */
  options: (projects: VisibleProjects, query: string) => PlainTextOption[];
}
