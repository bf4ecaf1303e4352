// The log as Bolt's Logger.

import { inspect } from "node:util";
import { LogLevel as BoltLevel, type Logger as BoltLogger } from "@slack/bolt";
import type { Logger } from "pino";

const BOLT_ORDER: readonly BoltLevel[] = [BoltLevel.DEBUG, BoltLevel.INFO, BoltLevel.WARN, BoltLevel.ERROR];

/** Bolt's level for a pino level. DEBUG only for trace, because Bolt and its Socket Mode client then log whole payloads. */
function boltLevelOf(level: string): BoltLevel {
  if (level === "trace") return BoltLevel.DEBUG;
  if (level === "debug" || level === "info") return BoltLevel.INFO;
  return level === "warn" ? BoltLevel.WARN : BoltLevel.ERROR;
}

interface TroubleLevels {
  warn?: "debug";
  error?: "debug";
}

/**
 * Makes a log usable as Bolt's `logger`. Bolt's debug becomes trace. Bolt can make its own lines quieter with `setLevel`, but not
 * louder than the log itself.
 * @param levels the levels of Bolt's warnings and errors: "debug" where the bot says itself what they mean
 */
export function boltLogger(logger: Logger, levels: TroubleLevels = {}): BoltLogger {
  const { warn = "warn", error = "error" } = levels;
  let target = logger;
  let wanted = BoltLevel.DEBUG;
  const getLevel = () => {
    const own = boltLevelOf(logger.level);
    return BOLT_ORDER.indexOf(own) > BOLT_ORDER.indexOf(wanted) ? own : wanted;
  };
  const writer =
    (boltLevel: BoltLevel, level: "trace" | "debug" | "info" | "warn" | "error") =>
    (...parts: unknown[]): void => {
      if (BOLT_ORDER.indexOf(boltLevel) < BOLT_ORDER.indexOf(wanted) || !target.isLevelEnabled(level)) return;
      const err = parts.find((part) => part instanceof Error);
      const text = parts
        .filter((part) => !err || part !== err)
        .map(describePart)
        .join(" ");
      // As an argument, so that a % in the text is not a placeholder.
      if (err) target[level]({ err }, "%s", text === "" ? err.message : text);
      else target[level]("%s", text);
    };
  return {
    debug: writer(BoltLevel.DEBUG, "trace"),
    info: writer(BoltLevel.INFO, "info"),
    warn: writer(BoltLevel.WARN, warn),
    error: writer(BoltLevel.ERROR, error),
    getLevel,
    setLevel: (level) => {
      wanted = level;
    },
    setName: (name) => {
      target = logger.child({ name });
    },
  };
}

/** One argument of a Bolt log call, as text. */
function describePart(part: unknown): string {
  if (typeof part === "string") return part;
  if (part instanceof Error) return `${part.name}: ${part.message}`;
  return inspect(part, { depth: 4, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 2000 });
}
