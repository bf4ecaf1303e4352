// Listens for modals that are submitted or closed.

import type { App, ViewResponseAction, ViewSubmitAction } from "@slack/bolt";
import { answerTo } from "../../connection/answer-in.js";
import { directMessagesOf } from "../../connection/conversation.js";
import { respondThrough } from "../../connection/response-url.js";
import type { Message } from "../../messages/blocks.js";
import { noticeView } from "../../messages/notice-view.js";
import { staleFormMessage } from "../../messages/run-form-answers.js";
import { placeOfForm } from "../../parse/run-form.js";
import type { Unadmitted } from "../context.js";
import { acknowledge, arrivalOf, handle, idOf, type Listening } from "../interaction.js";
import { originOf } from "../origin.js";
import { viewOf } from "./index.js";
import type { Submission } from "./view.js";

export function listenToViews(app: App, listening: Listening): void {
  const { bot, members, log, metrics } = listening;
  app.view<ViewSubmitAction>({ type: "view_submission" }, async ({ ack, body, client, ...args }) => {
    const lateAt = bot.clock.monotonic() + bot.formAnswerMs;
    const { view, user } = body;
    const known = viewOf(view.callback_id);
    const answer = once((answered: ViewResponseAction | undefined) =>
      acknowledge(metrics, () => (answered === undefined ? ack() : ack(answered))),
    );
    const asker = { respond: respondThrough(args.respond), user: user.id, channel: user.id, threadTs: null };
    const later = answerTo(asker, { slack: client, clock: bot.clock, log });
    /** Answers on top of the modal, which keeps what was typed into it. */
    const respond = (message: Message) => (answer.isGiven ? later(message) : answer.give(onTop(message)));
    const { trigger_id: triggerId = null } = body;
    const conversation = directMessagesOf(user.id);
    // A form starts one run, however often it is submitted, and its answer may not wait for the store.
    const place = placeOfForm(view);
    const id = idOf(triggerId, user.id, view.id, view.hash);
    const arriving = { id, once: null, user: user.id, conversation, place, triggerId, typed: null, respond };
    const arrival = arrivalOf(arriving, log);
    arrival.log.info({ user: user.id }, "form %s", known?.id ?? "unknown");
    const submission: Unadmitted<Submission> = {
      ...arrival,
      view,
      answer: (action) => answer.give(action ?? undefined),
      lateAt,
    };
    const standing = members.ofClick(originOf(body));
    const outcome = await handle(listening, submission, { standing, deed: known?.deed ?? null }, async (admitted) =>
      known === null ? respond(staleFormMessage()) : known.submit(bot, admitted),
    );
    if (!answer.isGiven) await answer.give(undefined);
    metrics.form(known?.id ?? "unknown", outcome);
  });

  app.view({ type: "view_closed" }, async ({ ack }) => ack());
}

function onTop({ blocks }: Message): ViewResponseAction {
  return { response_action: "push", view: noticeView("Hex", blocks) };
}

/** Slack accepts one answer. Later ones go nowhere. */
function once<T>(give: (value: T) => Promise<void>) {
  let given: Promise<void> | null = null;
  return {
    get isGiven(): boolean {
      return given !== null;
    },
    give(value: T): Promise<void> {
      given ??= give(value);
      return given;
    },
  };
}
