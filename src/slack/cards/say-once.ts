// What is said once about a run, besides its card.

import type { WebClient } from "@slack/web-api";
import type { SlackFailure } from "../connection/failures.js";
import { isPosted, postAtFirst, postNoted, type Target, targetOf } from "../connection/post.js";
import type { Message } from "../messages/blocks.js";
import type { Card, CardReply, CardStore } from "./store.js";

/**
 * Says it as `postNoted` does.
 * @param oneTry a client without retries
 * @returns why Slack did not take it, or `null`
 */
export async function sayOnce(
  { oneTry, cards }: { oneTry: WebClient; cards: Pick<CardStore, "change"> },
  card: Card,
  kind: CardReply,
  reply: Message,
): Promise<SlackFailure | null> {
  const note = (isPosting: boolean) => cards.change(card.runKey, { posting: isPosting ? kind : null });
  const posted = await postNoted(reply, { isRepeat: card.posting === kind, note }, (said) =>
    postAtFirst(oneTry, placesFor(card), said),
  );
  return isPosted(posted) ? null : posted;
}

/** Where to say something about a card, best place first. What is in a thread does not concern readers of the channel. */
function placesFor({ channel, threadTs, ts, requester }: Card): [Target, ...Target[]] {
  const person = requester === null ? [] : [{ channel: requester }];
  const isOfThread = threadTs !== null && requester !== null;
  return [targetOf(channel, threadTs ?? ts), ...(isOfThread ? [] : [{ channel }]), ...person];
}
