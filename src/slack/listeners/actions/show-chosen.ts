// *Show runs* or *Runs in flight* next to a project that is offered for a name.

import { deedOf } from "../../flows/find-project.js";
import { readChoice } from "../../flows/kept-choice.js";
import { projectRuns, runsToCancel } from "../../flows/list-project-runs.js";
import { readProject } from "../../flows/read-project.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { chosenSchema, listChoiceSchema } from "../../messages/choice.js";
import { type Action, withValue } from "./action.js";

export const showChosen: Action = {
  id: ACTIONS.showChosen,
  deed: null,
  press: withValue(chosenSchema, async (bot, click, chosen) => {
    const choice = await readChoice(bot, click, chosen, listChoiceSchema);
    if (choice === null) return;
    const project = await readProject(click, chosen.project, deedOf(choice));
    const runs =
      choice.purpose === "cancel" ? runsToCancel(bot, click, project, "by_name") : projectRuns(bot, click, project);
    await click.replace(await runs);
  }),
};
