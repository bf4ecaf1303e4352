// Answers over a response_url: sent again when the network lost them or Slack asks to wait, and as plain text when Slack refuses
// their blocks.

import { RespondError } from "@slack/bolt";
import { WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import { proxyErrorIn } from "../../lib/network.js";
import type { Message } from "../messages/blocks.js";
import { plainText } from "../messages/plain.js";
import { asSlackFailure, failureOfCall, mayPass, refusesBlocks, refusesMessage, SlackFailure } from "./failures.js";
import { AnswerRefused, type Respond } from "./response-url.js";
import { pauseMsOf } from "./retry-after.js";

/** Answers only the person. */
export function answerWith(respond: Respond, clock: Clock): (message: Message) => Promise<void> {
  // On a button, a response without replace_original replaces the message.
  return (message) =>
    untilTaken(clock, message, (content) =>
      respond({ ...content, response_type: "ephemeral", replace_original: false }),
    );
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

/** A message, or only its text. */
export type Content = Pick<Message, "text"> & Partial<Message>;

/**
 * The pauses (ms) before retrying an answer that Slack delays, unless Slack asks for longer ones. They are short, because somebody is
 * looking at the screen.
 */
const LIMITED_MS = [1_000, 4_000, 15_000];
/** Slack's limits are per minute, so it hardly ever asks for a longer pause (ms) than this. */
const LONGEST_PAUSE_MS = 60_000;

/**
 * Retries once at once what the network lost, like the Web API's calls, a few times after a limit, once with what the message has
 * instead, and once without blocks. Rejects with the refusal of the original message.
 */
export async function untilTaken(
  clock: Clock,
  message: Message,
  send: (content: Content) => Promise<unknown>,
): Promise<void> {
  const { text, blocks, instead } = message;
  let content: Content = { text, blocks };
  /** What is left to try when Slack refuses the content. */
  const left: Content[] = blocks.length === 0 ? [] : [{ text: plainText(instead?.message ?? message) }];
  if (instead !== undefined) left.unshift({ text: instead.message.text, blocks: instead.message.blocks });
  let refusal: { error: unknown; areBlocks: boolean } | null = null;
  let wasLost = false;
  for (let limits = 0; ; ) {
    const failed = await send(content).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (failed === null) {
      if (refusal?.areBlocks === true && content.blocks !== undefined) instead?.onTaken();
      return;
    }
    const failure = answerFailure(failed.error);
    if (failure === null) throw failed.error;
    if (failure.kind === "rate_limited") {
      const pause = LIMITED_MS[limits++];
      if (pause === undefined) throw failed.error;
      await clock.sleep(Math.max(pause, askedPauseMs(failed.error)));
    } else if (mayPass(failure) && !wasLost) wasLost = true;
    else {
      const next = refusesMessage(failure) ? left.shift() : undefined;
      if (next === undefined) throw (refusal ?? failed).error;
      refusal ??= { ...failed, areBlocks: refusesBlocks(failure) };
      content = next;
    }
  }
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
  if (WEB_API_ERRORS.some((type) => error instanceof type)) return asSlackFailure(error);
  if (!(error instanceof Error)) return null;
  if (proxyErrorIn(error) !== null) return new SlackFailure({ kind: "transient", word: "proxy" });
  // From `fetch`, which Bolt's answers go through.
  const isLost = error.name === "TimeoutError" || LOST.includes(error.message);
  return isLost ? new SlackFailure({ kind: "transient", word: "network" }) : null;
}

const WEB_API_ERRORS = [WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError, WebAPIRequestError];

/** What `fetch` says when the network lost a request or the rest of its answer. */
const LOST: readonly string[] = ["fetch failed", "terminated"];
