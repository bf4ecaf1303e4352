// `/hex watching`: what this conversation watches, and how each of these projects is.

import { watchLoad } from "../../flows/watch-load.js";
import { watchesSeen } from "../../flows/watches-seen.js";
import { watchesMessage } from "../../messages/watches.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const watching: Command = {
  name: "watching",
  deed: null,
  usage: "watching",
  summary: "What this conversation watches: who owns it, when its next run is due, and how the last one went.",
  example: null,
  handle: listWatches,
};

export async function listWatches(bot: Bot, interaction: Interaction): Promise<void> {
  const seen = await watchesSeen(bot, interaction);
  const load = await watchLoad(bot, interaction);
  const isThread = interaction.conversation.threadTs !== null;
  await interaction.respond(watchesMessage(seen, { now: bot.clock.now(), place: bot.hex.place.now, load, isThread }));
}
