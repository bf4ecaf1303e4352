// `/hex status`: asks Hex now and shows the state of the connection.

import { isSamePlace } from "../../../follow/watch.js";
import type { Connection } from "../../../hex/prober.js";
import { STORE_MS, within } from "../../../lib/with-timeout.js";
import type { Permissions } from "../../access/permissions.js";
import { openNow } from "../../alerts/open-now.js";
import { runsFor } from "../../flows/runs-for.js";
import { statusMessage } from "../../messages/status.js";
import { type Bot, callFor, type Interaction } from "../context.js";
import type { Command } from "./command.js";

export const status: Command = {
  name: "status",
  deed: null,
  usage: "status",
  summary: "Whether the connection to Hex works, whose token the bot has, and what the token may do.",
  example: null,
  handle,
};

async function handle(bot: Bot, interaction: Interaction): Promise<void> {
  const { clock, health, runs, statusPage, prober, budget, rows } = bot;
  const { log, reference, conversation, permissions } = interaction;
  const { projects } = permissions;
  let isUnreadSaid = false;
  /** The card is about Hex, so a store that fails or hangs costs it only a line. */
  const ifRead = <T>(read: Promise<T>) =>
    within(clock, STORE_MS, read).catch((err: unknown) => {
      if (!isUnreadSaid) log.warn({ err }, "Status: the store cannot be read");
      isUnreadSaid = true;
      return null;
    });

  const page = statusPage.read();
  // A person who asks in the thread of an alert means what its channel is told of.
  const places = [conversation, { ...conversation, threadTs: null }];
  const open = openNow({ ...bot.troubleSources, health }, clock.now(), projects, (watches) =>
    watches.some((watch) => places.some((place) => isSamePlace(watch, place))),
  );
  const [connection, store, history, tracked, openHere, pagesHeld, connections] = await Promise.all([
    prober.probe(callFor(interaction, bot.statusTimeoutMs)),
    bot.storeCheck.withRefused(),
    ifRead(health.history(clock.now())),
    ifRead(runs.inFlight().then(async (all) => (await runsFor(interaction, all)).length)),
    ifRead(open),
    ifRead(bot.pages?.held() ?? Promise.resolve(null)),
    ifRead(bot.connections.known()),
  ]);
  // Good news does not wait. When something is wrong, what Hex says about it is worth waiting for, within the page's short limit.
  const report = await (connection.error === null ? Promise.race([page, null]) : page);
  const slack = bot.slackRefusals.now();
  const shown = {
    connection: { ...connection, projects: projectsIn(connection, bot, permissions) },
    history,
    tracked,
    open: openHere,
    takesOutages: !bot.hasAlertChannel && permissions.mayApartFromProjects("silence"),
    pagesHeld: pagesHeld && { ...pagesHeld, count: permissions.areUnlimited ? pagesHeld.count : null },
    connectionsRefusedAt: connections?.refusedAt ?? null,
    place: bot.hex.place.now,
    budgetLeft: budget.left,
    report,
    slack,
    rules: bot.permissions.access.shownRules(slack.declinedScopes),
    names: permissions.isAdministrator ? bot.nameCheck.findings : null,
    reference,
    store,
    storeKind: bot.storeKind,
    setAside: rows.setAside,
  };
  await interaction.respond(statusMessage(shown, clock.now()));
}

/** How many there are for the person: what Hex has just said, unless the rules hide some of them. */
function projectsIn({ projects: seen }: Connection, bot: Bot, { projects }: Permissions): Connection["projects"] {
  if (seen === null || !bot.permissions.access.hasPolicy) return seen;
  const published = projects.all().filter(({ lastPublishedAt }) => lastPublishedAt !== null).length;
  return { total: projects.size, published, complete: projects.isWhole };
}
