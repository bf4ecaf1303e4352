// *Run with changes*, on the card of a run that has ended.

import { openRunForm } from "../../flows/open-run-form.js";
import { runFor } from "../../flows/runs-for.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { staleButtonMessage } from "../../messages/answers.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const runWithChanges: Action = { id: ACTIONS.runWithChanges, deed: null, press };

/** The value is the run's key. */
async function press(bot: Bot, click: Click): Promise<void> {
  const run = await runFor(bot, click, click.value, "run");
  if (run === null) return click.respond(staleButtonMessage());
  const { project, options } = run;
  await openRunForm(bot, click, { project, options, conversation: click.conversation });
}
