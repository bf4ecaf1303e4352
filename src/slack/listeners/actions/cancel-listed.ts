// *Cancel* next to a run in a list that Hex does not know yet, because it is waiting to start.

import { cancelKnownRun } from "../../flows/cancel-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const cancelListed: Action = {
  id: ACTIONS.cancelListed,
  deed: "cancel",
  press: (bot, click) => cancelKnownRun(bot, click, click.value),
};
