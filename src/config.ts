// The environment -> Config. Every problem is reported at once, in one line: the variable, what is wrong, what to do.
// No line ever holds a value: what stands in the wrong variable may be a secret too.

import { z } from "zod";
import type { StorePlace } from "./store/open.js";

export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "fatal", "silent"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** How Slack reaches the bot: over a WebSocket that the bot opens, or with HTTP requests that Slack signs. */
export type SlackMode = { kind: "socket"; appToken: string } | { kind: "http"; signingSecret: string };

export interface HexConfig {
  token: string;
  /** Scheme and host only, such as "https://app.hex.tech". */
  origin: string;
}

export interface Config {
  /** `apiUrl` ends with a slash. */
  slack: { botToken: string; apiUrl: string; mode: SlackMode };
  hex: HexConfig;
  /** Where the summary of Hex's public status page is; null: it is not asked. */
  hexStatusUrl: string | null;
  /** 0 means any free port. */
  port: number;
  store: StorePlace;
  /** Requests to Hex. */
  requestsPerMinute: number;
  /** How long finished runs are remembered. */
  keepDays: number;
  /** The pause between two probes of Hex while all is well, in seconds. */
  probeSeconds: number;
  /** The id of the channel that hears of outages and of a token that expires; null: none does. */
  alertChannel: string | null;
  log: { level: LogLevel; pretty: boolean };
}

/** What a reading gives: the configuration with its warnings, or every problem at once. All are sentences on one line. */
export type Reading<T> = { ok: true; config: T; warnings: string[] } | { ok: false; problems: string[] };

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const DEFAULTS = {
  slackApiUrl: "https://slack.com/api/",
  hexOrigin: "https://app.hex.tech",
  hexStatusUrl: "https://status.hex.tech",
  port: 3000,
  dataDir: "data",
  requestsPerMinute: 30,
  keepDays: 90,
  probeSeconds: 60,
  logLevel: "info",
} as const;

/** Every variable with its meaning and its default in words, in the order of the documentation. */
export const VARIABLES = [
  {
    name: "SLACK_BOT_TOKEN",
    meaning: "The bot's token, xoxb-…: what the bot posts and reads with.",
    default: "required",
  },
  {
    name: "SLACK_APP_TOKEN",
    meaning: "An app-level token, xapp-…, with the scope connections:write. When set, the bot uses Socket Mode.",
    default: "none",
  },
  {
    name: "SLACK_SIGNING_SECRET",
    meaning: "Proves that a request comes from Slack. For HTTP: Slack sends its requests to /slack/events.",
    default: "required without SLACK_APP_TOKEN",
  },
  {
    name: "SLACK_API_URL",
    meaning: "Where Slack's Web API is: GovSlack (https://slack-gov.com/api/) or a local server.",
    default: DEFAULTS.slackApiUrl,
  },
  {
    name: "HEX_API_TOKEN",
    meaning: "A workspace token (hxtw_…) or a personal token (hxtp_…) with the scopes Read projects and Run projects.",
    default: "required",
  },
  {
    name: "HEX_WORKSPACE_URL",
    meaning: "Where you open Hex in the browser, such as https://eu.hex.tech. A path behind it does no harm.",
    default: DEFAULTS.hexOrigin,
  },
  {
    name: "HEX_STATUS_URL",
    meaning: "Hex's public status page, or the summary.json of another Statuspage; off: it is not asked.",
    default: DEFAULTS.hexStatusUrl,
  },
  {
    name: "PORT",
    meaning: "The port for Slack's requests (HTTP) and for the health endpoints (both modes); 0 takes any free one.",
    default: String(DEFAULTS.port),
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
    name: "HEX_REQUESTS_PER_MINUTE",
    meaning: "How many requests the bot sends to Hex in a minute at most; Hex counts by user.",
    default: String(DEFAULTS.requestsPerMinute),
  },
  {
    name: "HEX_BOT_KEEP_DAYS",
    meaning: "For how many days finished runs are remembered.",
    default: String(DEFAULTS.keepDays),
  },
  {
    name: "HEX_ALERT_CHANNEL",
    meaning: "The id (C…) of the channel in which the bot tells of outages of Hex and of a token that expires.",
    default: "none",
  },
  {
    name: "HEX_PROBE_SECONDS",
    meaning: "How often the bot asks Hex whether it is alive.",
    default: String(DEFAULTS.probeSeconds),
  },
  {
    name: "LOG_LEVEL",
    meaning: `How much is logged: ${LOG_LEVELS.join(", ")}.`,
    default: DEFAULTS.logLevel,
  },
  {
    name: "LOG_PRETTY",
    meaning: "true: lines for people; false: JSON lines for machines.",
    default: "true on a terminal, otherwise false",
  },
] as const satisfies readonly { name: string; meaning: string; default: string }[];

