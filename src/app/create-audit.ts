// The log of who did what.

import { AuditLog } from "../audit/audit-log.js";
import { AuditStore } from "../audit/audit-store.js";
import { AuditedRuns } from "../audit/audited-runs.js";
import type { RunsPart } from "./create-runs.js";
import type { StorePart } from "./create-store.js";
import type { Lifetime } from "./lifetime.js";
import type { Settings } from "./settings.js";

export interface AuditPart {
  log: AuditLog;
  store: AuditStore;
  runs: AuditedRuns;
}

export interface AuditPartOptions {
  settings: Settings;
  lifetime: Lifetime;
  store: StorePart;
  runs: RunsPart;
}

export function createAudit({ settings: { log }, lifetime, store: storePart, runs }: AuditPartOptions): AuditPart {
  const { store, rows, leadership, clock } = storePart;
  const auditStore = new AuditStore(store.db, rows, leadership.write);
  const audit = new AuditLog({ store: auditStore, clock, log });
  const auditedRuns = new AuditedRuns({ audit, store: auditStore, runs: runs.store, clock });
  runs.changed.on((run) => void lifetime.work.add(auditedRuns.note(run)));
  return { log: audit, store: auditStore, runs: auditedRuns };
}
