// The messages that are kept up to date: cards, what followers are told, Home tabs and alerts.

import type { Catalog } from "../catalog/catalog.js";
import type { Metrics } from "../http/metrics.js";
import { isEnded } from "../runs/run.js";
import { mayBeShownTo, projectsShownTo, rightsAtHome, type ShownTo } from "../slack/access/audience.js";
import type { PermissionSources } from "../slack/access/permissions.js";
import type { ApproverSources } from "../slack/access/possible-approvers.js";
import { Alerts, type AlertsOptions } from "../slack/alerts/alerts.js";
import { endingWatches, type LostPlaceSources, wantedFarewells } from "../slack/alerts/lost-places.js";
import { AlertStore } from "../slack/alerts/store.js";
import type { TroubleSources } from "../slack/alerts/told-groups.js";
import { wantedAbsences } from "../slack/alerts/wanted-absences.js";
import type { WantedAlerts } from "../slack/alerts/wanted-alert.js";
import { type EndSources, wantedEnds } from "../slack/alerts/wanted-ends.js";
import { wantedOutages } from "../slack/alerts/wanted-outages.js";
import { type TroubleAlertSources, wantedTroubles } from "../slack/alerts/wanted-troubles.js";
import { ApprovalReview } from "../slack/cards/approval-review.js";
import { Approvers } from "../slack/cards/approvers.js";
import { Cards } from "../slack/cards/cards.js";
import { Requesters } from "../slack/cards/requesters.js";
import { CardStore } from "../slack/cards/store.js";
import { Accounts } from "../slack/connection/accounts.js";
import { DataTables } from "../slack/connection/data-tables.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import { PeopleByEmail } from "../slack/connection/people-by-email.js";
import { Followers } from "../slack/followers/followers.js";
import { FollowerStore } from "../slack/followers/store.js";
import { Homes } from "../slack/home/homes.js";
import { HomeStore } from "../slack/home/store.js";
import type { AttentionPart } from "./create-attention.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { OutagesPart } from "./create-outages.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";
import type { Lifetime } from "./lifetime.js";
import { logEndedWatches, logRefusedInAlertChannel, logRefusedWhereWatched } from "./log-alerts.js";
import type { Settings } from "./settings.js";

export interface MessagesPart {
  cardStore: CardStore;
  followerStore: FollowerStore;
  cards: Cards;
  approvalReview: ApprovalReview;
  approverSources: ApproverSources;
  followers: Followers;
  homes: Homes;
  requesters: Requesters;
  /** About outages. Runs on the leader. `null` when no channel is set for them. */
  outageAlerts: Alerts | null;
  /** About watched projects. Runs on the leader. */
  troubleAlerts: Alerts;
  troubleSources: TroubleSources;
  /** About runs that have ended well. Runs on the leader. */
  endAlerts: Alerts;
  dataTables: DataTables;
}

export interface MessagesPartOptions {
  settings: Settings;
  lifetime: Lifetime;
  metrics: Metrics;
  slackClient: SlackClient;
  identity: SlackIdentity;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
  permissions: PermissionSources;
  runs: RunsPart;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
}

