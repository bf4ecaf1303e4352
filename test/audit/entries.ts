// Entries of the audit log for tests.

import { type AuditEntry, NOTHING_MORE } from "../../src/audit/audit-entry.js";

export const REVENUE = { id: "11111111-2222-4333-8444-555555555555", title: "Weekly revenue" };

/** Ada runs a project at the time 1,000. */
export function entry(more: Partial<AuditEntry> = {}): AuditEntry {
  return {
    ...NOTHING_MORE,
    id: "asked 1",
    at: 1_000,
    who: "U0ADA",
    where: "C0DATA",
    deed: "run",
    project: REVENUE,
    decision: "allowed",
    reference: "abcd1234",
    ...more,
  };
}
