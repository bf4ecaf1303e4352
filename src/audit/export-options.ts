// The options of `npm run audit`.

import { parseArgs } from "node:util";
import { isPersonId } from "../access/policy-file.js";
import { DAY, HOUR, MINUTE } from "../lib/time.js";
import { FORMATS, type Format } from "./audit-export.js";
import type { AuditQuery } from "./audit-store.js";

export type ExportOptions =
  | { kind: "export"; query: AuditQuery; format: Format }
  | { kind: "help" }
  /** `option` is what cannot be read; `null` for something that is no option at all. */
  | { kind: "mistake"; option: "since" | "until" | "person" | "project" | "format" | null; given: string };

const OPTIONS = {
  since: { type: "string" },
  until: { type: "string" },
  person: { type: "string" },
  project: { type: "string" },
  format: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const;

const USUAL_DAYS = 7;

/**
 * @param words what follows `--` on the command line
 * @param now epoch ms
 * @param projectIdOf reads a project's id as Hex writes it; `null` for anything else
 */
export function parseExportOptions(
  words: readonly string[],
  now: number,
  projectIdOf: (text: string) => string | null,
): ExportOptions {
  const values = valuesIn(words);
  if (typeof values === "string") return { kind: "mistake", option: null, given: values };
  if (values.help === true) return { kind: "help" };
  const since = timeOf(values.since ?? `${USUAL_DAYS}d`, now);
  if (since === null) return { kind: "mistake", option: "since", given: values.since ?? "" };
  const until = values.until === undefined ? undefined : timeOf(values.until, now);
  if (until === null) return { kind: "mistake", option: "until", given: values.until ?? "" };
  const format = FORMATS.find((known) => known === (values.format ?? "jsonl"));
  if (format === undefined) return { kind: "mistake", option: "format", given: values.format ?? "" };
  const who = personIn(values.person);
  if (who === null) return { kind: "mistake", option: "person", given: values.person ?? "" };
  const projectId = values.project === undefined ? undefined : projectIdOf(values.project);
  if (projectId === null) return { kind: "mistake", option: "project", given: values.project ?? "" };
  const query = {
    since,
    ...(until === undefined ? {} : { until }),
    ...(who === undefined ? {} : { who }),
    ...(projectId === undefined ? {} : { projectId }),
  };
  return { kind: "export", query, format };
}

/** A text for what cannot be read. */
function valuesIn(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options: OPTIONS, allowPositionals: false }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** `null` for what is no person's id: an empty log would read as if they had done nothing. */
function personIn(text: string | undefined): string | null | undefined {
  return text === undefined || isPersonId(text) ? text : null;
}

const UNITS: Readonly<Record<string, number>> = { m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };

/** A date or time (ISO 8601; UTC unless it says otherwise), or how long ago, such as `90m`, `12h`, `7d` or `4w`; `null` for anything else. */
function timeOf(text: string, now: number): number | null {
  const [, number, unit = ""] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  const ms = UNITS[unit];
  if (number !== undefined && ms !== undefined) return now - Number(number) * ms;
  if (!/^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/.test(text)) return null;
  const time = Date.parse(/T.*(?:Z|[+-]\d\d:\d\d)$/.test(text) || !text.includes("T") ? text : `${text}Z`);
  return Number.isNaN(time) || !isDay(text.slice(0, "2026-12-01".length)) ? null : time;
}

/** JavaScript takes February 30 for a day of March. `date`: that of a valid time. */
function isDay(date: string): boolean {
  return new Date(date).toISOString().startsWith(date);
}
