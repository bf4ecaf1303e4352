// The log: pino, and what keeps secrets out of it.
//
// Secrets are kept out in three ways: errors are reduced to what they say, without the request that they carry; keys that name a
// secret are censored; and every finished line is searched once more for the configured secrets and for anything that looks like a
// token.

import { isatty } from "node:tty";
import { type DestinationStream, type Logger, type LoggerOptions, pino } from "pino";
import { prettyFactory } from "pino-pretty";
import { LogDestination } from "./destination.js";
import { serializeError, serializeErrors } from "./errors.js";
import type { LogLevel } from "./levels.js";
import { lineScrubber, textScrubber } from "./secrets.js";

export type { Logger } from "pino";

/** Control characters in text that is not ours could rewrite a terminal. In a JSON line they are escaped. */
function withoutControls(text: string): string {
  return text.replace(/(?![\n\t])\p{Cc}/gu, "\uFFFD");
}

/** Formats a line for people to read, in this thread. */
function prettyPrinter(colorize: boolean): (line: string) => string {
  const prettify = prettyFactory({ colorize, ignore: "pid,hostname", translateTime: "SYS:standard" });
  return (line) => {
    try {
      return prettify(line);
    } catch {
      // Nested too deep for the formatter. The plain line says the same.
      return line;
    }
  };
}

/** Says that lines were lost, because nobody read them or there was no room for them. */
function lostLines(count: number): string {
  const time = new Date().toISOString();
  return `${JSON.stringify({ level: "warn", time, lost: count, msg: `${count} lines of the log were lost here` })}\n`;
}

export interface LogOptions {
  level: LogLevel;
  /** True for lines that people read, instead of JSON. */
  pretty: boolean;
  /** A stream or a file descriptor; standard output when left out. */
  destination?: DestinationStream | number;
  /** Values that must not appear in any line. Those that are added to a set later count from then on. */
  secrets: readonly string[] | ReadonlySet<string>;
}

/**
 * Creates the log. Each line is written at once if possible, so that the last one before an exit is not lost.
 *
 * @returns a pino logger, whose children are just as safe
 */
export function createLogger({ level, pretty, destination = 1, secrets }: LogOptions): Logger {
  const scrub = textScrubber(secrets instanceof Set ? secrets : new Set(secrets));
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
