// The client for Slack's Web API, and what Slack refuses.

import { WebClient, type WebClientOptions } from "@slack/web-api";
import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import type { SlackCall } from "../slack/connection/calls.js";
import { clientOptions } from "../slack/connection/connect.js";
import { failureOfCall } from "../slack/connection/failures.js";
import { SlackRefusals } from "../slack/connection/refusals.js";
import type { Settings } from "./settings.js";

export interface SlackClient {
  web: WebClient;
  /** To create another client of the same kind. */
  options: WebClientOptions;
  /** What Slack refused lately. */
  refusals: SlackRefusals;
  /** Must be called for every request to Slack. */
  onCall: (call: SlackCall) => void;
}

export function createSlackClient({ config, log, clock }: Settings, network: Network, metrics: Metrics): SlackClient {
  const refusals = new SlackRefusals(clock);
  const onCall = (call: SlackCall) => {
    refusals.observe(call);
    metrics.slackCall(call.method, failureOfCall(call)?.kind ?? "ok");
  };
  const options = clientOptions(config.slack, log, onCall, network);
  return { web: new WebClient(config.slack.botToken, options), options, refusals, onCall };
}
