// The messages that are kept up to date: cards, what followers are told, Home tabs and alerts.

import type { Metrics } from "../http/metrics.js";
import { isEnded } from "../runs/run.js";
import { isTurnedAway, mayBeShownTo, rightsAtHome } from "../slack/access/audience.js";
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
  const { settings, lifetime, store, runs } = options;
  const { clock, process, now, rows } = store;
  const { db } = store.store;
  const people = new PeopleByEmail(askingOf(options));
  const own: OwnParts = {
    cardStore: new CardStore(db, { process, now }, rows),
    followerStore: new FollowerStore(db, { process, now }),
    requesters: new Requesters({ clock, log: settings.log, work: lifetime.work }),
    approverSources: createApproverSources(options, people),
  };
  const cards = createCards(options, own);
  const followers = createFollowers(options, own);
  const alerts = createAlerts(options, { cards: own.cardStore, people });
  const homes = createHomes(options, alerts);
  redrawAsRunsChange(runs, { cards, followers, homes });
  const { approverSources: permissions, cardStore } = own;
  const approvalReview = new ApprovalReview({ runs: runs.store, cards: cardStore, permissions, clock });
  return { ...own, ...alerts, cards, approvalReview, followers, homes, dataTables: new DataTables() };
}

/** What the messages share. */
type OwnParts = Pick<MessagesPart, "cardStore" | "followerStore" | "requesters" | "approverSources">;

/** What it takes to ask Slack about people. */
function askingOf({ settings, slackClient, store }: MessagesPartOptions) {
  return {
    slack: slackClient.web,
    slackRefusals: slackClient.refusals,
    clock: store.clock,
    log: settings.log,
  };
}

function createApproverSources(options: MessagesPartOptions, peopleByEmail: PeopleByEmail): ApproverSources {
  const { permissions, identity } = options;
  return {
    ...permissions,
    peopleByEmail,
    accounts: new Accounts({ ...askingOf(options), home: identity }),
    isOfOrganization: identity.enterpriseId !== null,
  };
}

function createCards(options: MessagesPartOptions, own: OwnParts): Cards {
  const { settings, lifetime, metrics, slackClient, identity, store, hex, runs } = options;
  const { log } = settings;
  const { web: slack, oneTry } = slackClient;
  const hexPlace = () => hex.client.place.now;
  return new Cards({
    slack,
    oneTry,
    cards: own.cardStore,
    runs: runs.store,
    clock: store.clock,
    log,
    seldom: store.seldom,
    hexPlace,
    followers: own.followerStore,
    approvers: new Approvers({ slack: oneTry, runs: runs.store, permissions: own.approverSources, hexPlace, log }),
    requesters: own.requesters,
    botName: identity.name,
    onEndShown: (afterMs) => metrics.cardShownAfter(afterMs),
    signal: lifetime.ending.signal,
  });
}

function createFollowers(options: MessagesPartOptions, { followerStore, cardStore }: OwnParts): Followers {
  const { settings, slackClient, store, hex, runs, permissions } = options;
  return new Followers({
    slack: slackClient.oneTry,
    followers: followerStore,
    cards: cardStore,
    runs: runs.store,
    clock: store.clock,
    hexPlace: () => hex.client.place.now,
    mayBeShownTo: (audience, projectId) => mayBeShownTo(permissions, audience, projectId),
    log: settings.log,
    seldom: store.seldom,
  });
}

function createHomes(options: MessagesPartOptions, { troubleSources }: AlertsPart): Homes {
  const { settings, lifetime, slackClient, store, hex, runs, outages, permissions } = options;
  return new Homes({
    slack: slackClient.web,
    homes: new HomeStore(store.store.db),
    runs: runs.store,
    health: outages.health,
    troubleSources,
    rightsOf: (user) => rightsAtHome(permissions, user),
    isTurnedAway: (user) => isTurnedAway(permissions, user),
    slackRefusals: slackClient.refusals,
    clock: store.clock,
    log: settings.log,
    hexHost: hex.client.host,
    hexPlace: () => hex.client.place.now,
    signal: lifetime.stopping.signal,
  });
}

function redrawAsRunsChange(
  runs: MessagesPartOptions["runs"],
  { cards, followers, homes }: Pick<MessagesPart, "cards" | "followers" | "homes">,
): void {
  runs.changed.on((run) => {
    void cards.redraw(run.key);
    if (isEnded(run)) void followers.tell(run.key);
    if (run.requester !== null) void homes.redraw(run.requester);
  });
  runs.polled.on((key) => void cards.redraw(key));
}
