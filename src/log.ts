// The log: pino, what is kept out of it, and the adapter to Bolt's Logger.
//
// A secret is kept out three times: errors are reduced to what they say, never with the request that they carry; keys that
// name a secret are censored; and every finished line is read once more for the configured secrets and for whatever looks
// like a token, wherever it stands.

import { isatty } from "node:tty";
import { inspect } from "node:util";
import { LogLevel as BoltLevel, type Logger as BoltLogger } from "@slack/bolt";
import { type DestinationStream, type Logger, type LoggerOptions, destination as openDestination, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import type { LogLevel } from "./config.js";

export type { Logger } from "pino";

const CENSOR = "[secret]";

/** Keys whose value never belongs in a log. Spelling with _, - or capitals makes no difference in a finished line. */
const SECRET_KEYS = [
  "authorization",
  "proxy-authorization",
  "cookie",
  "set-cookie",
  "x-slack-signature",
  "token",
  "access_token",
  "accessToken",
  "refresh_token",
  "bot_token",
  "botToken",
  "app_token",
  "appToken",
  "signing_secret",
  "signingSecret",
  "client_secret",
  "clientSecret",
  "secret",
  "password",
  "ticket",
  "response_url",
  "responseUrl",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "HEX_API_TOKEN",
];
const normalKey = (key: string) => key.toLowerCase().replace(/[-_]/g, "");
const SECRET_KEY_SET: ReadonlySet<string> = new Set(SECRET_KEYS.map(normalKey));

/** Keeps "there is none" readable, which helps to find a missing credential. */
const censor = (value: unknown): unknown =>
  value === null || value === "" || typeof value === "boolean" ? value : CENSOR;

/** What looks like a credential, whoever it belongs to, also inside JSON, form data and percent-encoding. */
const PATTERNS: readonly [RegExp, string][] = [
  [/\bxox[a-z](?:\.xox[a-z])?-[\w-]+/gi, CENSOR],
  [/\bxapp-[\w-]+/gi, CENSOR],
  [/\bhxt[a-z]_[\w-]+/gi, CENSOR],
  [/\bBearer(?:\s|\+|%20)+[^\s"'\\,;]+/gi, `Bearer ${CENSOR}`],
  // Slack escapes the slashes of its JSON.
  [/(https:(?:\\*\/){2}hooks\.slack(?:-gov)?\.com)(?:\\*\/[^\s"'\\<>|]*)+/gi, `$1/${CENSOR}`],
  [/(https%3A%2F%2Fhooks\.slack(?:-gov)?\.com)%2F[^\s"'&\\]+/gi, `$1%2F${CENSOR}`],
  [/\b(ticket(?:=|%3D))[^\s"'&\\]+/gi, `$1${CENSOR}`],
];

/** `"response_url":"…"` and the like in a text: JSON in JSON, or as `inspect` prints it; cut off or not. */
const QUOTED_PAIR = new RegExp(
  `\\b(${SECRET_KEYS.join("|")})(\\\\*["']?\\s*[:=]>?\\s*)(\\\\*["'])(?:.*?)(?:(?<!\\\\)\\3|$)`,
  "gis",
);
/** `token=…` as form data has it. */
const FORM_PAIR = new RegExp(`\\b(${SECRET_KEYS.join("|")})=(?!["'\\\\])[^\\s&"']+`, "gi");

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
const jsonEscaped = (text: string) => JSON.stringify(text).slice(1, -1);

/** A function that takes every secret out of a text: the configured ones in all their spellings, then all that look so. */
function textScrubber(secrets: readonly string[]): (text: string) => string {
  const spellings = secrets
    .filter((secret) => secret !== "")
    .flatMap((secret) => [
      secret,
      jsonEscaped(secret),
      jsonEscaped(jsonEscaped(secret)),
      encodeURIComponent(secret),
      Buffer.from(secret).toString("base64"),
    ])
    .sort((a, b) => b.length - a.length);
  const configured = spellings.length > 0 ? new RegExp([...new Set(spellings)].map(escapeRegExp).join("|"), "g") : null;
  return (text) => {
    let clean = configured ? text.replace(configured, CENSOR) : text;
    for (const [pattern, replacement] of PATTERNS) clean = clean.replace(pattern, replacement);
    return clean.replace(QUOTED_PAIR, `$1$2$3${CENSOR}$3`).replace(FORM_PAIR, `$1=${CENSOR}`);
  };
}

/** A function that takes every secret out of a finished JSON line, which stays a JSON line. */
function lineScrubber(scrubText: (text: string) => string): (line: string) => string {
  const scrub = (value: unknown): unknown => {
    if (typeof value === "string") return scrubText(value);
    if (Array.isArray(value)) return value.map(scrub);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [
        scrubText(key),
        SECRET_KEY_SET.has(normalKey(key)) ? censor(inner) : scrub(inner),
      ]),
    );
  };
  return (line) => {
    try {
      const parsed: unknown = JSON.parse(line);
      return `${JSON.stringify(scrub(parsed))}\n`;
    } catch {
      // Nested too deep to walk through: rather a line that no parser reads than a secret.
      return `${scrubText(line.trimEnd())}\n`;
    }
  };
}

/** What an error may say of itself beside its message. Everything else may hold a request, and with it a token. */
const ERROR_FACTS = [
  "code",
  "kind",
  "status",
  "statusCode",
  "syscall",
  "hostname",
  "operation",
  "host",
  "detail",
  "traceId",
  "reference",
  "retryAfter",
  "retryAfterMs",
];
/** How many causes are followed, which also ends a circle. */
const MAX_CAUSES = 4;

const isPrimitive = (value: unknown) =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function pickFacts(source: unknown, into: Record<string, unknown>): void {
  if (!isRecord(source)) return;
  for (const key of ERROR_FACTS) {
    const value = source[key];
    if (isPrimitive(value)) into[key] = value;
  }
}

/**
 * Reduces an error to what a reader of the log needs: type, message, stack, code, kind, the facts of a HexError, what Slack
 * answered, and its causes. The request, the response, their headers and any configuration that it carries stay out.
 * What is no error is returned as it is.
 */
export function serializeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return error;
  const said: Record<string, unknown> = { type: error.name, message: error.message, stack: error.stack };
  pickFacts("facts" in error ? error.facts : undefined, said);
  pickFacts(error, said);
  if ("data" in error && isRecord(error.data)) {
    // A refusal by Slack's Web API: its word for it, and for refused blocks the places.
    const { error: word, needed, response_metadata: metadata } = error.data;
    said.slack = { error: word, needed, messages: isRecord(metadata) ? metadata.messages : undefined };
  }
  if (depth < MAX_CAUSES) {
    const cause = error.cause ?? ("original" in error ? error.original : undefined);
    if (cause instanceof Error) said.cause = serializeError(cause, depth + 1);
    else if (isPrimitive(cause)) said.cause = cause;
    const parts = "errors" in error ? error.errors : "originals" in error ? error.originals : undefined;
    if (Array.isArray(parts)) {
      said.errors = parts
        .filter((part: unknown) => part instanceof Error)
        .slice(0, 5)
        .map((part) => serializeError(part, depth + 1));
    }
  }
  return said;
}

/** Errors under any key of the logged object, not only under `err`. */
function serializeErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, serializeError(value)]));
}

/** Control characters in a text that is not ours could rewrite a terminal; a JSON line has them escaped. */
function withoutControls(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
}

/** A destination that prints each line for people, at once and in this thread. */
function prettyStream(target: DestinationStream, colorize: boolean): DestinationStream {
  const prettify = prettyFactory({ colorize, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" });
  const print = (line: string) => {
    try {
      return prettify(line);
    } catch {
      // Nested too deep for it: the plain line says the same.
      return line;
    }
  };
  return { write: (line) => target.write(print(line)) };
}

export interface LogOptions {
  level: LogLevel;
  /** Lines for people instead of JSON. */
  pretty: boolean;
  /** A stream or a file descriptor; standard output when left out. */
  destination?: DestinationStream | number;
  /** Values that must not appear in any line. */
  secrets: readonly string[];
}

/**
 * Creates the log. It writes synchronously, so that the last line before an exit is not lost.
 *
 * @returns a pino logger; its children are as safe as itself
 */
export function createLogger({ level, pretty, destination = 1, secrets }: LogOptions): Logger {
  const target = typeof destination === "number" ? openDestination({ dest: destination, sync: true }) : destination;
  const scrub = textScrubber(secrets);
  const options: LoggerOptions = {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { err: serializeError, error: serializeError },
    formatters: { level: (label) => ({ level: label }), log: serializeErrors },
    hooks: { streamWrite: lineScrubber(pretty ? (text) => withoutControls(scrub(text)) : scrub) },
  };
  const colorize = typeof destination === "number" && isatty(destination);
  return pino(options, pretty ? prettyStream(target, colorize) : target);
}

const BOLT_ORDER: readonly BoltLevel[] = [BoltLevel.DEBUG, BoltLevel.INFO, BoltLevel.WARN, BoltLevel.ERROR];

/** Bolt's level for pino's. DEBUG only for trace, because Bolt and its Socket Mode client then log whole payloads. */
function boltLevelOf(level: string): BoltLevel {
  if (level === "trace") return BoltLevel.DEBUG;
  if (level === "debug" || level === "info") return BoltLevel.INFO;
  return level === "warn" ? BoltLevel.WARN : BoltLevel.ERROR;
}

/**
 * Makes a log usable as Bolt's `logger`. Bolt's debug becomes trace. Bolt may make its part quieter with `setLevel`, but
 * not louder than the log itself.
 */
export function boltLogger(logger: Logger): BoltLogger {
  let target = logger;
  let wanted = BoltLevel.DEBUG;
  const getLevel = () => {
    const own = boltLevelOf(logger.level);
    return BOLT_ORDER.indexOf(own) > BOLT_ORDER.indexOf(wanted) ? own : wanted;
  };
  const writer =
    (boltLevel: BoltLevel, level: "trace" | "info" | "warn" | "error") =>
    (...parts: unknown[]): void => {
      if (BOLT_ORDER.indexOf(boltLevel) < BOLT_ORDER.indexOf(wanted) || !target.isLevelEnabled(level)) return;
      const error = parts.find((part) => part instanceof Error);
      const text = parts
        .filter((part) => !error || part !== error)
        .map(describePart)
        .join(" ");
      // As an argument, so that a % in the text is no placeholder.
      if (error) target[level]({ err: error }, "%s", text === "" ? error.message : text);
      else target[level]("%s", text);
    };
  return {
    debug: writer(BoltLevel.DEBUG, "trace"),
    info: writer(BoltLevel.INFO, "info"),
    warn: writer(BoltLevel.WARN, "warn"),
    error: writer(BoltLevel.ERROR, "error"),
    getLevel,
    setLevel: (level) => {
      wanted = level;
    },
    setName: (name) => {
      target = logger.child({ name });
    },
  };
}

/** One argument of a Bolt log call as text. */
function describePart(part: unknown): string {
  if (typeof part === "string") return part;
  if (part instanceof Error) return `${part.name}: ${part.message}`;
  return inspect(part, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 2000 });
}
