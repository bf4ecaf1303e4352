// *Cancel* next to a run in a list, which may have been started elsewhere.

import { z } from "zod";
import { idSchema } from "../../../hex/ids.js";
import { cancelHexRun as cancel } from "../../flows/cancel-run.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { type Action, withValue } from "./action.js";

const value = z.object({ project: idSchema, run: idSchema });

export const cancelHexRun: Action = {
  id: ACTIONS.cancelHexRun,
  deed: "cancel",
  press: withValue(value, (bot, click, { project, run }) => cancel(bot, click, project, run)),
};
