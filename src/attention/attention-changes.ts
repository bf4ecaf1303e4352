// Notices what other processes have changed. Runs on the leader, which keeps the messages true.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import type { AttentionStore } from "./attention-store.js";

export interface AttentionChangesOptions {
  store: Pick<AttentionStore, "revision">;
  clock: Clock;
  /** How often to look, in ms: seldom where no other process shares the store. */
  lookMs: number;
  onChange: () => void;
  /** Called when the store fails. It looks again. */
  onError: (error: unknown) => void;
}

export class AttentionChanges {
  constructor(private readonly options: AttentionChangesOptions) {}

  /** Runs until `signal` aborts. */
  async notice(signal: AbortSignal): Promise<void> {
    const { store, clock, lookMs, onChange, onError } = this.options;
    let known: string | null = null;
    await new PollingLoop(clock).until(signal, async () => {
      const revision = await store.revision().catch((error: unknown) => {
        onError(error);
        return known;
      });
      if (known !== null && revision !== known) onChange();
      known = revision;
      return lookMs;
    });
  }
}
