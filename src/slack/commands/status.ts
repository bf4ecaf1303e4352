// `/hex status`: asks Hex now and shows how the connection is.

import { type Bot, callFor, type Interaction } from "../bot.js";
import { statusMessage } from "../messages/status.js";

export async function status(bot: Bot, interaction: Interaction): Promise<void> {
  const [connection, watched] = await Promise.all([
    bot.prober.probe(callFor(interaction, bot.statusPatienceMs)),
    bot.runs.countInFlight(),
  ]);
  const history = await bot.health.history(bot.clock.now());
  const { reference } = interaction;
  const shown = { connection, history, watched, budgetLeft: bot.budget.left, reference };
  await interaction.respond(statusMessage(shown, bot.clock.now()));
}
