// The answer to a command, a click or a modal whose payload the bot cannot read.

import type { ModalView } from "@slack/types";
import { answer, context, type Message } from "./blocks.js";
import { referenceWords } from "./mrkdwn.js";
import { noticeView } from "./notice-view.js";

/** The log says what was wrong, under the same `reference`. */
export function unreadableMessage(reference: string): Message {
  return answer(
    ":warning: *The bot could not read what Slack sent it*, so it did nothing.\nTry again. If it happens again, look up the reference in the bot's log, or update the bot.",
    context(referenceWords(reference)),
  );
}

/** Opens on top of the modal, which stays as it is. */
export function unreadableView(reference: string): ModalView {
  return noticeView("Nothing was done", unreadableMessage(reference).blocks);
}
