// *Run* or *Dry run* next to a project that is offered for a name.

import { deedOfStart } from "../../flows/demand-start.js";
import { readChoice } from "../../flows/kept-choice.js";
import { optionsToStart } from "../../flows/options-to-start.js";
import { readProject } from "../../flows/read-project.js";
import { startRun } from "../../flows/start-run.js";
import { tellAlreadyStarted } from "../../flows/tell-already-started.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { type Chosen, chosenSchema, runChoiceSchema } from "../../messages/choice.js";
import { chosenMessage } from "../../messages/choose-project.js";
import { titleOf } from "../../messages/run-words.js";
import type { Bot } from "../context.js";
import { type Action, type Click, withValue } from "./action.js";

export const runChosen: Action = { id: ACTIONS.runChosen, deed: "run", press: withValue(chosenSchema, press) };

/** Starts one run for each project in each choice, however often it is pressed. */
async function press(bot: Bot, click: Click, chosen: Chosen): Promise<void> {
  const choice = await readChoice(bot, click, chosen, runChoiceSchema);
  if (choice === null) return;
  const project = await readProject(click, chosen.project, deedOfStart(choice.carried));
  const options = await optionsToStart(bot, click, project, choice.carried);
  if (options === null) return;
  const key = `choice:${chosen.nonce}:${project.id}`;
  const isNew = await startRun(bot, click, { key, project, options }, (_, isAwaiting) =>
    click
      .replace(chosenMessage(titleOf(project), isAwaiting))
      .catch((err: unknown) => click.log.warn({ err }, "The choice keeps its buttons")),
  );
  if (!isNew) await tellAlreadyStarted(bot, click, key);
}
