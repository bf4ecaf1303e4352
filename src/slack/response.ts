// Answers over Bolt's `respond`, given once more when the network has lost them.

import { RespondError, type RespondFn } from "@slack/bolt";
import type { Message } from "./messages/blocks.js";

/** Answers the person alone. */
export function answerWith(respond: RespondFn): (message: Message) => Promise<void> {
  // On a button, a response without replace_original replaces the message.
  return (message) => onceMore(() => respond({ ...message, response_type: "ephemeral", replace_original: false }));
}

/** Puts another message in the place of the one that holds the button. */
export function replaceWith(respond: RespondFn): (message: Message) => Promise<void> {
  return (message) => onceMore(() => respond({ ...message, replace_original: true }));
}

/** One repetition for what the network lost, as the Web API's calls have it. */
async function onceMore(answer: () => Promise<unknown>): Promise<void> {
  await answer().catch((failure: unknown) => {
    const word = whyUnanswered(failure);
    if (word === null || word === "ratelimited") throw failure;
    return answer();
  });
}

/** Why Slack did not take an answer, as a word that has a remedy; null when it is not Slack's trouble. */
export function whyUnanswered(failure: unknown): string | null {
  if (failure instanceof RespondError) {
    if (failure.statusCode === 429) return "ratelimited";
    return failure.statusCode >= 500 ? `HTTP ${failure.statusCode}` : null;
  }
  if (!(failure instanceof Error)) return null;
  // Of `fetch`, which Bolt's answers go through.
  return failure.name === "TimeoutError" || failure.message === "fetch failed" ? "network" : null;
}
