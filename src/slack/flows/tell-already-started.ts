// Tells somebody who presses a button again that it has already started its run, and where to see that run.

import type { Bot, Interaction } from "../listeners/context.js";
import { alreadyStartedMessage } from "../messages/answers.js";
import { cardPlace } from "./card-place.js";

export async function tellAlreadyStarted(bot: Bot, interaction: Interaction, runKey: string): Promise<void> {
  const run = await bot.runs.get(runKey);
  await interaction.respond(alreadyStartedMessage(run, await cardPlace(bot, interaction, runKey)));
}
