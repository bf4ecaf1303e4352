// Watch, beside a project that is offered for a name.

import { readChoice } from "../../flows/kept-choice.js";
import { setWatch } from "../../flows/set-watch.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { chosenSchema, watchChoiceSchema } from "../../messages/choice.js";
import { type Action, withValue } from "./action.js";

export const watchChosen: Action = {
  id: ACTIONS.watchChosen,
  deed: "watch",
  press: withValue(chosenSchema, async (bot, click, chosen) => {
    const choice = await readChoice(bot, click, chosen, watchChoiceSchema);
    if (choice !== null) await setWatch(bot, click, { kind: "project", id: chosen.project }, choice);
  }),
};
