// Who is on an outage or a trouble, and who has silenced it.

import { AttentionChanges } from "../attention/attention-changes.js";
import { AttentionStore } from "../attention/attention-store.js";
import { Emitter } from "../lib/emitter.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

export interface AttentionPart {
  store: AttentionStore;
  /** The leader's: notices what other processes change. */
  changes: AttentionChanges;
  /** Something has changed, by this process or, on the leader, by any. */
  changed: Emitter<void>;
}

export function createAttention(
  { log }: Settings,
  { store, rows, clock, maxSleepMs, seldom }: StorePart,
): AttentionPart {
  const changed = new Emitter<void>();
  const attention = new AttentionStore(store.db, rows, () => changed.emit());
  const changes = new AttentionChanges({
    store: attention,
    clock,
    lookMs: maxSleepMs,
    onChange: () => changed.emit(),
    onError: seldom((err) =>
      log.error({ err }, "Looking for who is on an outage or a trouble failed: the bot tries again"),
    ),
  });
  return { store: attention, changes, changed };
}
