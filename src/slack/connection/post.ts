// Posts and edits messages so that they arrive: what Slack refuses with blocks is sent as plain text.

import type { WebClient } from "@slack/web-api";
import { type Message, PLAIN } from "../messages/blocks.js";
import { plainText } from "../messages/plain.js";
import { asSlackFailure, refusesBlocks, refusesMessage, SlackFailure } from "./failures.js";
import { postedAt, readAnswer } from "./read-answer.js";

/** Where a message is. `ts` is its timestamp, which is its id. */
export interface Posted {
  channel: string;
  ts: string;
}

/** `channel` is a channel's id or, for a direct message, a person's id. */
export interface Target {
  channel: string;
  thread_ts?: string;
}

/** `threadTs`: `null` outside threads. */
export function targetOf(channel: string, threadTs: string | null): Target {
  return threadTs === null ? { channel } : { channel, thread_ts: threadTs };
}

/**
 * Posts a message. If Slack refuses it as it is, posts what the message has instead, or only its text. Resolves with the place, or with
 * why it was not posted.
 */
export async function post(slack: WebClient, to: Target, message: Message): Promise<Posted | SlackFailure> {
  const { text, blocks, instead } = message;
  const posted = await postAsIs(slack, to, { text, blocks });
  if (isPosted(posted) || !refusesMessage(posted) || blocks.length === 0) return posted;
  if (instead !== undefined) {
    const other = await post(slack, to, instead.message);
    if (isPosted(other) && refusesBlocks(posted)) instead.onTaken();
    return isPosted(other) ? other : worse(posted, other);
  }
  const plain = await postAsIs(slack, to, { text: plainText(message) });
  return isPosted(plain) ? plain : worse(posted, plain);
}

/**
 * The same in the first of these places that accepts it. A temporary failure or a refused token ends the search. Otherwise it
 * resolves with the first place's refusal.
 */
export async function postAtFirst(
  slack: WebClient,
  [first, ...others]: readonly [Target, ...Target[]],
  message: Message,
): Promise<Posted | SlackFailure> {
  const outcome = await post(slack, first, message);
  if (isPosted(outcome) || !isRefusedHere(outcome)) return outcome;
  for (const place of others) {
    const posted = await post(slack, place, message);
    if (isPosted(posted) || !isRefusedHere(posted)) return posted;
  }
  return outcome;
}

/** Edits a message in the same way. Resolves with why it was not changed, or with `null`. */
export async function edit(slack: WebClient, at: Posted, message: Message): Promise<SlackFailure | null> {
  const update = (content: Partial<Message> & { text: string }) =>
    slack.chat.update({ channel: at.channel, ts: at.ts, ...content }).then(() => null, asSlackFailure);
  const { text, blocks, instead } = message;
  const failure = await update({ text, blocks });
  if (failure === null || !refusesMessage(failure)) return failure;
  if (instead !== undefined) {
    const other = await edit(slack, at, instead.message);
    if (other === null && refusesBlocks(failure)) instead.onTaken();
    return other && worse(failure, other);
  }
  const plain = await update({ text: plainText(message) });
  return plain && worse(failure, plain);
}

export function isPosted(outcome: Posted | SlackFailure): outcome is Posted {
  return !(outcome instanceof SlackFailure);
}

/** Whether another place may accept what this one refuses. */
export function isRefusedHere({ kind, word }: SlackFailure): boolean {
  return kind === "place" || kind === "gone" || kind === "other" || word === "missing_scope";
}

async function postAsIs(
  slack: WebClient,
  to: Target,
  content: Partial<Message> & { text: string },
): Promise<Posted | SlackFailure> {
  try {
    const answer = await slack.chat.postMessage({ ...to, ...PLAIN, ...content });
    const { channel = to.channel, ts } = readAnswer("chat.postMessage", postedAt, answer);
    return { channel, ts };
  } catch (error) {
    return asSlackFailure(error);
  }
}

/** A temporary failure says when to try again. Otherwise the first refusal is about the message as it should be. */
function worse(first: SlackFailure, plain: SlackFailure): SlackFailure {
  return refusesMessage(plain) ? first : plain;
}
