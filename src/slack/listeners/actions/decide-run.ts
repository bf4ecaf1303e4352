// *Approve* and *Decline*, on the card of a run that awaits its approval, and in the direct messages to those who may give it.

import { decideRun } from "../../flows/decide-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import type { Action } from "./action.js";

export const approveRun: Action = {
  id: ACTIONS.approveRun,
  deed: "approve",
  press: (bot, click) => decideRun(bot, click, "approve"),
};
export const declineRun: Action = {
  id: ACTIONS.declineRun,
  deed: "decline",
  press: (bot, click) => decideRun(bot, click, "decline"),
};
