// Answers to a message, which has no response_url: seen by the person who wrote it alone, as close to the message as Slack allows.

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
   * The thread that it stands in; null on the main line. A thread with a message in it has replies, and only there Slack shows
   * ephemeral messages.
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
 * In a channel an ephemeral message, in the thread if the message stands in one; where Slack refuses that, and to a direct message,
 * a direct message. What the network lost, limits and blocks that are not taken are dealt with as over a response_url. Rejects
 * with the first refusal when nothing takes it.
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

/** Best first. */
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
  log.warn({ failure, todo }, "an answer goes elsewhere: %s", failure.word);
}
