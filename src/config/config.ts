// The environment -> Config. All problems are reported at once, one per line: the variable, what is wrong, what to do.
// No line ever contains a value, because any variable may contain a secret by mistake.

import { z } from "zod";
import type { Proxies } from "../lib/network.js";
import { MINUTE } from "../lib/time.js";
import type { LogLevel } from "../log/levels.js";
import type { StorePlace } from "../store/open-store.js";
import { hexAddress, hexStatusUrl, pagerDutyUrl, slackApiUrl } from "./addresses.js";
import { credential, requiredCredential, SOURCES } from "./credentials.js";
import { databaseUrl, withSslMode } from "./database-url.js";
import { noProxy, proxyUrl } from "./proxies.js";
import { clean, variable } from "./schema.js";
import { alertChannel, logLevel, logPretty, type PolicySetting, policyFile, port, wholeNumber } from "./values.js";
import { DEFAULTS, type Environment, type VariableName } from "./variables.js";

/** How Slack reaches the bot: over a WebSocket that the bot opens, or with HTTP requests that Slack signs. */
export type SlackMode = { kind: "socket"; appToken: string } | { kind: "http"; signingSecret: string };

export interface HexConfig {
  token: string;
  /** Scheme and host only, such as "https://app.hex.tech". */
  origin: string;
  /** The workspace as in Hex's links: its short name or its id. `null` when the operator gave no path. */
  workspace: string | null;
}

export interface Config {
  /** `apiUrl` ends with a slash. */
  slack: { botToken: string; apiUrl: string; mode: SlackMode };
  hex: HexConfig;
  /** Where the summary of Hex's public status page is; `null` when the bot must not ask for it. */
  hexStatusUrl: string | null;
  /** 0 means any free port. */
  port: number;
  store: StorePlace;
  /** `null` when the bot connects directly. */
  proxies: Proxies | null;
  policy: PolicySetting;
  /** The most requests to Hex in a minute. */
  requestsPerMinute: number;
  /** How many days the bot remembers finished runs. */
  keepDays: number;
  auditDays: number;
  /** The pause between two probes of Hex while all is well, in seconds. */
  probeSeconds: number;
  lateMinutes: number;
  stuckFactor: number;
  /** The id of the channel for outages and for the warning that the token will expire; `null` when there is none. */
  alertChannel: string | null;
  /** Where to page whoever is on call, and after how long (ms) without *I'm on it*; `null` when no key is set. `url` has no slash at its end. */
  paging: { url: string; routingKey: string; afterMs: number } | null;
  log: { level: LogLevel; pretty: boolean };
}

/** The result of reading: the configuration and its warnings, or every problem. Each warning or problem is one line. */
export type Reading<T> = { ok: true; config: T; warnings: string[] } | { ok: false; problems: string[] };

const hexShape = {
  HEX_API_TOKEN: requiredCredential("HEX_API_TOKEN"),
  HEX_WORKSPACE_URL: hexAddress,
};
const proxyShape = { HTTPS_PROXY: proxyUrl, HTTP_PROXY: proxyUrl, NO_PROXY: noProxy };
const proxyVariables = z.object(proxyShape);
const hexVariables = z.object({ ...hexShape, ...proxyShape });
const allVariables = z.object({
  SLACK_BOT_TOKEN: requiredCredential("SLACK_BOT_TOKEN"),
  SLACK_APP_TOKEN: credential("SLACK_APP_TOKEN"),
  SLACK_SIGNING_SECRET: credential("SLACK_SIGNING_SECRET"),
  SLACK_API_URL: slackApiUrl,
  ...hexShape,
  HEX_STATUS_URL: hexStatusUrl,
  PORT: port,
  ...proxyShape,
  HEX_BOT_DATA_DIR: variable((value) => value ?? DEFAULTS.dataDir),
  DATABASE_URL: databaseUrl,
  HEX_BOT_POLICY: policyFile,
  HEX_REQUESTS_PER_MINUTE: wholeNumber(DEFAULTS.requestsPerMinute, { min: 5, max: 600, what: "a number of requests" }),
  HEX_BOT_KEEP_DAYS: wholeNumber(DEFAULTS.keepDays, { min: 1, max: 3650, what: "a number of days" }),
  HEX_BOT_AUDIT_DAYS: wholeNumber(DEFAULTS.auditDays, { min: 1, max: 36_500, what: "a number of days" }),
  HEX_ALERT_CHANNEL: alertChannel,
  HEX_PROBE_SECONDS: wholeNumber(DEFAULTS.probeSeconds, { min: 10, max: 3600, what: "a number of seconds" }),
  // Hex may start a scheduled run ten minutes after it is due.
  HEX_LATE_MINUTES: wholeNumber(DEFAULTS.lateMinutes, { min: 11, max: 1440, what: "a number of minutes" }),
  HEX_STUCK_FACTOR: wholeNumber(DEFAULTS.stuckFactor, { min: 2, max: 100, what: "a factor" }),
  PAGERDUTY_ROUTING_KEY: credential("PAGERDUTY_ROUTING_KEY"),
  PAGERDUTY_URL: pagerDutyUrl,
  HEX_PAGE_AFTER_MINUTES: wholeNumber(DEFAULTS.pageAfterMinutes, { min: 0, max: 1440, what: "a number of minutes" }),
  LOG_LEVEL: logLevel,
  LOG_PRETTY: logPretty,
} satisfies Record<VariableName, z.ZodType>);

