// *Change inputs…* next to a project that is offered for a name.

import { readChoice } from "../../flows/kept-choice.js";
import { openRunForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { packed } from "../../messages/carried.js";
import { type Chosen, chosenSchema, runChoiceSchema } from "../../messages/choice.js";
import type { Bot } from "../context.js";
import { type Action, type Click, withValue } from "./action.js";

export const changeInputs: Action = { id: ACTIONS.changeInputs, deed: null, press: withValue(chosenSchema, press) };

/** Opens the form with what was typed, or, if that was nothing, with what earlier runs used. */
async function press(bot: Bot, click: Click, chosen: Chosen): Promise<void> {
  const choice = await readChoice(bot, click, chosen, runChoiceSchema);
  if (choice === null) return;
  const { dryRun, ...options } = choice.carried;
  const project = click.permissions.projects.named({ id: chosen.project });
  const isPlain = packed({ ...options, dryRun: false }) === undefined;
  await openRunForm(bot, click, {
    project,
    options: isPlain ? null : options,
    dryRun,
    conversation: click.conversation,
  });
}
