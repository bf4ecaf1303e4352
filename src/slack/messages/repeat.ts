// What a message says that may be there already, because Slack's answer to an earlier try was lost.

import { context, type Message, message } from "./blocks.js";

const WHY = "may be here more than once: the bot lost its connection to Slack while it was posting.";

/** In a reply. */
const REPEAT = `This ${WHY}`;

/** In a message that is kept up to date, when it may have been posted before. It is true of each copy, and several may say it. */
export const DOUBLED = `This message ${WHY} Only the latest one is kept up to date.`;

/** The same for a message that does not change. */
export const DOUBLED_ONCE = `${REPEAT} Only the latest one counts.`;

/** The same for a digest. */
export const DOUBLED_DIGEST = `This digest ${WHY} Only the latest one counts.`;

/** The same message, which says that it may be a repeat. */
export function repeated({ text, blocks }: Message): Message {
  // Where there are blocks, Slack shows only them.
  if (blocks.length === 0) return { text: `${text}\n${REPEAT}`, blocks };
  return message(text, [...blocks, context(REPEAT)]);
}
