// The log: pino, and what is kept out of it.
//
// A secret is kept out three times: errors are reduced to what they say, never with the request that they carry; keys that
// name a secret are censored; and every finished line is read once more for the configured secrets and for whatever looks
// like a token, wherever it stands.

import { isatty } from "node:tty";
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { LogDestination } from "./destination.js";
import { serializeError, serializeErrors } from "./errors.js";
import type { LogLevel } from "./levels.js";
import { lineScrubber, textScrubber } from "./secrets.js";

export type { Logger } from "pino";

/** Control characters in a text that is not ours could rewrite a terminal; a JSON line has them escaped. */
function withoutControls(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
}

/** Prints a line for people, in this thread. */
function prettyPrinter(colorize: boolean): (line: string) => string {
  const prettify = prettyFactory({ colorize, ignore: "pid,hostname", translateTime: "SYS:HH:MM:ss.l" });
  return (line) => {
    try {
      return prettify(line);
    } catch {
      // Nested too deep for it: the plain line says the same.
      return line;
    }
  };
}

/** Lines were lost, since nobody took them, or there was no room for them. */
function lostLines(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: "warn", time, lost: count, msg: `${count} lines of the log were lost here` })}\n`;
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
 * Creates the log. Each line is written at once where that is possible, so that the last one before an exit is not lost.
 *
 * @returns a pino logger; its children are as safe as itself
 */
export function createLogger({ level, pretty, destination = 1, secrets }: LogOptions): Logger {
  const scrub = textScrubber(secrets);
  const options: LoggerOptions = {
    level,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    serializers: { err: serializeError, error: serializeError },
    formatters: { level: (label) => ({ level: label }), log: serializeErrors },
    hooks: { streamWrite: lineScrubber(pretty ? (text) => withoutControls(scrub(text)) : scrub) },
  };
  const colorize = typeof destination === "number" && isatty(destination);
  const print = pretty ? prettyPrinter(colorize) : (line: string) => line;
  const target =
    typeof destination === "number"
      ? new LogDestination({ fd: destination, lostLines: (count) => print(lostLines(count)) })
      : destination;
  return pino(options, { write: (line) => target.write(print(line)) });
}
