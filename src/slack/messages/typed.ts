// What somebody typed, given back with the answer that refuses it.

import { context, type Message, message } from "./blocks.js";
import { code } from "./mrkdwn.js";

/** In characters. Nobody types more by hand, and escaping makes some of them longer. */
const LONGEST = 1_500;

/** The answer with the command below it, to copy and correct. `typed` is `null` where there is nothing to give back. */
export function withTyped(answer: Message, typed: string | null): Message {
  if (typed === null) return answer;
  return message(answer.text, [...answer.blocks, context(`You typed: ${code(typed, LONGEST)}`)]);
}
