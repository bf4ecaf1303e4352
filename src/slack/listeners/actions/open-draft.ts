// *Open again* and *Back to the form*: opens the form as it was stored.

import type { Place } from "../../../access/policy.js";
import { permissionsOf } from "../../access/permissions.js";
import { asSlackFailure } from "../../connection/failures.js";
import { formKept, keepForm, runKeyOf } from "../../flows/form-drafts.js";
import { demandForm, drawnProject, showForm } from "../../flows/open-run-form.js";
import { ACTIONS } from "../../messages/action-ids.js";
import { runFormView } from "../../messages/run-form.js";
import { draftGoneMessage, formDoneMessage, formNotOpenedMessage } from "../../messages/run-form-answers.js";
import { nextRound } from "../../messages/run-form-state.js";
import { titleOf } from "../../messages/run-words.js";
import type { Bot } from "../context.js";
import type { Action, Click } from "./action.js";

export const openDraft: Action = { id: ACTIONS.openDraft, deed: null, press };

async function press(bot: Bot, click: Click): Promise<void> {
  const { value: nonce, user, view, log } = click;
  const run = await bot.runs.get(runKeyOf({ nonce }));
  if (run !== null && run.requester === user) return click.respond(formDoneMessage(titleOf(run.project)));
  const draft = await formKept(bot, nonce, user);
  if (draft === null) return click.respond(draftGoneMessage());
  const { complaints } = draft;
  const form = nextRound(draft.form);
  const there = await at(bot, click, form.place);
  if (form.project !== null) await demandForm(there, form.project);
  if (view === null) return showForm(bot, there, form, { complaints });
  const drawn = runFormView(form, { ...drawnProject(there, form), complaints });
  const failure = await bot.slack.views.update({ view_id: view.id, view: drawn }).then(() => null, asSlackFailure);
  if (failure !== null) {
    log.warn({ failure: failure.facts }, "The form was not brought back: sent a button that opens it");
    return click.respond(formNotOpenedMessage(nonce, true));
  }
  // Only now: Hex's answer goes to nobody who has seen a later round.
  await keepForm(bot, { user, form, complaints });
}

/** The click, judged where the form was first opened rather than where its button is. */
async function at(bot: Bot, click: Click, place: Place): Promise<Click> {
  if (click.permissions.areUnlimited || click.place === place) return click;
  return { ...click, place, permissions: await permissionsOf(bot.permissions, click.user, place) };
}
