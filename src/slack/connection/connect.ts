// The connection to Slack: a Web API client with our own limits, and Bolt on either Socket Mode or HTTP.

import type { RequestListener } from "node:http";
import { App } from "@slack/bolt";
import type { WebClientOptions } from "@slack/web-api";
import type { Config } from "../../config/config.js";
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

/**
 * Retries once what the network lost. A 429 goes back to the caller and does not hold up other calls.
 * @param onCall called for each request with its outcome
 * @param botToken `null` where it is not renewed. Otherwise, clients are created with `botToken.first`.
 */
export function clientOptions(
  config: Pick<Config["slack"], "apiUrl">,
  log: Logger,
  onCall: (call: SlackCall) => void,
  network: Pick<Network, "fetch">,
  botToken: BotToken | null = null,
): WebClientOptions {
  return {
    fetch: slackFetch(network, onCall, botToken),
    slackApiUrl: config.apiUrl,
    timeout: TIMEOUT_MS,
    retryConfig: { retries: 1, minTimeout: 500, maxTimeout: 500 },
    rejectRateLimitedCalls: true,
    logger: boltLogger(log.child({ name: "slack" })),
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
   * Reads the file of the app token or of the signing secret, and goes on with what it holds.
   * @returns the name of what is new; `null` when nothing is
   */
  renewSecret: () => SecretName | null;
  close: () => Promise<void>;
}

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
  const { config, botToken, secretInFile, identity, log, clock, pingMs, onCall, onUnreadable, onRefused } = options;
  const { network, work } = options;
  const send = slackFetch(network, onCall, botToken);
  const webApi = { ...clientOptions(config, log, onCall, network, botToken), fetch: send };
  const logger = boltLogger(log.child({ name: "bolt" }));
  const { teamId, botId, botUserId } = identity;
  const authorize = async () => ({ botToken: botToken.first, teamId, botId, botUserId });
  const bolt = { authorize, clientOptions: webApi, logger, convoStore: false } as const;
  const deliveries = new Deliveries({ log, clock, onUnreadable, apiUrl: config.apiUrl, send, work });
  if (config.mode.kind === "http") {
    const signingSecret = new SigningSecret({
      secret: config.mode.signingSecret,
      inFile: () => secretInFile("SLACK_SIGNING_SECRET"),
      clock,
      log,
    });
    const bodies = new RequestBodies();
    const receiver = new HttpReceiver({ signingSecret, bodies, deliveries, log, clock });
    const nothing = async () => undefined;
    return {
      app: new App({ ...bolt, receiver }),
      requestListener: receiver.requestListener,
      misdirectedListener: misdirected({ signingSecret, bodies, path: EVENTS_PATH, clock, log }),
      open: nothing,
      socket: () => null,
      renewSecret: () => (signingSecret.renew() ? "SLACK_SIGNING_SECRET" : null),
      close: nothing,
    };
  }
  const receiver = new SocketReceiver({
    appToken: new AppToken({ token: config.mode.appToken, inFile: () => secretInFile("SLACK_APP_TOKEN") }),
    client: {
      logger,
      clientPingTimeout: pingMs,
      clientOptions: { ...webApi, ...NEVER_TWICE },
      ...(network.dispatcher === undefined ? {} : { dispatcher: network.dispatcher }),
    },
    send,
    openMs: TIMEOUT_MS,
    deliveries,
    clock,
    log,
    onRefused,
  });
  return {
    app: new App({ ...bolt, receiver }),
    requestListener: null,
    misdirectedListener: null,
    open: () => receiver.start(),
    socket: () => receiver.state,
    renewSecret: () => (receiver.renewToken() ? "SLACK_APP_TOKEN" : null),
    close: () => receiver.stop(),
  };
}

/** For every request to Slack: the clients', Bolt's answers and the bot's own. */
function slackFetch(
  network: Pick<Network, "fetch">,
  onCall: (call: SlackCall) => void,
  botToken: BotToken | null,
): typeof fetch {
  const send = slackTransport(network);
  return botToken === null ? observedFetch(send, onCall) : botToken.fetch(send, onCall);
}

/** How requests reach Slack, with the bot's own limits. */
function slackTransport(network: Pick<Network, "fetch">): typeof fetch {
  return withSaneRetryAfter(fetchInTime(network.fetch));
}

/** Limits the time and follows no redirects: anybody could redirect an answer, and Slack never does. */
function fetchInTime(send: typeof fetch): typeof fetch {
  return (input, init) =>
    send(input, { ...init, redirect: "manual", signal: init?.signal ?? AbortSignal.timeout(TIMEOUT_MS) });
}
