// The audit log as a file: JSON lines, or CSV for a spreadsheet. Pure.

import { csvLine } from "../lib/csv.js";
import type { AuditEntry } from "./audit-entry.js";

export const FORMATS = ["jsonl", "csv"] as const;
export type Format = (typeof FORMATS)[number];

const COLUMNS = [
  "time",
  "who",
  "where",
  "deed",
  "project_id",
  "project",
  "detail",
  "inputs",
  "decision",
  "rule",
  "rule_name",
  "result",
  "hex_run_id",
  "trace_id",
  "run_key",
  "reference",
  "id",
] as const;

/** What comes before the entries. */
export function headOf(format: Format): string {
  return format === "csv" ? csvLine(COLUMNS) : "";
}

/** One line, with its end. Times are in ISO 8601 (UTC). */
export function lineOf(entry: AuditEntry, format: Format): string {
  const time = new Date(entry.at).toISOString();
  if (format === "jsonl") return `${printable(JSON.stringify({ time, ...entry }))}\n`;
  const { who, where, deed, project, detail, inputs, decision, rule, result, hexRunId, traceId, runKey } = entry;
  const values: Record<(typeof COLUMNS)[number], string | number | null> = {
    time,
    who,
    where,
    deed,
    project_id: project?.id ?? null,
    project: project?.title ?? null,
    detail,
    inputs: inputs === null ? null : JSON.stringify(inputs),
    decision,
    rule: rule?.number ?? null,
    rule_name: rule?.name ?? null,
    result,
    hex_run_id: hexRunId,
    trace_id: traceId,
    run_key: runKey,
    reference: entry.reference,
    id: entry.id,
  };
  return csvLine(COLUMNS.map((column) => String(values[column] ?? "")));
}

/** The same JSON without the control characters that JSON allows in texts, which some terminals obey. */
function printable(json: string): string {
  return json.replace(/[\u007f-\u009f]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
}
