// The connection to Slack: a Web API client with our own limits, and Bolt on either Socket Mode or HTTP.

import type { RequestListener } from "node:http";
import { App, type Logger as BoltLogger, type Receiver } from "@slack/bolt";
import type { WebClientOptions } from "@slack/web-api";
import type { Config, SlackMode } from "../../config/config.js";
import type { SecretName } from "../../config/secret-files.js";
import type { Clock } from "../../lib/clock.js";
import type { Network } from "../../lib/network.js";
import type { PendingWork } from "../../lib/pending-work.js";
import { boltLogger } from "../../log/bolt.js";
import type { Logger } from "../../log/logger.js";
import { AppToken } from "./app-token.js";
import type { BotToken } from "./bot-token.js";
import { observedFetch, type SlackCall } from "./calls.js";
import { Deliveries, type UnreadableKind } from "./deliveries.js";
import { HttpReceiver } from "./http-receiver.js";
import type { SlackIdentity } from "./identity.js";
import { misdirected } from "./misdirected.js";
import { RequestBodies } from "./request-bodies.js";
import { withSaneRetryAfter } from "./retry-after.js";
import { SigningSecret } from "./signing-secret.js";
import { SocketReceiver, type SocketReceiverOptions } from "./socket-receiver.js";

/** Where Slack sends its requests in HTTP mode, as in the manifest. */
export const EVENTS_PATH = "/slack/events";
const TIMEOUT_MS = 10_000;

export interface ClientOptions {
  config: Pick<Config["slack"], "apiUrl">;
  log: Logger;
  /** Called for each request with its outcome. */
  onCall: (call: SlackCall) => void;
  network: Pick<Network, "fetch">;
  /** `null` where it is not renewed. Otherwise, clients are created with `botToken.first`. */
  botToken: BotToken | null;
}

/** Retries once what the network lost. A 429 goes back to the caller and does not hold up other calls. */
export function clientOptions(options: ClientOptions): WebClientOptions & { fetch: typeof fetch } {
  const { config, log } = options;
  return {
    fetch: slackFetch(options),
    slackApiUrl: config.apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 1, minTimeout: 500, maxTimeout: 500 },
    rejectRateLimitedCalls: true,
    logger: boltLogger(log.child({ name: "slack" }), { warn: "debug" }),
  };
}

/** No retries at all, for a caller that retries on its own and has to know when something may have happened twice. */
export const NEVER_TWICE: WebClientOptions = { retryConfig: { retries: 0 } };

export interface SlackConnection {
  app: App;
  /** For `EVENTS_PATH`; `null` in Socket Mode. */
  requestListener: RequestListener | null;
  /** For every path without a handler; `null` in Socket Mode, where Slack sends no requests. */
  misdirectedListener: RequestListener | null;
  /** In Socket Mode, opens the WebSocket. Rejects with a SocketModeError when Slack refuses the app token. */
  open: () => Promise<void>;
  /** Whether a WebSocket is open, and since when (epoch ms) that has been so; `null` over HTTP, where there is none. */
  socket: () => { open: boolean; since: number } | null;
  /**
   * Reads the file of the app token or of the signing secret, and uses what it holds from then on.
   * @returns the name of what is new; `null` when nothing is
   */
  renewSecret: () => SecretName | null;
  close: () => Promise<void>;
}

type Mode<Kind extends SlackMode["kind"]> = Extract<SlackMode, { kind: Kind }>;

export interface ConnectOptions {
  config: Config["slack"];
  botToken: BotToken;
  /** What is in the file of a secret now; `null` when there is none. */
  secretInFile: (name: SecretName) => string | null;
  identity: SlackIdentity;
  log: Logger;
  clock: Clock;
  /** In Socket Mode, how long Slack may leave a ping unanswered, in real ms. */
  pingMs: number;
  /** Called for each request to Slack with its outcome. */
  onCall: (call: SlackCall) => void;
  /** Called for everything from Slack that could not be read. */
  onUnreadable: (kind: UnreadableKind) => void;
  onRefused: SocketReceiverOptions["onRefused"];
  /** How requests and WebSockets leave the machine. */
  network: Network;
  /** What is being handled. */
  work: PendingWork;
}

