// Tells the requester of a run whose card does not appear where they asked for it why that is, and if there is none, how the run is
// going and how to cancel it.

import { LateError, within } from "../../lib/with-timeout.js";
import { identityOf, isEnded, type Run } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { hiddenCardMessage, type NoCard, withoutCard } from "../messages/card-elsewhere.js";
import type { CardConversation } from "./card-conversation.js";

/**
 * Must be called once the run is stored. `asked` settles when Hex has answered. The requester hears within seconds that the run was
 * requested, and again if the first message came before the run's id was known.
 */
export async function tellWhere(
  bot: Bot,
  { respond }: Interaction,
  key: string,
  { card, asked }: { card: CardConversation; asked: Promise<unknown> },
): Promise<void> {
  bot.requesters.add(key, respond);
  const why = await noCard(bot, key);
  if (card.isHiddenThere && why?.kind !== "refused") await tellHidden(bot, key);
  if (why === null) return;
  await inTime(bot, asked);
  const told = await tell(bot, key, why);
  if (told === null || identityOf(told) !== null || isEnded(told)) return;
  await asked;
  const stillWhy = await noCard(bot, key);
  if (stillWhy !== null) await tell(bot, key, stillWhy);
}

/** Why there is no card after a few seconds; `null` when there is one. */
async function noCard(bot: Bot, key: string): Promise<NoCard | null> {
  const place = await inTime(bot, bot.cards.place(key));
  if (place !== null) return place.kind === "nowhere" ? place.why : null;
  return (await bot.cards.isPosted(key)) ? null : { kind: "slow" };
}

/** `null` when the work takes too long. */
function inTime<T>({ clock, cardTimeoutMs }: Bot, work: Promise<T>): Promise<T | null> {
  return within(clock, cardTimeoutMs, work).catch((error: unknown) => {
    if (error instanceof LateError) return null;
    throw error;
  });
}

/** The card goes to their direct messages. */
async function tellHidden({ runs, requesters }: Bot, key: string): Promise<void> {
  const run = await runs.get(key);
  if (run !== null) await requesters.tell(key, hiddenCardMessage(run.project));
}

async function tell({ runs, clock, requesters, name, hex }: Bot, key: string, why: NoCard): Promise<Run | null> {
  const run = await runs.get(key);
  if (run === null) return null;
  await requesters.tell(key, withoutCard(run, { why, bot: name, now: clock.now(), place: hex.place.now }));
  if (isEnded(run)) requesters.forget(key);
  return run;
}