export type VariableName = (typeof VARIABLES)[number]["name"];

/** Where each credential comes from. */
const SOURCES = {
  SLACK_BOT_TOKEN: "Slack: api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token (xoxb-…)",
  SLACK_APP_TOKEN:
    "Slack: api.slack.com/apps > your app > Basic Information > App-Level Tokens, scope connections:write (xapp-…)",
  SLACK_SIGNING_SECRET: "Slack: api.slack.com/apps > your app > Basic Information > App Credentials > Signing Secret",
  HEX_API_TOKEN: "Hex: Settings > API tokens, with the scopes Read projects and Run projects",
} as const;
type CredentialName = keyof typeof SOURCES;

/** Credentials that can be told by their looks, and the variable in which each belongs, if any. */
const LOOKS: readonly { pattern: RegExp; what: string; home?: CredentialName }[] = [
  { pattern: /^xoxb-/i, what: "a Slack bot token", home: "SLACK_BOT_TOKEN" },
  { pattern: /^xapp-/i, what: "a Slack app-level token", home: "SLACK_APP_TOKEN" },
  { pattern: /^xoxp-/i, what: "a Slack user token, which the bot does not use" },
  { pattern: /^xox[a-z][-.]/i, what: "a Slack token of a kind that the bot does not use" },
  { pattern: /^hxt[a-z]_/i, what: "a Hex token", home: "HEX_API_TOKEN" },
];

