// Cancel beside a run in a list that Hex does not know yet: it waits for its start.

import { cancelKnownRun } from "../../flows/cancel-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const cancelListed: Action = {
  id: ACTIONS.cancelListed,
  press: (bot, click) => cancelKnownRun(bot, click, click.value),
};