const MODE_MISSING =
  "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: neither is set; for Socket Mode (no public address needed) set " +
  `SLACK_APP_TOKEN from ${SOURCES.SLACK_APP_TOKEN}; for HTTP set SLACK_SIGNING_SECRET from ${SOURCES.SLACK_SIGNING_SECRET}`;

/**
 * The environment, with what can be written in more than one way under the bot's own names. For the proxy's variables, the lower-case
 * name comes first, as in curl.
 */
function named(env: Environment): Environment {
  return {
    ...env,
    HTTPS_PROXY: env.https_proxy ?? env.HTTPS_PROXY,
    HTTP_PROXY: env.http_proxy ?? env.HTTP_PROXY,
    NO_PROXY: env.no_proxy ?? env.NO_PROXY,
    DATABASE_URL: withSslMode(clean(env.DATABASE_URL), clean(env.PGSSLMODE)),
  };
}

/** At most one in this many requests may be a probe: the rest are for runs and for people. */
const REQUESTS_PER_PROBE = 3;
const paceVariables = allVariables.pick({ HEX_REQUESTS_PER_MINUTE: true, HEX_PROBE_SECONDS: true });

/** What is wrong with two numbers that are each valid on their own; nothing when either is not. */
function paceProblems(raw: Environment): string[] {
  const { data } = paceVariables.safeParse(raw);
  if (data === undefined) return [];
  const { HEX_REQUESTS_PER_MINUTE: perMinute, HEX_PROBE_SECONDS: seconds } = data;
  const longer = Math.ceil((60 * REQUESTS_PER_PROBE) / perMinute);
  const more = Math.ceil((60 * REQUESTS_PER_PROBE) / seconds);
  if (seconds >= longer) return [];
  return [
    `HEX_PROBE_SECONDS: the probes take more than a third of HEX_REQUESTS_PER_MINUTE; set it to ${longer} or more, or HEX_REQUESTS_PER_MINUTE to ${more} or more`,
  ];
}

