// The bot's variables, and their defaults.

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

/** Every variable with its default in words, in the order of .env.example. docs/configuration.md says what each one means. */
export const VARIABLES = [
  { name: "SLACK_BOT_TOKEN", default: "required" },
  { name: "SLACK_APP_TOKEN", default: "none" },
  { name: "SLACK_SIGNING_SECRET", default: "required without SLACK_APP_TOKEN" },
  { name: "SLACK_API_URL", default: DEFAULTS.slackApiUrl },
  { name: "HEX_API_TOKEN", default: "required" },
  { name: "HEX_WORKSPACE_URL", default: DEFAULTS.hexOrigin },
  { name: "HEX_STATUS_URL", default: DEFAULTS.hexStatusUrl },
  { name: "PORT", default: String(DEFAULTS.port) },
  { name: "HTTPS_PROXY", default: "HTTP_PROXY" },
  { name: "HTTP_PROXY", default: "none" },
  { name: "NO_PROXY", default: "none" },
  { name: "HEX_BOT_DATA_DIR", default: DEFAULTS.dataDir },
  { name: "DATABASE_URL", default: "none" },
  { name: "HEX_BOT_POLICY", default: `${DEFAULTS.policyFile} if there is one` },
  { name: "HEX_REQUESTS_PER_MINUTE", default: String(DEFAULTS.requestsPerMinute) },
  { name: "HEX_BOT_KEEP_DAYS", default: String(DEFAULTS.keepDays) },
  { name: "HEX_BOT_AUDIT_DAYS", default: String(DEFAULTS.auditDays) },
  { name: "HEX_ALERT_CHANNEL", default: "none" },
  { name: "HEX_PROBE_SECONDS", default: String(DEFAULTS.probeSeconds) },
  { name: "HEX_LATE_MINUTES", default: String(DEFAULTS.lateMinutes) },
  { name: "HEX_STUCK_FACTOR", default: String(DEFAULTS.stuckFactor) },
  { name: "PAGERDUTY_ROUTING_KEY", default: "none" },
  { name: "PAGERDUTY_URL", default: DEFAULTS.pagerDutyUrl },
  { name: "HEX_PAGE_AFTER_MINUTES", default: String(DEFAULTS.pageAfterMinutes) },
  { name: "LOG_LEVEL", default: DEFAULTS.logLevel },
  { name: "LOG_PRETTY", default: "true on a terminal, otherwise false" },
] as const satisfies readonly { name: string; default: string }[];

export type VariableName = (typeof VARIABLES)[number]["name"];

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;
