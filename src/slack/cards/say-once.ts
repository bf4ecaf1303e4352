// What is said once about a run, besides its card.

import type { WebClient } from "@slack/web-api";
import type { SlackFailure } from "../connection/failures.js";
import { isPosted, postAtFirst, type Target, targetOf } from "../connection/post.js";
import type { Message } from "../messages/blocks.js";
import { repeated } from "../messages/repeat.js";
import type { Card, CardReply, CardStore } from "./store.js";

/**
 * Notes before it posts that it is about to: if the process dies, or Slack's answer is lost, the reply is posted again and says so. The
 * caller notes that it was posted.
 * @param oneTry a client without retries
 * @returns why Slack did not take it, or `null`
 */
export async function sayOnce(
  { oneTry, cards }: { oneTry: WebClient; cards: Pick<CardStore, "change"> },
  card: Card,
  kind: CardReply,
  reply: Message,
): Promise<SlackFailure | null> {
  const { runKey, posting } = card;
  if (posting !== kind) await cards.change(runKey, { posting: kind });
  const posted = await postAtFirst(oneTry, placesFor(card), posting === kind ? repeated(reply) : reply);
  if (isPosted(posted)) return null;
  // What an earlier try may have posted there is still there.
  if (posted.kind !== "transient" && posting !== kind) await cards.change(runKey, { posting: null });
  return posted;
}

/** Where to say something about a card, best place first. What is in a thread does not concern readers of the channel. */
function placesFor({ channel, threadTs, ts, requester }: Card): [Target, ...Target[]] {
  const person = requester === null ? [] : [{ channel: requester }];
  const isOfThread = threadTs !== null && requester !== null;
  return [targetOf(channel, threadTs ?? ts), ...(isOfThread ? [] : [{ channel }]), ...person];
}
