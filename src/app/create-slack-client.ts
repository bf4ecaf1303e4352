// The client for Slack's Web API, and what Slack refuses.

import { WebClient } from "@slack/web-api";
import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import { MINUTE } from "../lib/time.js";
import { BotToken } from "../slack/connection/bot-token.js";
import type { SlackCall } from "../slack/connection/calls.js";
import { clientOptions, NEVER_TWICE } from "../slack/connection/connect.js";
import { failureOfCall } from "../slack/connection/failures.js";
import { SlackRefusals } from "../slack/connection/refusals.js";
import type { Settings } from "./settings.js";

/** How often that is, in ms. */
const LOOK_MS = MINUTE;

export interface SlackClient {
  web: WebClient;
  /** The same without retries: for messages that are posted again, and marked as repeats, when Slack's answer is lost. */
  oneTry: WebClient;
  /** Which token is in use. Clients are created with `botToken.first`. */
  botToken: BotToken;
  /**
   * While Slack refuses the token, looks for another one in its file until `signal` aborts: a process that is not ready may be sent
   * nothing that would make it call Slack. Never rejects.
   */
  keepToken: (signal: AbortSignal) => Promise<void>;
  /** What Slack refused lately. */
  refusals: SlackRefusals;
  /** Must be called for every request to Slack. */
  onCall: (call: SlackCall) => void;
}

export function createSlackClient(settings: Settings, network: Network, metrics: Metrics): SlackClient {
  const { config, log, clock, secretInFile } = settings;
  const refusals = new SlackRefusals(clock);
  const onCall = (call: SlackCall) => {
    refusals.observe(call);
    metrics.slackCall(call.method, failureOfCall(call)?.kind ?? "ok");
  };
  const botToken = new BotToken({
    token: config.slack.botToken,
    inFile: () => secretInFile("SLACK_BOT_TOKEN"),
    clientOptions: (onAnswer) =>
      clientOptions({ config: config.slack, log, onCall: onAnswer, network, botToken: null }),
    onCall,
    clock,
    log,
  });
  const options = clientOptions({ config: config.slack, log, onCall, network, botToken });
  const keepToken = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      await clock.sleep(LOOK_MS, signal);
      if (!signal.aborted && !refusals.token.ok) await botToken.renew();
    }
  };
  const web = new WebClient(botToken.first, options);
  const oneTry = new WebClient(botToken.first, { ...options, ...NEVER_TWICE });
  return { web, oneTry, botToken, keepToken, refusals, onCall };
}