export function createMessages(options: MessagesPartOptions): MessagesPart {
  const { settings, lifetime, metrics, slackClient, identity, store, hex, runs, outages, follow } = options;
  const { log } = settings;
  const { clock, process, now, rows } = store;
  const { db } = store.store;
  const { web: slack, oneTry } = slackClient;
  const hexPlace = () => hex.client.place.now;

  const cardStore = new CardStore(db, { process, now }, rows);
  const followerStore = new FollowerStore(db, { process, now });
  const requesters = new Requesters({ clock, log, work: lifetime.work });
  const asking = { slack, slackRefusals: slackClient.refusals, clock, log };
  const people = new PeopleByEmail(asking);
  const troubleSources = createTroubleSources(options, { cards: cardStore, people });
  const approverSources = {
    ...options.permissions,
    peopleByEmail: people,
    accounts: new Accounts({ ...asking, home: identity }),
    isOfOrganization: identity.enterpriseId !== null,
  };
  const approvers = new Approvers({ slack: oneTry, runs: runs.store, permissions: approverSources, hexPlace, log });
  const cards = new Cards({
    slack,
    oneTry,
    cards: cardStore,
    runs: runs.store,
    clock,
    log,
    hexPlace,
    followers: followerStore,
    approvers,
    requesters,
    botName: identity.name,
    onEndShown: (afterMs) => metrics.cardShownAfter(afterMs),
    signal: lifetime.ending.signal,
  });
  const followers = new Followers({
    slack: oneTry,
    followers: followerStore,
    cards: cardStore,
    runs: runs.store,
    clock,
    hexPlace,
    mayBeShownTo: (audience, projectId) => mayBeShownTo(options.permissions, audience, projectId),
    log,
  });
  const homes = new Homes({
    slack,
    homes: new HomeStore(db),
    runs: runs.store,
    health: outages.health,
    troubleSources,
    rightsOf: (user) => rightsAtHome(options.permissions, user),
    slackRefusals: slackClient.refusals,
    clock,
    log,
    hexHost: hex.client.host,
    hexPlace,
    signal: lifetime.stopping.signal,
  });
  const outageAlerts = createOutageAlerts(options);
  const lostPlaces: LostPlaceSources = {
    ...troubleSources,
    watches: follow.watches,
    onEnded: (place, word) => logEndedWatches(log, place, word),
  };
  const troubleAlerts = alertsFor(
    options,
    async () => {
      const now = clock.now();
      const { alerts: troubles, nextAt } = await wantedTroubles(troubleSources, now);
      const told = endingWatches([...troubles, ...(await wantedAbsences(troubleSources, now))], lostPlaces, now);
      return { alerts: [...told, ...(await wantedFarewells(lostPlaces, now))], nextAt };
    },
    (refused) => logRefusedWhereWatched(log, refused),
  );
  const endAlerts = alertsFor(
    options,
    async () => {
      const now = clock.now();
      const { alerts: ends, nextAt } = await wantedEnds(troubleSources, now);
      return { alerts: endingWatches(ends, lostPlaces, now), nextAt };
    },
    (refused) => logRefusedWhereWatched(log, refused),
  );
  follow.news.on(() => {
    troubleAlerts.wake();
    endAlerts.wake();
  });
  options.attention.changed.on(() => {
    outageAlerts?.wake();
    troubleAlerts.wake();
  });

  runs.changed.on((run) => {
    void cards.redraw(run.key);
    if (isEnded(run)) void followers.tell(run.key);
    if (run.requester !== null) void homes.redraw(run.requester);
  });
  runs.polled.on((key) => void cards.redraw(key));
  outages.news.on(() => outageAlerts?.wake());
  return {
    cardStore,
    followerStore,
    cards,
    approvalReview: new ApprovalReview({ runs: runs.store, cards: cardStore, permissions: approverSources, clock }),
    approverSources,
    followers,
    homes,
    requesters,
    outageAlerts,
    troubleAlerts,
    troubleSources,
    endAlerts,
    dataTables: new DataTables(),
  };
}

/** Alerts about outages, and about a token that will expire, in the channel that the operator has set. */
function createOutageAlerts(options: MessagesPartOptions): Alerts | null {
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

/** What the conversations that watch projects are told from. */
function createTroubleSources(
  options: MessagesPartOptions,
  { cards, people }: { cards: CardStore; people: PeopleByEmail },
): TroubleAlertSources & EndSources {
  const { store, hex, catalog, follow, attention } = options;
  const alerts = new AlertStore(store.store.db, store.rows);
  const shownTo = shownToIn(options);
  const { watches, troubles, members, connections, connectionReader } = follow;
  const hexPlace = () => hex.client.place.now;
  const wishConnections = (together: string[][]) => connectionReader.wish(together);
  const told = {
    watches,
    troubles,
    members,
    alerts,
    people,
    attention: attention.store,
    catalog,
    cards,
    hexPlace,
    shownTo,
  };
  return { ...told, connections, wishConnections };
}

/** What may be shown where, by the rules in force at each moment. */
export function shownToIn({ permissions }: Pick<MessagesPartOptions, "permissions">): ShownTo {
  return (audience) => projectsShownTo(permissions, audience);
}

/** @param onRefused called when Slack does not accept one */
export function alertsFor(
  { settings, slackClient, store, hex }: MessagesPartOptions,
  wanted: () => Promise<WantedAlerts>,
  onRefused: AlertsOptions["onRefused"],
): Alerts {
  const { log } = settings;
  return new Alerts({
    slack: slackClient.oneTry,
    alerts: new AlertStore(store.store.db, store.rows, store.leadership.write),
    clock: store.clock,
    log,
    leastNow: () => hex.client.leastNow(),
    wanted,
    onRefused,
  });
}
