// Where somebody who asks about a run finds its card.

import type { Bot, Interaction } from "../listeners/context.js";
import type { CardPlace } from "../messages/answers.js";

/** null when there is no card, or when Slack no longer takes its edits. */
export async function cardPlace(bot: Bot, { conversation }: Interaction, runKey: string): Promise<CardPlace | null> {
  const channel = await bot.cards.keptTrueIn(runKey);
  return channel === null ? null : { channel, isHere: channel === conversation.channel };
}
