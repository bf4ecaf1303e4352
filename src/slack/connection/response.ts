// Answers over a response_url: sent again when the network lost them or Slack asks to wait, and as plain text when Slack refuses
// their blocks.

import { RespondError } from "@slack/bolt";
import { WebAPIRateLimitedError } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import type { Message } from "../messages/blocks.js";
import { type Content, waysToSay } from "../messages/plain.js";
import {
  failureOfCall,
  mayPass,
  refusesBlocks,
  refusesMessage,
  SlackFailure,
  slackFailureOf,
  wordOfLoss,
} from "./failures.js";
import { AnswerRefused, type Respond } from "./response-url.js";
import { pauseMsOf } from "./retry-after.js";

/**
 * Answers only the person, in the thread if there is one. Slack documents a response's thread_ts only for answers that everybody sees;
 * if it ignores it here, the answer is in the channel.
 */
export function answerWith(
  respond: Respond,
  clock: Clock,
  threadTs: string | null = null,
): (message: Message) => Promise<void> {
  // On a button, a response without replace_original replaces the message.
  const only = { response_type: "ephemeral", replace_original: false, ...inThread(threadTs) } as const;
  return (message) => untilTaken(clock, message, (content) => respond({ ...content, ...only }));
}

/** For a method or a response that takes a thread. */
export function inThread(threadTs: string | null): { thread_ts?: string } {
  return threadTs === null ? {} : { thread_ts: threadTs };
}

/**
 * Replaces the message that contains the button with another one. If it is gone by now or there is no response_url, answers only the
 * person with `answer`.
 */
export function replaceWith(
  respond: Respond | undefined,
  answer: (message: Message) => Promise<void>,
  clock: Clock,
): (message: Message) => Promise<void> {
  if (respond === undefined) return answer;
  return (message) =>
    untilTaken(clock, message, (content) => respond({ ...content, replace_original: true })).catch((error: unknown) => {
      if (isGone(error)) return answer(message);
      throw error;
    });
}

/** Whether the message to replace is not there any more, or the address no longer works. */
function isGone(error: unknown): boolean {
  if (error instanceof AnswerRefused) return error.failure.word === "message_not_found";
  return error instanceof RespondError && error.statusCode === 404;
}

/**
 * The pauses (ms) before retrying an answer that Slack delays, unless Slack asks for longer ones. They are short, because somebody is
 * looking at the screen.
 */
const LIMITED_MS = [1_000, 4_000, 15_000];
/** Slack's limits are per minute, so it hardly ever asks for a longer pause (ms) than this. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Sends a message in the first way that Slack takes, and retries as `patient` does. Rejects with the refusal of the original message.
 */
export async function untilTaken(
  clock: Clock,
  message: Message,
  send: (content: Content) => Promise<unknown>,
): Promise<void> {
  const sendPatiently = patient(clock, send);
  let first: { error: unknown; failure: SlackFailure } | null = null;
  for (const content of waysToSay(message)) {
    try {
      await sendPatiently(content);
    } catch (error) {
      const failure = answerFailure(error);
      if (failure === null || failure.kind === "rate_limited") throw error;
      first ??= { error, failure };
      if (refusesMessage(failure)) continue;
      throw first.error;
    }
    if (first !== null && content.blocks !== undefined && refusesBlocks(first.failure)) message.instead?.onTaken();
    return;
  }
  throw first?.error;
}

/** Retries once at once what the network lost, like the Web API's calls, and a few times after a limit, whatever is sent in all. */
function patient(clock: Clock, send: (content: Content) => Promise<unknown>): (content: Content) => Promise<void> {
  let wasLost = false;
  let limits = 0;
  return async (content) => {
    for (;;) {
      try {
        await send(content);
        return;
      } catch (error) {
        const failure = answerFailure(error);
        if (failure?.kind === "rate_limited") {
          const pause = LIMITED_MS[limits++];
          if (pause === undefined) throw error;
          await clock.sleep(Math.max(pause, askedPauseMs(error)));
        } else if (failure !== null && mayPass(failure) && !wasLost) wasLost = true;
        else throw error;
      }
    }
  };
}

/** How long (ms) Slack asks to wait. A response_url's answer does not get here with that. */
function askedPauseMs(error: unknown): number {
  return error instanceof WebAPIRateLimitedError ? Math.min(pauseMsOf(error.retryAfter), LONGEST_PAUSE_MS) : 0;
}

/** Why Slack refused an answer; `null` when the error does not come from Slack. */
export function answerFailure(error: unknown): SlackFailure | null {
  if (error instanceof AnswerRefused) return error.failure;
  if (error instanceof RespondError) {
    return failureOfCall({ method: "response_url", ok: false, status: error.statusCode, word: null });
  }
  // From a WebClient, when there is no response_url.
  const failure = slackFailureOf(error);
  if (failure !== null || !(error instanceof Error)) return failure;
  // From `fetch`, which Bolt's answers go through.
  const word = wordOfLoss(error);
  const isLost = word === "proxy" || error.name === "TimeoutError" || LOST.includes(error.message);
  return isLost ? new SlackFailure({ kind: "transient", word }) : null;
}

/** What `fetch` says when the network lost a request or the rest of its answer. */
const LOST: readonly string[] = ["fetch failed", "terminated"];
