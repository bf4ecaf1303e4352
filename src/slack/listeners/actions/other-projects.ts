// *Not this one* or *None of these*, under the projects that are offered for a name.

import { otherProjects as others } from "../../flows/find-project.js";
import { readChoice } from "../../flows/kept-choice.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { choiceSchema, othersSchema } from "../../messages/choice.js";
import { type Action, withValue } from "./action.js";

export const otherProjects: Action = {
  id: ACTIONS.otherProjects,
  deed: null,
  press: withValue(othersSchema, async (bot, click, asked) => {
    const choice = await readChoice(bot, click, asked, choiceSchema);
    if (choice !== null) await click.replace(await others(bot, click, choice, asked.passed));
  }),
};
