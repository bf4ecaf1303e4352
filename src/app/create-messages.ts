// The messages that are kept up to date: cards, what followers are told, Home tabs and alerts.

import type { Metrics } from "../http/metrics.js";
import { isEnded } from "../runs/run.js";
import { mayBeShownTo, rightsAtHome } from "../slack/access/audience.js";
import type { ApproverSources } from "../slack/access/possible-approvers.js";
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
import { type AlertsPart, type AlertsPartOptions, createAlerts } from "./create-alerts.js";
import type { Lifetime } from "./lifetime.js";

export interface MessagesPart extends AlertsPart {
  cardStore: CardStore;
  followerStore: FollowerStore;
  cards: Cards;
  approvalReview: ApprovalReview;
  approverSources: ApproverSources;
  followers: Followers;
  homes: Homes;
  requesters: Requesters;
  dataTables: DataTables;
}

export interface MessagesPartOptions extends AlertsPartOptions {
  lifetime: Lifetime;
  metrics: Metrics;
  identity: SlackIdentity;
}

export function createMessages(options: MessagesPartOptions): MessagesPart {
  const { settings, lifetime, metrics, slackClient, identity, store, hex, runs, outages } = options;
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
  const alerts = createAlerts(options, { cards: cardStore, people });
  const homes = new Homes({
    slack,
    homes: new HomeStore(db),
    runs: runs.store,
    health: outages.health,
    troubleSources: alerts.troubleSources,
    rightsOf: (user) => rightsAtHome(options.permissions, user),
    slackRefusals: slackClient.refusals,
    clock,
    log,
    hexHost: hex.client.host,
    hexPlace,
    signal: lifetime.stopping.signal,
  });

  runs.changed.on((run) => {
    void cards.redraw(run.key);
    if (isEnded(run)) void followers.tell(run.key);
    if (run.requester !== null) void homes.redraw(run.requester);
  });
  runs.polled.on((key) => void cards.redraw(key));
  return {
    cardStore,
    followerStore,
    cards,
    approvalReview: new ApprovalReview({ runs: runs.store, cards: cardStore, permissions: approverSources, clock }),
    approverSources,
    followers,
    homes,
    requesters,
    dataTables: new DataTables(),
    ...alerts,
  };
}
