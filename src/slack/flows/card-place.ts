// Where people who ask about a run can find its card.

import type { Bot, Interaction } from "../listeners/context.js";
import type { CardPlace } from "../messages/answers.js";

/** `null` when there is no card, or when Slack no longer accepts its edits. */
export async function cardPlace(bot: Bot, { conversation }: Interaction, runKey: string): Promise<CardPlace | null> {
  const channel = await bot.cards.keptTrueIn(runKey);
  return channel === null ? null : { channel, isHere: channel === conversation.channel };
}