/** One line per issue: the variable, what is wrong, and what to do. */
function problemLines(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

function hexWarnings(hex: HexConfig): string[] {
  const warnings: string[] = [];
  if (!/^hxt[pw]_/.test(hex.token)) {
    warnings.push(
      `HEX_API_TOKEN: begins with neither hxtp_ nor hxtw_; if Hex refuses it, copy it again from ${SOURCES.HEX_API_TOKEN}`,
    );
  }
  if (/^https:\/\/(www\.)?hex\.tech$/.test(hex.origin)) {
    warnings.push(
      `HEX_WORKSPACE_URL: hex.tech is Hex's website; set it to the address of your workspace, such as ${DEFAULTS.hexOrigin}`,
    );
  }
  return warnings;
}

/**
 * Reads the whole configuration.
 *
 * @param env the environment, such as `process.env`
 * @param options.isTerminal whether the log goes to a terminal, which decides LOG_PRETTY when that is not set
 * @returns the configuration and its warnings, or every problem
 */
export function readConfig(env: Environment, options: { isTerminal?: boolean } = {}): Reading<Config> {
  const raw = named(env);
  const parsed = allVariables.safeParse(raw);
  const problems = parsed.success ? [] : problemLines(parsed.error);
  const mode = slackMode(clean(raw.SLACK_APP_TOKEN), clean(raw.SLACK_SIGNING_SECRET));
  if (!mode) problems.splice(problems[0]?.startsWith("SLACK_BOT_TOKEN") ? 1 : 0, 0, MODE_MISSING);
  problems.push(...paceProblems(raw));
  if (!parsed.success || !mode || problems.length > 0) return { ok: false, problems };

  const read = parsed.data;
  const hex: HexConfig = { token: read.HEX_API_TOKEN, ...read.HEX_WORKSPACE_URL };
  const warnings = hexWarnings(hex);
  if (isOddPagerDutyKey(read.PAGERDUTY_ROUTING_KEY, read.PAGERDUTY_URL)) {
    warnings.push(
      `PAGERDUTY_ROUTING_KEY: does not have 32 characters, as PagerDuty's keys do; if PagerDuty refuses it, copy it again from ${SOURCES.PAGERDUTY_ROUTING_KEY}`,
    );
  }
  if (mode.kind === "http" && !/^[0-9a-f]{32}$/.test(mode.signingSecret)) {
    warnings.unshift(
      `SLACK_SIGNING_SECRET: is not 32 hexadecimal digits; if the bot refuses Slack's requests, copy it again from ${SOURCES.SLACK_SIGNING_SECRET}`,
    );
  }
  const config: Config = {
    slack: { botToken: read.SLACK_BOT_TOKEN, apiUrl: read.SLACK_API_URL, mode },
    hex,
    hexStatusUrl: read.HEX_STATUS_URL,
    port: read.PORT,
    store: placeOf(read),
    proxies: proxiesOf(read),
    policy: read.HEX_BOT_POLICY,
    requestsPerMinute: read.HEX_REQUESTS_PER_MINUTE,
    keepDays: read.HEX_BOT_KEEP_DAYS,
    auditDays: read.HEX_BOT_AUDIT_DAYS,
    probeSeconds: read.HEX_PROBE_SECONDS,
    alertChannel: read.HEX_ALERT_CHANNEL,
    paging: pagingOf(read),
    lateMinutes: read.HEX_LATE_MINUTES,
    stuckFactor: read.HEX_STUCK_FACTOR,
    log: { level: read.LOG_LEVEL, pretty: read.LOG_PRETTY ?? options.isTerminal ?? false },
  };
  return { ok: true, config, warnings };
}

/** Compatible receivers may have keys of their own form. */
function isOddPagerDutyKey(key: string | undefined, url: string): boolean {
  return key !== undefined && key.length !== 32 && /(^|\.)pagerduty\.com$/.test(new URL(url).hostname);
}

function pagingOf(read: z.output<typeof allVariables>): Config["paging"] {
  const { PAGERDUTY_ROUTING_KEY: routingKey, PAGERDUTY_URL: url, HEX_PAGE_AFTER_MINUTES: minutes } = read;
  return routingKey === undefined ? null : { url, routingKey, afterMs: minutes * MINUTE };
}

function proxiesOf(read: z.output<typeof proxyVariables>): Proxies | null {
  const { HTTPS_PROXY: https = null, HTTP_PROXY: http = null, NO_PROXY: exceptions = "" } = read;
  return https === null && http === null ? null : { https, http, exceptions };
}

/** The app token wins: a deployment that has both uses Socket Mode. */
function slackMode(appToken: string | undefined, signingSecret: string | undefined): SlackMode | undefined {
  if (appToken !== undefined) return { kind: "socket", appToken };
  return signingSecret === undefined ? undefined : { kind: "http", signingSecret };
}

/**
 * Reads only HEX_API_TOKEN, HEX_WORKSPACE_URL and the proxy, for programs that need nothing but Hex.
 *
 * @param env the environment, such as `process.env`
 * @returns what they say and the warnings, or every problem
 */
export function readHexConfig(env: Environment): Reading<{ hex: HexConfig; proxies: Proxies | null }> {
  const parsed = hexVariables.safeParse(named(env));
  if (!parsed.success) return { ok: false, problems: problemLines(parsed.error) };
  const hex: HexConfig = { token: parsed.data.HEX_API_TOKEN, ...parsed.data.HEX_WORKSPACE_URL };
  return { ok: true, config: { hex, proxies: proxiesOf(parsed.data) }, warnings: hexWarnings(hex) };
}

const slackVariables = allVariables.pick({ SLACK_BOT_TOKEN: true, SLACK_API_URL: true }).extend(proxyShape);

/**
 * Reads only SLACK_BOT_TOKEN, SLACK_API_URL and the proxy, for programs that ask Slack and are not reached from there.
 *
 * @param env the environment, such as `process.env`
 */
export function readSlackConfig(
  env: Environment,
): Reading<{ slack: Pick<Config["slack"], "botToken" | "apiUrl">; proxies: Proxies | null }> {
  const parsed = slackVariables.safeParse(named(env));
  if (!parsed.success) return { ok: false, problems: problemLines(parsed.error) };
  const { SLACK_BOT_TOKEN: botToken, SLACK_API_URL: apiUrl } = parsed.data;
  return { ok: true, config: { slack: { botToken, apiUrl }, proxies: proxiesOf(parsed.data) }, warnings: [] };
}

const storeVariables = allVariables.pick({ HEX_BOT_DATA_DIR: true, DATABASE_URL: true });

/**
 * Reads only where the store is, for programs that need nothing else.
 *
 * @param env the environment, such as `process.env`
 */
export function readStorePlace(env: Environment): Reading<StorePlace> {
  const parsed = storeVariables.safeParse(named(env));
  if (!parsed.success) return { ok: false, problems: problemLines(parsed.error) };
  return { ok: true, config: placeOf(parsed.data), warnings: [] };
}

function placeOf({ DATABASE_URL, HEX_BOT_DATA_DIR }: z.output<typeof storeVariables>): StorePlace {
  return DATABASE_URL === undefined
    ? { kind: "embedded", dataDir: HEX_BOT_DATA_DIR }
    : { kind: "shared", url: DATABASE_URL };
}

/** The text to print before the program ends because of problems, ending in a newline. */
export function describeProblems(problems: readonly string[]): string {
  const count = problems.length === 1 ? "one setting needs" : `${problems.length} settings need`;
  return [
    `Cannot start: ${count} attention.`,
    "",
    ...problems.map((problem) => `  ${problem}`),
    "",
    "Set them in the environment or in a file named .env (start with a copy of .env.example).",
    "Every variable is explained in docs/configuration.md.",
    "",
  ].join("\n");
}
