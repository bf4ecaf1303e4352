// Answers over a response_url, given again when the network has lost them or Slack asks to wait.

import { RespondError } from "@slack/bolt";
import type { Clock } from "../../clock.js";
import { proxyErrorIn } from "../../lib/network.js";
import type { Message } from "../messages/blocks.js";
import type { Respond } from "./response-url.js";

/** Answers the person alone. */
export function answerWith(respond: Respond, clock: Clock): (message: Message) => Promise<void> {
  // On a button, a response without replace_original replaces the message.
  return (message) =>
    untilTaken(clock, () => respond({ ...message, response_type: "ephemeral", replace_original: false }));
}

/** Puts another message in the place of the one that holds the button. */
export function replaceWith(respond: Respond, clock: Clock): (message: Message) => Promise<void> {
  return (message) => untilTaken(clock, () => respond({ ...message, replace_original: true }));
}

/** Pauses (ms) before another try at an answer that Slack asks to wait with: somebody looks at the screen. */
const LIMITED_MS = [1_000, 4_000, 15_000];

/** One repetition at once for what the network lost, as the Web API's calls have it, and a few after a limit. */
async function untilTaken(clock: Clock, answer: () => Promise<unknown>): Promise<void> {
  let wasLost = false;
  for (let limits = 0; ; ) {
    const failure = await answer().then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (failure === null) return;
    const word = whyUnanswered(failure.error);
    if (word === "ratelimited") {
      const pause = LIMITED_MS[limits++];
      if (pause === undefined) throw failure.error;
      await clock.sleep(pause);
    } else if (word === null || word === "expired_url" || word === "refused_answer" || wasLost) throw failure.error;
    else wasLost = true;
  }
}

/** Why Slack did not take an answer, as a word that has a remedy; null when it is not Slack's trouble. */
export function whyUnanswered(failure: unknown): string | null {
  if (failure instanceof RespondError) {
    const { statusCode } = failure;
    if (statusCode === 429) return "ratelimited";
    if (statusCode === 404 || statusCode === 410) return "expired_url";
    return statusCode >= 500 ? `HTTP ${statusCode}` : "refused_answer";
  }
  if (!(failure instanceof Error)) return null;
  if (proxyErrorIn(failure) !== null) return "proxy";
  // Of `fetch`, which Bolt's answers go through.
  return failure.name === "TimeoutError" || LOST.includes(failure.message) ? "network" : null;
}

/** What `fetch` says when the network lost a request or the rest of its answer. */
const LOST: readonly string[] = ["fetch failed", "terminated"];