/** Trims white space and quotes around a value. Nothing left counts as not set. */
function clean(raw: string | undefined): string | undefined {
  let value = (raw ?? "").trim();
  for (let before = ""; before !== value; ) {
    before = value;
    value = value.replace(/^(["'`])(.*)\1$|^“(.*)”$|^‘(.*)’$/s, "$2$3$4").trim();
  }
  return value === "" || value === '"' || value === "'" ? undefined : value;
}

/** A schema that cleans a variable's text and reads it; `fail` takes what is wrong and what to do. */
function variable<T>(read: (value: string | undefined, fail: (problem: string) => never) => T) {
  return z
    .string()
    .optional()
    .transform((raw, context) =>
      read(clean(raw), (problem) => {
        context.addIssue({ code: "custom", message: problem });
        return z.NEVER;
      }),
    );
}

/** What is wrong with a credential, as far as its looks tell; undefined when nothing is. */
function credentialFault(name: CredentialName, value: string): string | undefined {
  if (/^bearer\b/i.test(value)) return 'begins with "Bearer"; set it to the token alone';
  const look = LOOKS.find(({ pattern }) => pattern.test(value));
  if (look && look.home !== name) {
    return `holds ${look.what}${look.home ? `, which belongs in ${look.home}` : ""}; take this one from ${SOURCES[name]}`;
  }
  if (/\s/.test(value)) return `contains white space; copy it again, in one piece, from ${SOURCES[name]}`;
  if (!/^[\x21-\x7e]+$/.test(value)) {
    return `contains a character that none of them has; copy it again from ${SOURCES[name]}`;
  }
  return undefined;
}

/** A credential; with `prefix`, one that must begin so and go on. */
function credential(name: CredentialName, prefix = "") {
  return variable((value, fail) => {
    if (value === undefined) return undefined;
    const fault = credentialFault(name, value);
    if (fault) return fail(fault);
    if (!value.startsWith(prefix)) return fail(`does not begin with ${prefix}; take it from ${SOURCES[name]}`);
    if (value === prefix) return fail(`is cut off after ${prefix}; copy all of it from ${SOURCES[name]}`);
    return value;
  });
}

function requiredCredential(name: CredentialName, prefix = "") {
  return credential(name, prefix).transform((value, context) => {
    if (value !== undefined) return value;
    context.addIssue({ code: "custom", message: `is not set; take it from ${SOURCES[name]}` });
    return z.NEVER;
  });
}

const LOOPBACK: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** A URL without credentials, over https or to this machine; without a scheme it is taken as https. */
function webAddress(example: string) {
  return variable((value, fail) => (value === undefined ? undefined : readAddress(value, example, fail)));
}

function readAddress(value: string, example: string, fail: (problem: string) => never): URL {
  const hasScheme = /^(?:[a-z][a-z0-9+.-]*:\/\/|https?:)/i.test(value);
  const text = hasScheme ? value : `https://${value}`;
  if (/\s/.test(value) || !URL.canParse(text)) return fail(`is not a URL; set it to one such as ${example}`);
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    return fail(`has a user name or password in it; remove everything before the @, as in ${example}`);
  }
  const isLoopback = LOOPBACK.has(url.hostname);
  if (!hasScheme && !isLoopback && !url.hostname.includes(".")) {
    return fail(`is not a URL; set it to one such as ${example}`);
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && isLoopback)) {
    return fail(`is not https; begin it with https:// (plain http only for 127.0.0.1, localhost and [::1])`);
  }
  return url;
}

const hexOrigin = webAddress(DEFAULTS.hexOrigin).transform((url) => url?.origin ?? DEFAULTS.hexOrigin);

const slackApiUrl = webAddress(DEFAULTS.slackApiUrl).transform((url) => {
  if (!url) return DEFAULTS.slackApiUrl;
  // Slack's own hosts have nothing at their root, so that a host alone can only mean its API.
  const isSlackRoot = url.pathname === "/" && /^slack(-gov)?\.com$/.test(url.hostname);
  const path = isSlackRoot ? "/api/" : url.pathname;
  return `${url.origin}${path.endsWith("/") ? path : `${path}/`}`;
});

/** An origin has its summary where Statuspage puts it. null: off. */
const hexStatusUrl = variable((value, fail): URL | null => {
  if (value === undefined) return new URL(DEFAULTS.hexStatusUrl);
  return value.toLowerCase() === "off" ? null : readAddress(value, `${DEFAULTS.hexStatusUrl}, or to off`, fail);
}).transform((url, context): string | null => {
  if (url === null) return null;
  if (url.pathname === "/") return new URL("/api/v2/summary.json", url).href;
  if (url.pathname.endsWith("/summary.json")) return url.href;
  const message = `is neither an origin nor a summary.json; set it to one such as ${DEFAULTS.hexStatusUrl}, or to off`;
  context.addIssue({ code: "custom", message });
  return z.NEVER;
});

const port = variable((value, fail) => {
  if (value === undefined) return DEFAULTS.port;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return number <= 65535 ? number : fail("is not a port; set it to a whole number from 0 to 65535, such as 3000");
});

/** A whole number within bounds. */
function wholeNumber(fallback: number, { min, max, what }: { min: number; max: number; what: string }) {
  return variable((value, fail) => {
    if (value === undefined) return fallback;
    const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return fail(`is not ${what}; set it to a whole number from ${min} to ${max}, such as ${fallback}`);
  });
}

/** A channel's id, or a mention of it as Slack writes it; a name can change, and Slack takes none for every channel. */
const alertChannel = variable((value, fail): string | null => {
  if (value === undefined) return null;
  const id = /^(?:<#)?([CG][A-Z0-9]{3,20})(?:\|[^>]*>|>)?$/.exec(value)?.[1];
  if (id !== undefined) return id;
  const what = value.startsWith("#") ? "is a channel's name and not its id" : "is not a channel's id";
  return fail(`${what}; set it to one such as C0123ABCD (Slack: open the channel > its name > About > Channel ID)`);
});

const databaseUrl = variable((value, fail) => {
  if (value === undefined) return undefined;
  const example = "postgres://user:password@db.example.com/hexbot";
  if (!/^postgres(ql)?:\/\/\S+$/i.test(value) || !URL.canParse(value)) {
    return fail(
      `is not the URL of a Postgres; set it to one such as ${example}, or remove it to use the embedded store`,
    );
  }
  return value;
});

const logLevel = variable((value, fail): LogLevel => {
  if (value === undefined) return DEFAULTS.logLevel;
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
  return level ?? fail(`is not a level; set it to one of ${LOG_LEVELS.join(", ")}`);
});

const logPretty = variable((value, fail): boolean | undefined => {
  if (value === undefined) return undefined;
  if (/^(?:true|1|yes)$/i.test(value)) return true;
  if (/^(?:false|0|no)$/i.test(value)) return false;
  return fail("is neither true nor false; set it to one of true, false, 1, 0, yes, no");
});

const hexShape = {
  HEX_API_TOKEN: requiredCredential("HEX_API_TOKEN"),
  HEX_WORKSPACE_URL: hexOrigin,
};
const hexVariables = z.object(hexShape);
const allVariables = z.object({
  SLACK_BOT_TOKEN: requiredCredential("SLACK_BOT_TOKEN", "xoxb-"),
  SLACK_APP_TOKEN: credential("SLACK_APP_TOKEN", "xapp-"),
  SLACK_SIGNING_SECRET: credential("SLACK_SIGNING_SECRET"),
  SLACK_API_URL: slackApiUrl,
  ...hexShape,
  HEX_STATUS_URL: hexStatusUrl,
  PORT: port,
  HEX_BOT_DATA_DIR: variable((value) => value ?? DEFAULTS.dataDir),
  DATABASE_URL: databaseUrl,
  HEX_REQUESTS_PER_MINUTE: wholeNumber(DEFAULTS.requestsPerMinute, { min: 5, max: 600, what: "a number of requests" }),
  HEX_BOT_KEEP_DAYS: wholeNumber(DEFAULTS.keepDays, { min: 1, max: 3650, what: "a number of days" }),
  HEX_ALERT_CHANNEL: alertChannel,
  HEX_PROBE_SECONDS: wholeNumber(DEFAULTS.probeSeconds, { min: 10, max: 3600, what: "a number of seconds" }),
  LOG_LEVEL: logLevel,
  LOG_PRETTY: logPretty,
} satisfies Record<VariableName, z.ZodType>);

const MODE_MISSING =
  "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET: neither is set; for Socket Mode (no public address needed) set " +
  `SLACK_APP_TOKEN from ${SOURCES.SLACK_APP_TOKEN}; for HTTP set SLACK_SIGNING_SECRET from ${SOURCES.SLACK_SIGNING_SECRET}`;

/** Of so many requests that may be made, one may be a probe: the rest is for the runs and for people. */
const REQUESTS_PER_PROBE = 3;
const paceVariables = allVariables.pick({ HEX_REQUESTS_PER_MINUTE: true, HEX_PROBE_SECONDS: true });

/** What is wrong with two numbers that are right each for itself; none when one is not. */
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

/** Only the bot's own variables, each present, so that a missing one is read like an empty one. */
function pick(env: Environment): Record<VariableName, string | undefined> {
  return {
    SLACK_BOT_TOKEN: env.SLACK_BOT_TOKEN,
    SLACK_APP_TOKEN: env.SLACK_APP_TOKEN,
    SLACK_SIGNING_SECRET: env.SLACK_SIGNING_SECRET,
    SLACK_API_URL: env.SLACK_API_URL,
    HEX_API_TOKEN: env.HEX_API_TOKEN,
    HEX_WORKSPACE_URL: env.HEX_WORKSPACE_URL,
    HEX_STATUS_URL: env.HEX_STATUS_URL,
    PORT: env.PORT,
    HEX_BOT_DATA_DIR: env.HEX_BOT_DATA_DIR,
    DATABASE_URL: env.DATABASE_URL,
    HEX_REQUESTS_PER_MINUTE: env.HEX_REQUESTS_PER_MINUTE,
    HEX_BOT_KEEP_DAYS: env.HEX_BOT_KEEP_DAYS,
    HEX_ALERT_CHANNEL: env.HEX_ALERT_CHANNEL,
    HEX_PROBE_SECONDS: env.HEX_PROBE_SECONDS,
    LOG_LEVEL: env.LOG_LEVEL,
    LOG_PRETTY: env.LOG_PRETTY,
  };
}

/** One line an issue: the variable, then what is wrong and what to do. */
function problemLines(error: z.ZodError): string[] {
  return error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

function hexWarnings(hex: HexConfig): string[] {
  const warnings: string[] = [];
  if (!/^hxt[pw]_/.test(hex.token)) {
    warnings.push(
      `HEX_API_TOKEN: begins with neither hxtp_ nor hxtw_; when Hex refuses it, copy it again from ${SOURCES.HEX_API_TOKEN}`,
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
 * @param options.isTerminal whether the log goes to a terminal, which decides LOG_PRETTY when it is not set
 * @returns the configuration and its warnings, or every problem
 */
export function readConfig(env: Environment, options: { isTerminal?: boolean } = {}): Reading<Config> {
  const raw = pick(env);
  const parsed = allVariables.safeParse(raw);
  const problems = parsed.success ? [] : problemLines(parsed.error);
  const mode = slackMode(clean(raw.SLACK_APP_TOKEN), clean(raw.SLACK_SIGNING_SECRET));
  if (!mode) problems.splice(problems[0]?.startsWith("SLACK_BOT_TOKEN") ? 1 : 0, 0, MODE_MISSING);
  problems.push(...paceProblems(raw));
  if (!parsed.success || !mode || problems.length > 0) return { ok: false, problems };

  const read = parsed.data;
  const hex: HexConfig = { token: read.HEX_API_TOKEN, origin: read.HEX_WORKSPACE_URL };
  const warnings = hexWarnings(hex);
  if (mode.kind === "http" && !/^[0-9a-f]{32}$/.test(mode.signingSecret)) {
    warnings.unshift(
      `SLACK_SIGNING_SECRET: is not 32 hexadecimal digits; when requests are refused, copy it again from ${SOURCES.SLACK_SIGNING_SECRET}`,
    );
  }
  const config: Config = {
    slack: { botToken: read.SLACK_BOT_TOKEN, apiUrl: read.SLACK_API_URL, mode },
    hex,
    hexStatusUrl: read.HEX_STATUS_URL,
    port: read.PORT,
    store:
      read.DATABASE_URL === undefined
        ? { kind: "embedded", dataDir: read.HEX_BOT_DATA_DIR }
        : { kind: "shared", url: read.DATABASE_URL },
    requestsPerMinute: read.HEX_REQUESTS_PER_MINUTE,
    keepDays: read.HEX_BOT_KEEP_DAYS,
    probeSeconds: read.HEX_PROBE_SECONDS,
    alertChannel: read.HEX_ALERT_CHANNEL,
    log: { level: read.LOG_LEVEL, pretty: read.LOG_PRETTY ?? options.isTerminal ?? false },
  };
  return { ok: true, config, warnings };
}

/** The app token wins, so that a deployment that has both uses Socket Mode. */
function slackMode(appToken: string | undefined, signingSecret: string | undefined): SlackMode | undefined {
  if (appToken !== undefined) return { kind: "socket", appToken };
  return signingSecret === undefined ? undefined : { kind: "http", signingSecret };
}

/**
 * Reads HEX_API_TOKEN and HEX_WORKSPACE_URL alone, for what needs Hex only.
 *
 * @param env the environment, such as `process.env`
 * @returns the two values and their warnings, or every problem
 */
export function readHexConfig(env: Environment): Reading<HexConfig> {
  const parsed = hexVariables.safeParse(pick(env));
  if (!parsed.success) return { ok: false, problems: problemLines(parsed.error) };
  const config: HexConfig = { token: parsed.data.HEX_API_TOKEN, origin: parsed.data.HEX_WORKSPACE_URL };
  return { ok: true, config, warnings: hexWarnings(config) };
}

/** Every secret value of a configuration: what the log must never show. */
export function secretsOf(config: Config): string[] {
  const { botToken, mode } = config.slack;
  const database = config.store.kind === "shared" ? passwordsOf(config.store.url) : [];
  return [botToken, mode.kind === "socket" ? mode.appToken : mode.signingSecret, config.hex.token, ...database];
}

/** As it stands in the URL, and as the database gets it. */
function passwordsOf(url: string): string[] {
  const { password } = new URL(url);
  const decoded = password.replace(/%[0-9a-f]{2}/gi, (code) => String.fromCharCode(Number.parseInt(code.slice(1), 16)));
  return [url, password, decoded];
}

/** The text to print before the program ends because of problems, with a newline at its end. */
export function describeProblems(problems: readonly string[]): string {
  const count = problems.length === 1 ? "one setting needs" : `${problems.length} settings need`;
  return [
    `Cannot start: ${count} attention.`,
    "",
    ...problems.map((problem) => `  ${problem}`),
    "",
    "Set them in the environment, or in a file named .env (copy .env.example to begin).",
    'Every variable is explained in README.md, section "Configuration".',
    "",
  ].join("\n");
}
