// `/hex status`: asks Hex now and shows how the connection is.

import { type Bot, callFor, type Interaction } from "../bot.js";
import { statusMessage } from "../messages/status.js";

export async function status(bot: Bot, interaction: Interaction): Promise<void> {
  const page = bot.statusPage.read();
  const [connection, watched] = await Promise.all([
    bot.prober.probe(callFor(interaction, bot.statusPatienceMs)),
    bot.runs.countInFlight(),
  ]);
  // Good news waits for nothing. When something is wrong, what Hex says of it is worth the page's short limit.
  const report = await (connection.error === null ? Promise.race([page, null]) : page);
  const history = await bot.health.history(bot.clock.now());
  const { reference } = interaction;
  const slack = bot.slackTrouble.now();
  const shown = { connection, history, watched, budgetLeft: bot.budget.left, report, slack, reference };
  await interaction.respond(statusMessage(shown, bot.clock.now()));
}
