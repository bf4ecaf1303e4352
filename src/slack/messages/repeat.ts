// A reply that may be in its thread already.

import { context, type Message, message } from "./blocks.js";

const REPEAT = "This may be here twice: the bot lost its connection to Slack while it was posting.";

/** The same message, which says that it may be a repeat. */
export function repeated({ text, blocks }: Message): Message {
  // Where there are blocks, Slack shows only them.
  if (blocks.length === 0) return { text: `${text}\n${REPEAT}`, blocks };
  return message(text, [...blocks, context(REPEAT)]);
}
