// Unwatch, in the list of what a conversation watches.

import { endWatch } from "../../flows/set-watch.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const unwatch: Action = {
  id: ACTIONS.unwatch,
  deed: "unwatch",
  press: (bot, click) => endWatch(bot, click, click.value),
};