/** Bolt, ready for listeners. Nothing is sent before `open`. */
export function connect(options: ConnectOptions): SlackConnection {
  const { config, botToken, identity, log, clock, onUnreadable, work } = options;
  const webApi = clientOptions(options);
  const logger = boltLogger(log.child({ name: "bolt" }));
  const { teamId, botId, botUserId } = identity;
  const authorize = async () => ({ botToken: botToken.first, teamId, botId, botUserId });
  const parts = {
    ...options,
    webApi,
    logger,
    deliveries: new Deliveries({ log, clock, onUnreadable, apiUrl: config.apiUrl, send: webApi.fetch, work }),
    boltOver: (receiver: Receiver) =>
      new App({ authorize, clientOptions: webApi, logger, convoStore: false, receiver }),
  };
  return config.mode.kind === "http" ? overHttp(config.mode, parts) : overSocketMode(config.mode, parts);
}

/** What both ways to receive need. */
interface ConnectionParts extends ConnectOptions {
  webApi: WebClientOptions & { fetch: typeof fetch };
  logger: BoltLogger;
  deliveries: Deliveries;
  boltOver: (receiver: Receiver) => App;
}

function overHttp(mode: Mode<"http">, parts: ConnectionParts): SlackConnection {
  const { secretInFile, log, clock, deliveries, boltOver } = parts;
  const signingSecret = new SigningSecret({
    secret: mode.signingSecret,
    inFile: () => secretInFile("SLACK_SIGNING_SECRET"),
    clock,
    log,
  });
  const bodies = new RequestBodies();
  const receiver = new HttpReceiver({ signingSecret, bodies, deliveries, log, clock });
  const nothing = async () => undefined;
  return {
    app: boltOver(receiver),
    requestListener: receiver.requestListener,
    misdirectedListener: misdirected({ signingSecret, bodies, path: EVENTS_PATH, clock, log }),
    open: nothing,
    socket: () => null,
    renewSecret: () => (signingSecret.renew() ? "SLACK_SIGNING_SECRET" : null),
    close: nothing,
  };
}

function overSocketMode(mode: Mode<"socket">, parts: ConnectionParts): SlackConnection {
  const { secretInFile, log, clock, pingMs, onRefused, network, webApi, deliveries, boltOver } = parts;
  const receiver = new SocketReceiver({
    appToken: new AppToken({ token: mode.appToken, inFile: () => secretInFile("SLACK_APP_TOKEN") }),
    client: {
      // The receiver logs why there is no connection, and that one was lost.
      logger: boltLogger(log.child({ name: "bolt" }), { warn: "debug", error: "debug" }),
      clientPingTimeout: pingMs,
      clientOptions: { ...webApi, ...NEVER_TWICE },
      ...(network.dispatcher === undefined ? {} : { dispatcher: network.dispatcher }),
    },
    send: webApi.fetch,
    openMs: TIMEOUT_MS,
    deliveries,
    clock,
    log,
    onRefused,
  });
  return {
    app: boltOver(receiver),
    requestListener: null,
    misdirectedListener: null,
    open: () => receiver.start(),
    socket: () => receiver.state,
    renewSecret: () => (receiver.renewToken() ? "SLACK_APP_TOKEN" : null),
    close: () => receiver.stop(),
  };
}

/** For every request to Slack, with the bot's own limits: the clients', Bolt's answers and the bot's own. */
function slackFetch({ network, onCall, botToken }: ClientOptions): typeof fetch {
  const send = withSaneRetryAfter(fetchInTime(network.fetch));
  return botToken === null ? observedFetch(send, onCall) : botToken.fetch(send, onCall);
}

/** Limits the time and follows no redirects: anybody could redirect an answer, and Slack never does. */
function fetchInTime(send: typeof fetch): typeof fetch {
  return (input, init) =>
    send(input, { ...init, redirect: "manual", signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS) });
}
