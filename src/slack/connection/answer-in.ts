// Answers to a message, which has no response_url. Only the person who wrote it sees the answer, as close to the message as Slack allows.

import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { type Message, PLAIN } from "../messages/blocks.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { SlackFailure } from "./failures.js";
import { isRefusedHere } from "./post.js";
import { answerFailure, type Content, untilTaken } from "./response.js";

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

export interface AnswerOptions {
  slack: WebClient;
  clock: Clock;
  log: Logger;
}

type Way = (content: Content) => Promise<unknown>;

/**
 * In a channel the answer is an ephemeral message, in the thread if the message is in one. If Slack refuses that, or for a direct
 * message, it is a direct message. Network losses, limits and refused blocks are handled as for a response_url. Rejects with the
 * first refusal when nothing works.
 */
export function answerIn(to: Written, { slack, clock, log }: AnswerOptions): (message: Message) => Promise<void> {
  const ways = waysTo(to, slack);
  return async (message) => {
    let first: { error: unknown } | null = null;
    for (const way of ways) {
      const refused = await untilTaken(clock, message, way).then(
        () => null,
        (error: unknown) => ({ error }),
      );
      if (refused === null) return;
      const failure = answerFailure(refused.error);
      if (failure === null || !isRefusedHere(failure)) throw refused.error;
      tell(log, failure);
      first ??= refused;
    }
    if (first !== null) throw first.error;
  };
}

/** The ways to answer, best first. */
function waysTo({ user, channel, threadTs }: Written, { chat }: WebClient): Way[] {
  const thread = threadTs === null ? {} : { thread_ts: threadTs };
  const direct: Way = (content) => chat.postMessage({ channel: user, ...PLAIN, ...content });
  if (channel.startsWith("D")) {
    const here: Way = (content) => chat.postMessage({ channel, ...thread, ...PLAIN, ...content });
    return threadTs === null ? [here] : [here, direct];
  }
  const ephemeral: Way = (content) => chat.postEphemeral({ channel, user, ...content });
  const inThread: Way = (content) => chat.postEphemeral({ channel, user, ...thread, ...content });
  return threadTs === null ? [ephemeral, direct] : [inThread, ephemeral, direct];
}

function tell(log: Logger, failure: SlackFailure): void {
  const { todo } = slackRemedy(failure.word);
  log.warn({ failure: failure.facts, todo }, "an answer goes another way: %s", failure.word);
}
