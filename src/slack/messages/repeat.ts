// What a message says that may be there already, because Slack's answer to an earlier try was lost.

import { context, type Message, message } from "./blocks.js";

/** Stands in a reply. */
const REPEAT = "This may be here twice: the bot lost its connection to Slack while it was posting.";

/** Stands in a message that is kept up to date, when another one may have been posted before. */
export const DOUBLED =
  "There may be another message about this above, from before the bot lost its connection to Slack. This one is kept up to date.";

/** Stands in a message that does not change, when it may have been posted before. */
export const DOUBLED_ONCE =
  "This may be here twice: the bot lost its connection to Slack while it was posting. This is the later one.";

/** The same for a digest. */
export const DOUBLED_DIGEST =
  "This digest may be here twice: the bot lost its connection to Slack while it was posting. This is the later one.";

/** The same message, which says that it may be a repeat. */
export function repeated({ text, blocks }: Message): Message {
  // Where there are blocks, Slack shows only them.
  if (blocks.length === 0) return { text: `${text}\n${REPEAT}`, blocks };
  return message(text, [...blocks, context(REPEAT)]);
}
