// Answers to one person about the form that starts a run: why it is not there, and how it comes back.

import { ACTIONS } from "./action-ids.js";
import { actions, button, context, type Message, message, section } from "./blocks.js";
import { bold, inline } from "./mrkdwn.js";
import type { Notice } from "./run-form.js";
import type { Complaint } from "./run-form-state.js";

/** A form of another version of the bot. */
export function staleFormMessage(): Message {
  return message("This form no longer works.", [
    section(
      "This form belongs to another version of the bot, so nothing was started. Copy what you typed, and open the form again with `/hex run`.",
    ),
  ]);
}

/** What no field could show is no longer kept, so that a run would miss it. */
export function formGoneMessage(): Message {
  return message("This form is too old. Nothing was started.", [
    section(
      "This form holds values that no field can show. They are kept for a day, and that is over, so *nothing was started*. Copy what you typed, and open the form again.",
    ),
  ]);
}

/** In the place of a form. `nonce`: of its draft; `isLate`: Slack did not open it; false: a message opens none. */
export function formNotOpenedMessage(nonce: string, isLate: boolean): Message {
  const said = isLate
    ? "Slack did not open the form: that has to happen within three seconds.\nPress the button, or write it out: `/hex run <title, id or link> name=value --fresh`."
    : "Press the button to pick a project and fill in its inputs, or write it all in one message: `run <title, id or link> name=value --fresh`.";
  return message(isLate ? "The form did not open. Press the button." : "Press the button to open the form.", [
    section(said),
    actions(openDraftButton("Open the form", nonce)),
  ]);
}

/** A draft that is no longer there, or somebody else's. */
export function draftGoneMessage(): Message {
  return message("This form is no longer kept.", [
    section(
      "This form is no longer kept: forms are kept for a day, each for its own person. An empty one can be opened.",
    ),
    actions(button({ actionId: ACTIONS.openForm, label: "Open the form", value: "-" })),
  ]);
}

/** A draft whose run was started. */
export function formDoneMessage(title: string): Message {
  return message("This form has already started its run.", [
    section(`This form has already started its run of ${bold(title, 150)}. Its card shows how it stands.`),
    actions(button({ actionId: ACTIONS.openForm, label: "Open an empty form", value: "-" })),
  ]);
}

/** A form that was closed while Hex was asked. `title`: of the project. */
export function closedFormMessage(form: {
  title: string;
  complaints: readonly Complaint[];
  notice: Notice | null;
  nonce: string;
}): Message {
  const { title, complaints, notice, nonce } = form;
  const said = [notice?.text, ...complaints.map(({ text }) => text)].filter((text) => text !== undefined);
  const head = notice?.level === "success" ? ":white_check_mark:" : ":warning: *Not started:*";
  return message("Your form is still here.", [
    section(`${head} ${bold(title, 150)}\n${said.map((text) => `• ${inline(text, 400)}`).join("\n")}`),
    context("You closed the form while the bot was checking it with Hex. What you typed is kept for a day."),
    actions(openDraftButton("Open again", nonce)),
  ]);
}

function openDraftButton(label: string, nonce: string) {
  return button({ actionId: ACTIONS.openDraft, label, value: nonce });
}
