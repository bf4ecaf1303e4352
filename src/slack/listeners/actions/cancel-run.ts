// *Cancel* on the card of a run that the bot knows.

import { cancelKnownRun } from "../../flows/cancel-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const cancelRun: Action = {
  id: ACTIONS.cancelRun,
  deed: "cancel",
  press: (bot, click) => cancelKnownRun(bot, click, click.value, click),
};
