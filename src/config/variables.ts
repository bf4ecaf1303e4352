// The bot's variables: what each one means, and its default.

import { LOG_LEVELS } from "../log/levels.js";

export const DEFAULTS = {
  slackApiUrl: "https://slack.com/api/",
  hexOrigin: "https://app.hex.tech",
  hexStatusUrl: "https://status.hex.tech",
  port: 3000,
  dataDir: "data",
  policyFile: "policy.yml",
  requestsPerMinute: 30,
  keepDays: 90,
  auditDays: 365,
  probeSeconds: 60,
  lateMinutes: 15,
  stuckFactor: 3,
  pagerDutyUrl: "https://events.pagerduty.com",
  pageAfterMinutes: 5,
  logLevel: "info",
} as const;

/** Every variable with its meaning and its default in words, in the order of the documentation. */
export const VARIABLES = [
  {
    name: "SLACK_BOT_TOKEN",
    meaning: "The bot token, xoxb-…, with which the bot posts and reads.",
    default: "required",
  },
  {
    name: "SLACK_APP_TOKEN",
    meaning: "An app-level token, xapp-…, with the scope connections:write. When set, the bot uses Socket Mode.",
    default: "none",
  },
  {
    name: "SLACK_SIGNING_SECRET",
    meaning: "Proves that a request comes from Slack. For HTTP, where Slack sends its requests to /slack/events.",
    default: "required without SLACK_APP_TOKEN",
  },
  {
    name: "SLACK_API_URL",
    meaning: "Where Slack's Web API is, for GovSlack (https://slack-gov.com/api/) or a local server.",
    default: DEFAULTS.slackApiUrl,
  },
  {
    name: "HEX_API_TOKEN",
    meaning: "A workspace token (hxtw_…) or a personal token (hxtp_…) with the scopes Read projects and Run projects.",
    default: "required",
  },
  {
    name: "HEX_WORKSPACE_URL",
    meaning:
      "Where you open Hex in the browser, such as https://eu.hex.tech. The workspace's path after it is used for links.",
    default: DEFAULTS.hexOrigin,
  },
  {
    name: "HEX_STATUS_URL",
    meaning: "Hex's public status page, or the summary.json of another Statuspage; off to ask for none.",
    default: DEFAULTS.hexStatusUrl,
  },
  {
    name: "PORT",
    meaning: "The port for Slack's requests (HTTP) and for the health endpoints (both modes); 0 for any free one.",
    default: String(DEFAULTS.port),
  },
  {
    name: "HTTPS_PROXY",
    meaning:
      "The proxy through which the bot reaches Slack and Hex, such as http://user:password@proxy.example.com:3128.",
    default: "HTTP_PROXY",
  },
  {
    name: "HTTP_PROXY",
    meaning: "The same for addresses without https, and for all of them when HTTPS_PROXY is not set.",
    default: "none",
  },
  {
    name: "NO_PROXY",
    meaning: "Hosts to reach without the proxy, separated by commas; * for all.",
    default: "none",
  },
  {
    name: "HEX_BOT_DATA_DIR",
    meaning: "The folder in which the bot keeps its database file.",
    default: DEFAULTS.dataDir,
  },
  {
    name: "DATABASE_URL",
    meaning: "A Postgres that several replicas share (postgres://…). When set, HEX_BOT_DATA_DIR is not used.",
    default: "none",
  },
  {
    name: "HEX_BOT_POLICY",
    meaning: "The file with the rules of who may do what; none for no rules, even if there were some before.",
    default: `${DEFAULTS.policyFile} if there is one`,
  },
  {
    name: "HEX_REQUESTS_PER_MINUTE",
    meaning: "The most requests that the bot sends to Hex in a minute. Hex counts them per user.",
    default: String(DEFAULTS.requestsPerMinute),
  },
  {
    name: "HEX_BOT_KEEP_DAYS",
    meaning: "How many days the bot remembers finished runs.",
    default: String(DEFAULTS.keepDays),
  },
  {
    name: "HEX_BOT_AUDIT_DAYS",
    meaning: "How many days the bot remembers who did what.",
    default: String(DEFAULTS.auditDays),
  },
  {
    name: "HEX_ALERT_CHANNEL",
    meaning: "The id (C…) of the channel that the bot tells about outages of Hex and an expiring token.",
    default: "none",
  },
  {
    name: "HEX_PROBE_SECONDS",
    meaning: "How often the bot asks Hex whether it is alive.",
    default: String(DEFAULTS.probeSeconds),
  },
  {
    name: "HEX_LATE_MINUTES",
    meaning: "How many minutes after its due time a scheduled run of a watched project counts as late.",
    default: String(DEFAULTS.lateMinutes),
  },
  {
    name: "HEX_STUCK_FACTOR",
    meaning: "How many times its usual time a run of a watched project may take before it counts as stuck.",
    default: String(DEFAULTS.stuckFactor),
  },
  {
    name: "PAGERDUTY_ROUTING_KEY",
    meaning: "The integration key (Events API v2) of the PagerDuty service that is paged. Without it, nobody is paged.",
    default: "none",
  },
  {
    name: "PAGERDUTY_URL",
    meaning: "Where PagerDuty takes events: https://events.eu.pagerduty.com in the EU, or a compatible receiver.",
    default: DEFAULTS.pagerDutyUrl,
  },
  {
    name: "HEX_PAGE_AFTER_MINUTES",
    meaning: "How many minutes somebody has to press I'm on it before the bot pages; 0 pages at once.",
    default: String(DEFAULTS.pageAfterMinutes),
  },
  {
    name: "LOG_LEVEL",
    meaning: `How much to log: ${LOG_LEVELS.join(", ")}.`,
    default: DEFAULTS.logLevel,
  },
  {
    name: "LOG_PRETTY",
    meaning: "true for lines that people read, false for JSON lines.",
    default: "true on a terminal, otherwise false",
  },
] as const satisfies readonly { name: string; meaning: string; default: string }[];

