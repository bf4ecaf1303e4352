// Posts and edits messages so that they arrive: what Slack refuses with blocks is sent as plain text.

import type { WebClient } from "@slack/web-api";
import { type Message, NO_PREVIEWS } from "../messages/blocks.js";
import { type Content, waysToSay } from "../messages/plain.js";
import { repeated } from "../messages/repeat.js";
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
export function post(slack: WebClient, to: Target, message: Message): Promise<Posted | SlackFailure> {
  return firstTaken(message, async (content) => {
    const answer = await slack.chat.postMessage({ ...to, ...NO_PREVIEWS, ...content });
    const { channel = to.channel, ts } = readAnswer("chat.postMessage", postedAt, answer);
    return { channel, ts };
  });
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

/**
 * Posts with `send`, and notes before that it is about to: if the process dies, or Slack's answer is lost, the message is posted again and
 * says so (`isRepeat`). The caller notes that it was posted.
 */
export async function postNoted(
  message: Message,
  { isRepeat, note }: { isRepeat: boolean; note: (isPosting: boolean) => Promise<unknown> },
  send: (message: Message) => Promise<Posted | SlackFailure>,
): Promise<Posted | SlackFailure> {
  await note(true);
  const posted = await send(isRepeat ? repeated(message) : message);
  // What an earlier try may have posted is still there.
  if (!isPosted(posted) && posted.kind !== "transient" && !isRepeat) await note(false);
  return posted;
}

/** Edits a message in the same way. Resolves with why it was not changed, or with `null`. */
export function edit(slack: WebClient, { channel, ts }: Posted, message: Message): Promise<SlackFailure | null> {
  return firstTaken(message, async (content) => {
    await slack.chat.update({ channel, ts, ...content });
    return null;
  });
}

export function isPosted(outcome: Posted | SlackFailure): outcome is Posted {
  return !(outcome instanceof SlackFailure);
}

/** Whether another place may accept what this one refuses. */
export function isRefusedHere({ kind, word }: SlackFailure): boolean {
  return kind === "place" || kind === "gone" || kind === "other" || word === "missing_scope";
}

/**
 * Says a message in the first way that Slack takes. A temporary failure says when to try again. Otherwise it resolves with the first
 * refusal, which is about the message as it should be.
 */
async function firstTaken<Taken>(
  message: Message,
  send: (content: Content) => Promise<Taken>,
): Promise<Taken | SlackFailure> {
  const [asIs, ...others] = waysToSay(message);
  const first = await send(asIs).catch(asSlackFailure);
  if (!isMessageRefused(first)) return first;
  for (const content of others) {
    const outcome = await send(content).catch(asSlackFailure);
    if (isMessageRefused(outcome)) continue;
    const isTaken = !(outcome instanceof SlackFailure);
    if (isTaken && content.blocks !== undefined && refusesBlocks(first)) message.instead?.onTaken();
    return outcome;
  }
  return first;
}

function isMessageRefused(outcome: unknown): outcome is SlackFailure {
  return outcome instanceof SlackFailure && refusesMessage(outcome);
}
