// How long what is stored is kept. The leader removes what is older.

import { DAY } from "../lib/time.js";
import { AlertStore } from "../slack/alerts/store.js";
import { Retention, type RetentionOptions } from "../store/retention.js";
import type { AttentionPart } from "./create-attention.js";
import type { AuditPart } from "./create-audit.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { MessagesPart } from "./create-messages.js";
import type { OutagesPart } from "./create-outages.js";
import type { PagingPart } from "./create-paging.js";
import type { RunsPart } from "./create-runs.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

/** How long (ms) troubles and messages are kept that are over: as long as a message may have to be brought to its end. */
const OVER_MS = 31 * DAY;
/** How long (ms) the ends of runs that did not fail are kept: longer than they are news. */
const RUN_ENDS_MS = DAY;
/** How long (ms) it is known that a digest or a watch has ended: longer than the bot tries to tell it. */
const ENDED_MS = 2 * DAY;
/** How long (ms) what Hex said about data connections is kept: longer than it takes to read it again. */
const CONNECTIONS_MS = 3 * DAY;

export interface RetentionParts {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  runs: RunsPart;
  audit: AuditPart;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
  messages: MessagesPart;
  paging: PagingPart | null;
  /** How long runs and outages that are over are kept, in ms. */
  keepMs: number;
}

export function createRetention(parts: RetentionParts): Retention {
  const { settings, store, hex } = parts;
  const { log } = settings;
  return new Retention({
    clock: store.clock,
    leastNow: () => hex.client.leastNow(),
    removals: removalsOf(parts),
    onError: store.seldom((err) => log.error({ err }, "Removing what is too old failed: the bot tries again")),
  });
}

function removalsOf(parts: RetentionParts): RetentionOptions["removals"] {
  const { settings, store, runs, audit, outages, follow, attention, messages, paging, keepMs } = parts;
  const auditMs = settings.config.auditDays * DAY;
  const alerts = new AlertStore(store.store.db, store.rows, store.leadership.write);
  return [
    (leastNow) => runs.leadersStore.removeEndedBefore(leastNow - keepMs),
    () => audit.runs.complete(),
    (leastNow) => audit.store.removeBefore(leastNow - auditMs),
    (leastNow) => outages.health.removeOld(leastNow, keepMs),
    (leastNow) => follow.troubles.removeBefore(leastNow - OVER_MS),
    (leastNow) => follow.troubles.removeEndsBefore(leastNow - RUN_ENDS_MS),
    (leastNow) => follow.connections.removeBefore(leastNow - CONNECTIONS_MS),
    (leastNow) => follow.watches.removeEndedBefore(leastNow - ENDED_MS),
    (leastNow) => follow.digests.removeEndedBefore(leastNow - ENDED_MS),
    (leastNow) => alerts.removeBefore(leastNow - OVER_MS),
    // What belongs to the outages and troubles that are gone by now.
    () => follow.members.removeOld(),
    () => attention.store.removeOld(),
    ...(paging === null ? [] : [() => paging.store.removeOld()]),
    () => messages.homes.removeOld(),
    () => store.drafts.removeExpired(),
    (leastNow) => store.seenEvents.removeOld(leastNow),
  ];
}
