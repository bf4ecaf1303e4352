// The answer to a command or a click that arrived in a shape that the bot cannot read.

import { context, type Message, message, section } from "./blocks.js";
import { code } from "./mrkdwn.js";

/** `reference`: stands in the log with what was wrong. */
export function unreadableMessage(reference: string): Message {
  return message("The bot could not read that, so it did nothing.", [
    section(
      ":warning: *The bot could not read what Slack sent it*, so it did nothing.\nTry again. If it happens again, look up the reference in the bot's log, or update the bot.",
    ),
    context(`Reference ${code(reference, 40)}`),
  ]);
}