export type VariableName = (typeof VARIABLES)[number]["name"];

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Only the bot's own variables. Each is present, so that a missing one reads like an empty one. For the proxy's variables, the
 * lower-case name comes first, as in curl.
 */
export function pick(env: Environment): Record<VariableName, string | undefined> {
  return {
    SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN,
    SLACK_APP_TOKEN: env.SLACK_APP_TOKEN,
    SLACK_SIGNING_SECRET: env.SLACK_SIGNING_SECRET,
    SLACK_API_URL: env.SLACK_API_URL,
    HEX_API_TOKEN: env.HEX_API_TOKEN,
    HEX_WORKSPACE_URL: env.HEX_WORKSPACE_URL,
    HEX_STATUS_URL: env.HEX_STATUS_URL,
    PORT: env.PORT,
    HTTPS_PROXY: env.https_proxy ?? env.HTTPS_PROXY,
    HTTP_PROXY: env.http_proxy ?? env.HTTP_PROXY,
    NO_PROXY: env.no_proxy ?? env.NO_PROXY,
    HEX_BOT_DATA_DIR: env.HEX_BOT_DATA_DIR,
    DATABASE_URL: env.DATABASE_URL,
    HEX_BOT_POLICY: env.HEX_BOT_POLICY,
    HEX_REQUESTS_PER_MINUTE: env.HEX_REQUESTS_PER_MINUTE,
    HEX_BOT_KEEP_DAYS: env.HEX_BOT_KEEP_DAYS,
    HEX_BOT_AUDIT_DAYS: env.HEX_BOT_AUDIT_DAYS,
    HEX_ALERT_CHANNEL: env.HEX_ALERT_CHANNEL,
    HEX_PROBE_SECONDS: env.HEX_PROBE_SECONDS,
    HEX_LATE_MINUTES: env.HEX_LATE_MINUTES,
    HEX_STUCK_FACTOR: env.HEX_STUCK_FACTOR,
    PAGERDUTY_ROUTING_KEY: env.PAGERDUTY_ROUTING_KEY,
    PAGERDUTY_URL: env.PAGERDUTY_URL,
    HEX_PAGE_AFTER_MINUTES: env.HEX_PAGE_AFTER_MINUTES,
    LOG_LEVEL: env.LOG_LEVEL,
    LOG_PRETTY: env.LOG_PRETTY,
  };
}
