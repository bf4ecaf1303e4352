// The connection to Slack, and everything that people can do through it.

import { randomBytes } from "node:crypto";
import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import type { NameCheck } from "../slack/access/name-check.js";
import type { PermissionSources } from "../slack/access/permissions.js";
import { connect, type SlackConnection } from "../slack/connection/connect.js";
import type { SlackIdentity } from "../slack/connection/identity.js";
import { type SlackReadiness, slackReadiness } from "../slack/connection/ready.js";
import { FormVersions } from "../slack/flows/form-versions.js";
import type { Bot } from "../slack/listeners/context.js";
import { listen } from "../slack/listeners/index.js";
import type { AttentionPart } from "./create-attention.js";
import type { AuditPart } from "./create-audit.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { MessagesPart } from "./create-messages.js";
import type { OutagesPart } from "./create-outages.js";
import type { PagingPart } from "./create-paging.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackClient } from "./create-slack-client.js";
import type { StorePart } from "./create-store.js";
import type { Lifetime } from "./lifetime.js";
import type { Settings } from "./settings.js";

export interface SlackPart {
  connection: SlackConnection;
  bot: Bot;
  /** Whether the bot and Slack are connected. */
  readiness: () => SlackReadiness;
}

export interface SlackPartOptions {
  settings: Settings;
  lifetime: Lifetime;
  network: Network;
  metrics: Metrics;
  slackClient: SlackClient;
  identity: SlackIdentity;
  store: StorePart;
  hex: HexPart;
  permissions: PermissionSources;
  nameCheck: NameCheck;
  runs: RunsPart;
  audit: AuditPart;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
  messages: MessagesPart;
  paging: PagingPart | null;
}

/** Sends nothing before the connection is opened. */
export function createSlack(options: SlackPartOptions): SlackPart {
  const { settings, lifetime, network, metrics, slackClient, identity } = options;
  const { config, log, clock, secretInFile, slackPingMs, onRefused } = settings;
  const connection = connect({
    config: config.slack,
    botToken: slackClient.botToken,
    secretInFile,
    identity,
    log,
    // Signatures carry Slack's time, so the database's clock must not matter for them.
    clock,
    pingMs: slackPingMs,
    onCall: slackClient.onCall,
    onUnreadable: (kind) => metrics.slackUnreadable(kind),
    onRefused,
    network,
    work: lifetime.work,
  });
  const bot = createBot(options);
  listen(connection.app, {
    bot,
    installation: identity,
    log,
    leaving: lifetime.leaving.signal,
    work: lifetime.work,
    metrics,
  });
  const readiness = () => slackReadiness(connection.socket(), slackClient.refusals.token);
  return { connection, bot, readiness };
}

function createBot(options: SlackPartOptions): Bot {
  const { settings, slackClient, identity, store, hex, runs, audit, outages, follow, attention, messages, paging } =
    options;
  const { config, statusTimeoutMs, cardTimeoutMs, slowAnswerMs, formAnswerMs } = settings;
  return {
    slack: slackClient.web,
    hex: hex.client,
    permissions: options.permissions,
    approverSources: messages.approverSources,
    nameCheck: options.nameCheck,
    audit: audit.log,
    auditStore: audit.store,
    prober: outages.prober,
    statusPage: hex.statusPage,
    budget: hex.budget,
    runs: runs.store,
    starter: runs.starter,
    canceller: runs.canceller,
    cards: messages.cards,
    followers: messages.followers,
    homes: messages.homes,
    requesters: messages.requesters,
    formVersions: new FormVersions(),
    drafts: store.drafts,
    seenEvents: store.seenEvents,
    health: outages.health,
    connections: follow.connections,
    watches: follow.watches,
    digests: follow.digests,
    digestSources: follow.digestSources,
    dataTables: messages.dataTables,
    troubles: follow.troubles,
    attention: attention.store,
    troubleSources: messages.troubleSources,
    following: follow.following,
    wakeFollowing: () => follow.poller.wake(),
    hasAlertChannel: messages.outageAlerts !== null,
    pages: paging?.store ?? null,
    rows: store.rows,
    storeCheck: store.check,
    storeKind: config.store.kind,
    slackRefusals: slackClient.refusals,
    clock: store.clock,
    statusTimeoutMs,
    cardTimeoutMs,
    slowAnswerMs,
    formAnswerMs,
    name: identity.name,
    userId: identity.botUserId,
    newNonce: () => randomBytes(6).toString("base64url"),
  };
}
