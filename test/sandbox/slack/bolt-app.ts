// For the tests of the local Slack: real Bolt apps in both modes, direct calls, and an app's manifest with everything in it.

import { App, HTTPReceiver, type Logger, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { freePort } from "../local-server.js";
import { isRecord, type Json } from "./json.js";
import type { LocalSlack } from "./types.js";

export type Mode = "http" | "socket";
export const MODES: readonly Mode[] = ["http", "socket"];

/** Real ms: a busy machine may stand still for this long. */
const pingMs = 1_000;

/** Cut connections and refusals are part of these tests: Bolt need not report them. */
const logger: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  getLevel: () => LogLevel.ERROR,
  setName() {},
};

/** Starts an app whose listeners `register` adds, and tells the local Slack where it is. Resolves with a function that stops it. */
export async function startBolt(
  slack: LocalSlack,
  mode: Mode,
  register: (app: App) => void,
): Promise<() => Promise<unknown>> {
  const clientOptions = { slackApiUrl: slack.apiUrl };
  const receiver =
    mode === "http"
      ? new HTTPReceiver({ signingSecret: slack.signingSecret, logger })
      : new SocketModeReceiver({
          appToken: slack.appToken,
          installerOptions: { clientOptions },
          logger,
          clientPingTimeout: pingMs,
        });
  const app = new App({ token: slack.botToken, receiver, clientOptions, logger, deferInitialization: true });
  await app.init();
  register(app);
  if (mode === "socket") {
    await app.start();
    await slack.socket.waitForConnection();
  } else {
    const port = await freePort();
    await app.start(port);
    slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
    slack.optionsUrl = slack.eventsUrl;
  }
  return () => app.stop();
}

/** Makes one call with the bot's token, as JSON. `scopes`: what the answer's header says. */
export async function call(
  slack: LocalSlack,
  method: string,
  args: unknown,
): Promise<Json & { scopes: string | null }> {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { "content-type": "application/json; charset=utf-8", authorization: `Bearer ${slack.botToken}` },
    body: JSON.stringify(args),
  });
  const answer: unknown = await response.json();
  return { ...(isRecord(answer) ? answer : {}), scopes: response.headers.get("x-oauth-scopes") };
}

export const plain = (text: string) => ({ type: "plain_text", text });

export const option = (text: string, value = text) => ({ text: plain(text), value });

/** An input block. */
export const input = (block_id: string, element: Json, more: Json = {}) => ({
  type: "input",
  block_id,
  label: plain(`The ${block_id}`),
  element: { action_id: "value", ...element },
  ...more,
});

export const modal = (blocks: readonly unknown[], more: Json = {}) => ({
  type: "modal",
  callback_id: "ask",
  title: plain("Ask"),
  submit: plain("Go"),
  blocks,
  ...more,
});

/** The manifest of an app that uses everything. */
export const completeManifest = {
  display_information: { name: "Hex" },
  features: {
    app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
    bot_user: { display_name: "hex" },
    shortcuts: [
      { name: "Run", type: "global", callback_id: "run", description: "Run a project" },
      { name: "Explain", type: "message", callback_id: "explain", description: "Explain a message" },
    ],
    slash_commands: [{ command: "/hex", description: "Hex", should_escape: true }],
  },
  oauth_config: {
    scopes: {
      bot: ["commands", "chat:write", "chat:write.public", "app_mentions:read", "im:history", "channels:history"],
      bot_optional: ["chat:write.public", "app_mentions:read", "im:history", "channels:history"],
    },
  },
  settings: {
    event_subscriptions: {
      bot_events: ["app_home_opened", "app_mention", "message.im", "app_uninstalled", "tokens_revoked"],
    },
    interactivity: { is_enabled: true },
    socket_mode_enabled: true,
  },
};
