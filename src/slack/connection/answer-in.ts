// Answers that only one person sees, as close to what they wrote or pressed as Slack allows.

import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { type Message, NO_PREVIEWS } from "../messages/blocks.js";
import type { Content } from "../messages/plain.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { SlackFailure } from "./failures.js";
import { isRefusedHere } from "./post.js";
import { answerFailure, answerWith, inThread, untilTaken } from "./response.js";
import type { Respond } from "./response-url.js";

/** A message that somebody wrote to the bot. */
export interface Written {
  /** A person's id. */
  user: string;
  /** D… for direct messages. */
  channel: string;
  /**
   * The thread that it was written in; `null` outside threads. A thread that somebody wrote in has replies, and Slack shows ephemeral
   * messages only in threads that do.
   */
  threadTs: string | null;
}

/** Somebody who typed a command, pressed a button or sent a form. */
export interface Asker {
  /** For the payload's `response_url`; `undefined` when that is missing or not Slack's. */
  respond: Respond | undefined;
  /** Ids. `channel` is the person's own id when there is no channel. */
  user: string;
  channel: string;
  /** A thread with replies; `null` outside threads. */
  threadTs: string | null;
}

export interface AnswerOptions {
  slack: WebClient;
  clock: Clock;
  log: Logger;
}

type Answer = (message: Message) => Promise<void>;
type Way = (content: Content) => Promise<unknown>;

/**
 * In a channel the answer is an ephemeral message, in the thread if the message is in one. If Slack refuses that, or for a direct
 * message, it is a direct message. Network losses, limits and refused blocks are handled as for a response_url. Rejects with the
 * first refusal when nothing works.
 */
export function answerIn(to: Written, options: AnswerOptions): Answer {
  const { user, channel, threadTs } = to;
  const { chat } = options.slack;
  if (!channel.startsWith("D")) return inTurn(privateWays(to, options.slack), options);
  const here: Way = (content) => chat.postMessage({ channel, ...inThread(threadTs), ...NO_PREVIEWS, ...content });
  return inTurn(threadTs === null ? [here] : [here, directly(user, options.slack)], options);
}

/**
 * Answers through the response_url. If that is missing or takes no answer in the end, the answer is an ephemeral message, or a direct
 * message if Slack refuses that, too, or there is no channel. An answer that was lost on its way back may then be there twice.
 * This needs no more scopes than cards do. Rejects with the first refusal when nothing works.
 */
export function answerTo({ respond, ...to }: Asker, options: AnswerOptions): Answer {
  const { slack, clock, log } = options;
  const ways = to.channel === to.user ? [directly(to.user, slack)] : privateWays(to, slack);
  const elsewhere = inTurn(ways, options);
  if (respond === undefined) return elsewhere;
  const answer = answerWith(respond, clock, to.threadTs);
  return async (message) => {
    const refused = await refusalOf(answer(message));
    if (refused === null) return;
    tell(log, refused.failure);
    const last = await refusalOf(elsewhere(message));
    if (last !== null) throw refused.error;
  };
}

/** Answers in the first of these ways that works. */
function inTurn(ways: readonly Way[], { clock, log }: AnswerOptions): Answer {
  return async (message) => {
    let first: { error: unknown } | null = null;
    for (const way of ways) {
      const refused = await refusalOf(untilTaken(clock, message, way));
      if (refused === null) return;
      if (!isRefusedHere(refused.failure)) throw refused.error;
      tell(log, refused.failure);
      first ??= refused;
    }
    if (first !== null) throw first.error;
  };
}

/** Why Slack did not take an answer; `null` when it did. Rejects with what does not come from Slack. */
async function refusalOf(answered: Promise<void>): Promise<{ error: unknown; failure: SlackFailure } | null> {
  try {
    await answered;
    return null;
  } catch (error) {
    const failure = answerFailure(error);
    if (failure === null) throw error;
    return { error, failure };
  }
}

/** The ways to answer somebody in a channel, best first. */
function privateWays({ user, channel, threadTs }: Written, slack: WebClient): Way[] {
  const ephemeral =
    (thread: string | null): Way =>
    (content) =>
      slack.chat.postEphemeral({ channel, user, ...inThread(thread), ...content });
  const outside = [ephemeral(null), directly(user, slack)];
  return threadTs === null ? outside : [ephemeral(threadTs), ...outside];
}

function directly(user: string, { chat }: WebClient): Way {
  return (content) => chat.postMessage({ channel: user, ...NO_PREVIEWS, ...content });
}

function tell(log: Logger, failure: SlackFailure): void {
  log.warn({ failure: failure.facts, todo: todoAfter(failure) }, "An answer goes another way: %s", failure.word);
}

/** What to do about an answer that Slack did not take. */
export function todoAfter({ kind, word }: SlackFailure): string {
  return slackRemedy(kind === "answer" ? "refused_answer" : word).todo;
}
