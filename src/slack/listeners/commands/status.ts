// `/hex status`: asks Hex now and shows how the connection is.

import { STORE_MS, within } from "../../../health/patience.js";
import { statusMessage } from "../../messages/status.js";
import { type Bot, callFor, type Interaction } from "../context.js";

export async function status(bot: Bot, interaction: Interaction): Promise<void> {
  const { clock, health, runs, statusPage, prober, budget, rows } = bot;
  const { log, reference } = interaction;
  /** The card is about Hex: a store that fails or hangs takes a line from it, and nothing more. */
  const ifRead = <T>(read: Promise<T>) =>
    within(clock, STORE_MS, read).catch((err: unknown) => {
      log.warn({ err }, "status: the store cannot be read");
      return null;
    });

  const page = statusPage.read();
  const [connection, store, history, watched] = await Promise.all([
    prober.probe(callFor(interaction, bot.statusPatienceMs)),
    bot.storeCheck.now(),
    ifRead(health.history(clock.now())),
    ifRead(runs.inFlight().then(({ length }) => length)),
  ]);
  // Good news waits for nothing. When something is wrong, what Hex says of it is worth the page's short limit.
  const report = await (connection.error === null ? Promise.race([page, null]) : page);
  const slack = bot.slackTrouble.now();
  const shown = {
    connection,
    history,
    watched,
    budgetLeft: budget.left,
    report,
    slack,
    reference,
    ...{ store, storeKind: bot.storeKind, setAside: rows.setAside },
  };
  await interaction.respond(statusMessage(shown, clock.now()));
}
