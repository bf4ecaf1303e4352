// Answers to one person about the form that starts a run: why it is not there, and how to get it back.

import { ACTIONS } from "./action-ids.js";
import { actions, answer, button, context, type Message, message, section } from "./blocks.js";
import { bold, inline } from "./mrkdwn.js";
import type { Complaint, Notice } from "./run-form-state.js";

/** The answer to a form from another version of the bot. */
export function staleFormMessage(): Message {
  return answer(
    "This form belongs to another version of the bot, so nothing was started. Copy what you typed, and open the form again with `/hex run`.",
  );
}

/** The answer when values that no field could show are no longer kept: the run would lack them. */
export function formGoneMessage(): Message {
  return answer(
    "This form has values that no field can show. The bot keeps them for a day, and that day is over, so *nothing was started*. Copy what you typed, and open the form again.",
  );
}

/**
 * Takes the place of a form. `nonce` is its draft's. `isLate` is true when Slack did not open the form in time, and false when
 * a message asked for it: messages cannot open forms.
 */
export function formNotOpenedMessage(nonce: string, isLate: boolean): Message {
  const said = isLate
    ? "Slack did not open the form: that has to happen within three seconds.\nPress the button, or write it all out: `/hex run <title, id or link> name=value --fresh`."
    : "Press the button to pick a project and fill in its inputs, or write it all in one message: `run <title, id or link> name=value --fresh`.";
  return message(isLate ? "The form did not open. Press the button." : "Press the button to open the form.", [
    section(said),
    actions(openDraftButton("Open the form", nonce)),
  ]);
}

/** The answer to a draft that no longer exists, or is somebody else's. */
export function draftGoneMessage(): Message {
  return answer(
    "This form is no longer kept: each form is kept for a day, and only for the person who filled it in. You can open an empty one.",
    actions(button({ actionId: ACTIONS.openForm, label: "Open the form", value: "-" })),
  );
}

/** The answer to a draft whose run has been started. */
export function formDoneMessage(title: string): Message {
  return answer(
    `This form has already started its run of ${bold(title, 150)}. Its card shows how it is going.`,
    actions(button({ actionId: ACTIONS.openForm, label: "Open an empty form", value: "-" })),
  );
}

/** Brings back a form that was closed while the bot was asking Hex. `title` is the project's. */
export function closedFormMessage(form: {
  title: string;
  complaints: readonly Complaint[];
  notice: Notice | null;
  nonce: string;
}): Message {
  const { title, complaints, notice, nonce } = form;
  const said = [notice?.text, ...complaints.map(({ text }) => text)].filter((text) => text !== undefined);
  const head = notice?.level === "success" ? ":white_check_mark:" : ":warning: *Not started:*";
  return answer(
    `${head} ${bold(title, 150)}\n${said.map((text) => `• ${inline(text, 400)}`).join("\n")}`,
    context("You closed the form while the bot was checking it with Hex. What you typed is kept for a day."),
    actions(openDraftButton("Open again", nonce)),
  );
}

function openDraftButton(label: string, nonce: string) {
  return button({ actionId: ACTIONS.openDraft, label, value: nonce });
}
