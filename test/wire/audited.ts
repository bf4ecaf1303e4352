// What the bot's log has of the audit log.

import { z } from "zod";
import { type AuditEntry, auditEntrySchema } from "../../src/audit/audit-entry.js";

const lineSchema = z.object({ audit: auditEntrySchema });

/** @param log lines of JSON */
export function auditedIn(log: readonly string[]): AuditEntry[] {
  const lines = log.filter((line) => line.includes('"audit":'));
  return lines.flatMap((line) => {
    const read = lineSchema.safeParse(JSON.parse(line));
    return read.success ? [read.data.audit] : [];
  });
}
