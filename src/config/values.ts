// Numbers, ids and words.

import { LOG_LEVELS, type LogLevel } from "../log/levels.js";
import { variable } from "./schema.js";
import { DEFAULTS } from "./variables.js";

export const port = variable((value, fail) => {
  if (value === undefined) return DEFAULTS.port;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return number <= 65535 ? number : fail("is not a port; set it to a whole number from 0 to 65535, such as 3000");
});

/** A whole number within bounds. */
export function wholeNumber(fallback: number, { min, max, what }: { min: number; max: number; what: string }) {
  return variable((value, fail) => {
    if (value === undefined) return fallback;
    const number = /^\d{1,6}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= min && number <= max) return number;
    return fail(`is not ${what}; set it to a whole number from ${min} to ${max}, such as ${fallback}`);
  });
}

/** A channel's id, or a mention of it as Slack writes it. Names can change, and Slack does not accept them for every channel. */
export const alertChannel = variable((value, fail): string | null => {
  if (value === undefined) return null;
  const id = /^(?:<#)?([CG][A-Z0-9]{3,20})(?:\|[^>]*>|>)?$/.exec(value)?.[1];
  if (id !== undefined) return id;
  const what = value.startsWith("#") ? "is a channel's name and not its id" : "is not a channel's id";
  return fail(`${what}; set it to one such as C0123ABCD (Slack: open the channel > its name > About > Channel ID)`);
});

/** The file with the rules about who may do what. A file that nobody has named may be missing. `none`: there are to be no rules. */
export type PolicySetting = { kind: "none" } | { kind: "file"; path: string; isNamed: boolean };

/** The file's path is relative to the working directory. */
export const policyFile = variable((value): PolicySetting => {
  if (value === undefined) return { kind: "file", path: DEFAULTS.policyFile, isNamed: false };
  return value.toLowerCase() === "none" ? { kind: "none" } : { kind: "file", path: value, isNamed: true };
});

export const logLevel = variable((value, fail): LogLevel => {
  if (value === undefined) return DEFAULTS.logLevel;
  const level = LOG_LEVELS.find((known) => known === value.toLowerCase());
  return level ?? fail(`is not a log level; set it to one of ${LOG_LEVELS.join(", ")}`);
});

export const logPretty = variable((value, fail): boolean | undefined => {
  if (value === undefined) return undefined;
  if (/^(?:true|1|yes)$/i.test(value)) return true;
  if (/^(?:false|0|no)$/i.test(value)) return false;
  return fail("is neither true nor false; set it to true, false, 1, 0, yes or no");
});
