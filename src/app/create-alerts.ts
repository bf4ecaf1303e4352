// The alerts: about outages in the channel that the operator has set, and about watched projects where somebody watches them.

import type { Catalog } from "../catalog/catalog.js";
import { projectsShownTo, type ShownTo } from "../slack/access/audience.js";
import type { PermissionSources } from "../slack/access/permissions.js";
import { Alerts, type AlertsOptions } from "../slack/alerts/alerts.js";
import { Departures } from "../slack/alerts/departures.js";
import { endingWatches, type LostPlaceSources, wantedFarewells } from "../slack/alerts/lost-places.js";
import { AlertStore } from "../slack/alerts/store.js";
import type { TroubleSources } from "../slack/alerts/told-groups.js";
import { wantedAbsences } from "../slack/alerts/wanted-absences.js";
import type { WantedAlerts } from "../slack/alerts/wanted-alert.js";
import { type EndSources, wantedEnds } from "../slack/alerts/wanted-ends.js";
import { wantedOutages } from "../slack/alerts/wanted-outages.js";
import { type TroubleAlertSources, wantedTroubles } from "../slack/alerts/wanted-troubles.js";
import type { CardStore } from "../slack/cards/store.js";
import type { PeopleByEmail } from "../slack/connection/people-by-email.js";
import type { AttentionPart } from "./create-attention.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { OutagesPart } from "./create-outages.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";
import { logEndedDigest, logEndedWatches, logRefusedInAlertChannel, logRefusedWhereWatched } from "./log-alerts.js";
import type { Settings } from "./settings.js";

export interface AlertsPart {
  /** About outages. Runs on the leader. `null` when no channel is set for them. */
  outageAlerts: Alerts | null;
  /** About watched projects. Runs on the leader. */
  troubleAlerts: Alerts;
  troubleSources: TroubleSources;
  /** About runs that have ended well. Runs on the leader. */
  endAlerts: Alerts;
  /** Sweeps on the leader. */
  departures: Departures;
}

export interface AlertsPartOptions {
  settings: Settings;
  slackClient: SlackClient;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
  permissions: PermissionSources;
  runs: RunsPart;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
}

export function createAlerts(
  options: AlertsPartOptions,
  messages: { cards: CardStore; people: PeopleByEmail },
): AlertsPart {
  const { settings, store, outages, follow } = options;
  const { log } = settings;
  const { clock } = store;
  const troubleSources = createTroubleSources(options, messages);
  const outageAlerts = createOutageAlerts(options);
  const lostPlaces: LostPlaceSources = {
    ...troubleSources,
    watches: follow.watches,
    onEnded: (place, word) => logEndedWatches(log, place, word),
  };
  const onRefused: AlertsOptions["onRefused"] = (refused) => logRefusedWhereWatched(log, refused);
  const troubleAlerts = alertsFor(
    options,
    async () => {
      const now = clock.now();
      const { alerts: troubles, nextAt } = await wantedTroubles(troubleSources, now);
      const told = endingWatches([...troubles, ...(await wantedAbsences(troubleSources, now))], lostPlaces, now);
      return { alerts: [...told, ...(await wantedFarewells(lostPlaces, now))], nextAt };
    },
    onRefused,
  );
  const endAlerts = alertsFor(
    options,
    async () => {
      const now = clock.now();
      const { alerts: ends, nextAt } = await wantedEnds(troubleSources, now);
      return { alerts: endingWatches(ends, lostPlaces, now), nextAt };
    },
    onRefused,
  );
  follow.news.on(() => {
    troubleAlerts.wake();
    endAlerts.wake();
  });
  options.attention.changed.on(() => {
    outageAlerts?.wake();
    troubleAlerts.wake();
  });
  outages.news.on(() => outageAlerts?.wake());
  return { outageAlerts, troubleAlerts, troubleSources, endAlerts, departures: createDepartures(options) };
}

function createDepartures({ settings: { log }, store, permissions, follow }: AlertsPartOptions): Departures {
  return new Departures({
    watches: follow.watches,
    digests: follow.digests,
    isActive: (user) => permissions.access.isActive(user),
    clock: store.clock,
    onWatchesEnded: (place, word) => logEndedWatches(log, place, word),
    onDigestEnded: (digest, word) => logEndedDigest(log, digest, word),
  });
}

/** Alerts about outages, and about a token that will expire, in the channel that the operator has set. */
function createOutageAlerts(options: AlertsPartOptions): Alerts | null {
  const { settings, store, hex, runs, outages, attention } = options;
  const channel = settings.config.alertChannel;
  if (channel === null) return null;
  const sources = {
    channel,
    health: outages.health,
    attention: attention.store,
    runs: runs.store,
    statusPage: hex.statusPage,
    shownTo: shownToIn(options),
  };
  return alertsFor(
    options,
    () => wantedOutages(sources, store.clock.now()),
    (refused) => logRefusedInAlertChannel(settings.log, refused),
  );
}

/** The sources of what the bot tells the conversations that watch projects. */
function createTroubleSources(
  options: AlertsPartOptions,
  { cards, people }: { cards: CardStore; people: PeopleByEmail },
): TroubleAlertSources & EndSources {
  const { store, hex, catalog, follow, attention } = options;
  const alerts = new AlertStore(store.store.db, store.rows);
  const shownTo = shownToIn(options);
  const { watches, troubles, members, connections, connectionReader } = follow;
  return {
    watches,
    troubles,
    members,
    alerts,
    people,
    attention: attention.store,
    catalog,
    cards,
    hexPlace: () => hex.client.place.now,
    shownTo,
    connections,
    wishConnections: (together) => connectionReader.wish(together),
  };
}

/** What may be shown where, by the rules in force at each moment. */
export function shownToIn({ permissions }: Pick<AlertsPartOptions, "permissions">): ShownTo {
  return (audience) => projectsShownTo(permissions, audience);
}

/** @param onRefused called when Slack does not accept one */
export function alertsFor(
  { settings, slackClient, store }: AlertsPartOptions,
  wanted: () => Promise<WantedAlerts>,
  onRefused: AlertsOptions["onRefused"],
): Alerts {
  const { log } = settings;
  return new Alerts({
    slack: slackClient.oneTry,
    alerts: new AlertStore(store.store.db, store.rows, store.leadership.write),
    clock: store.clock,
    log,
    seldom: store.seldom,
    wanted,
    onRefused,
  });
}
