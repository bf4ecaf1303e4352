// How long what is stored is kept. The leader removes what is older.

import { DAY } from "../lib/time.js";
import { AlertStore } from "../slack/alerts/store.js";
import { Retention } from "../store/retention.js";
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

export interface RetentionOptions {
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

export function createRetention(options: RetentionOptions): Retention {
  const { settings, store, hex } = options;
  return new Retention({
    clock: store.clock,
    leastNow: () => hex.client.leastNow(),
    removeOld: async (leastNow) => {
      await Promise.all([removeRuns(options, leastNow), removeOthers(options, leastNow)]);
      store.rows.recount();
    },
    onError: store.seldom((err) => settings.log.error({ err }, "Removing what is too old failed: the bot tries again")),
  });
}

async function removeRuns({ settings, runs, audit, keepMs }: RetentionOptions, leastNow: number): Promise<void> {
  await runs.leadersStore.removeEndedBefore(leastNow - keepMs);
  await audit.runs.complete();
  await audit.store.removeBefore(leastNow - settings.config.auditDays * DAY);
}

async function removeOthers(options: RetentionOptions, leastNow: number): Promise<void> {
  const { store, outages, follow, attention, messages, paging, keepMs } = options;
  const alerts = new AlertStore(store.store.db, store.rows, store.leadership.write);
  await Promise.all([
    outages.health.removeOld(leastNow, keepMs),
    follow.troubles.removeBefore(leastNow - OVER_MS),
    follow.troubles.removeEndsBefore(leastNow - RUN_ENDS_MS),
    follow.connections.removeBefore(leastNow - CONNECTIONS_MS),
    follow.watches.removeEndedBefore(leastNow - ENDED_MS),
    follow.digests.removeEndedBefore(leastNow - ENDED_MS),
    follow.members.removeOld(),
    alerts.removeBefore(leastNow - OVER_MS),
    attention.store.removeOld(),
    paging?.store.removeOld(),
    messages.homes.removeOld(),
    store.drafts.removeExpired(),
    store.seenEvents.removeOld(),
  ]);
}
