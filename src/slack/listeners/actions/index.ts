// The buttons and what each one does when it is pressed.

import type { Deed } from "../../../audit/audit-entry.js";
import { type ActionId, knownAction } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";
import { cancelHexRun } from "./cancel-hex-run.js";
import { cancelListed } from "./cancel-listed.js";
import { cancelRun } from "./cancel-run.js";
import { changeInputs } from "./change-inputs.js";
import { formProject, formTypedProject } from "./choose-form-project.js";
import { approveRun, declineRun } from "./decide-run.js";
import { endSilence } from "./end-silence.js";
import { homeSearch } from "./home-search.js";
import { lookAgain } from "./look-again.js";
import { onIt } from "./on-it.js";
import { openDraft } from "./open-draft.js";
import { openForm } from "./open-form.js";
import { otherProjects } from "./other-projects.js";
import { runAgain } from "./run-again.js";
import { runChosen } from "./run-chosen.js";
import { runProject } from "./run-project.js";
import { runProjectForm } from "./run-project-form.js";
import { runWithChanges } from "./run-with-changes.js";
import { showChosen } from "./show-chosen.js";
import { silence } from "./silence.js";
import { tellMe } from "./tell-me.js";
import { nextPage, previousPage } from "./turn-page.js";
import { unwatch } from "./unwatch.js";
import { watchChosen } from "./watch-chosen.js";

const BUTTONS: readonly Action[] = [
  cancelRun,
  cancelHexRun,
  cancelListed,
  approveRun,
  declineRun,
  runAgain,
  runWithChanges,
  lookAgain,
  tellMe,
  runChosen,
  changeInputs,
  showChosen,
  otherProjects,
  runProject,
  previousPage,
  nextPage,
  openForm,
  homeSearch,
  openDraft,
  runProjectForm,
  formProject,
  formTypedProject,
  watchChosen,
  unwatch,
  onIt,
  silence,
  endSilence,
];
const ACTION_BY_ID: ReadonlyMap<ActionId, Action> = new Map(BUTTONS.map((action) => [action.id, action]));

/** Presses a button. `actionId` is what Slack sent, possibly from another version of the bot. */
export async function pressButton(bot: Bot, click: Click, actionId: string): Promise<void> {
  const action = actionOf(actionId);
  if (action === undefined) return click.respond(staleButtonMessage());
  await action.press(bot, click);
}

/** What somebody does who presses it. */
export function deedOfButton(actionId: string): Deed | null {
  return actionOf(actionId)?.deed ?? null;
}

function actionOf(actionId: string): Action | undefined {
  const known = knownAction(actionId);
  return known === null ? undefined : ACTION_BY_ID.get(known);
}
