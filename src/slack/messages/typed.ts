// What somebody typed, given back with the answer that refuses it.

import type { KnownBlock } from "@slack/types";
import { context, type Message, message, section } from "./blocks.js";
import { LIMITS } from "./limits.js";
import { code, shortenMrkdwn } from "./mrkdwn.js";

/** The answer with the command below it, to copy and correct. `typed` is `null` where there is nothing to give back. */
export function withTyped(answer: Message, typed: string | null): Message {
  if (typed === null) return answer;
  return message(answer.text, [...answer.blocks, typedBlock(typed)]);
}

/** The whole command if Slack can show it in one piece: several could hardly be copied. */
function typedBlock(typed: string): KnownBlock | null {
  const whole = `You typed: ${code(typed, typed.length)}`;
  if (whole.length <= LIMITS.contextText) return context(whole);
  if (whole.length <= LIMITS.sectionText) return section(whole);
  const cut = `You typed, as far as it fits here: ${code(typed, typed.length)}`;
  return section(`${shortenMrkdwn(cut, LIMITS.sectionText - 1)}\``);
}
