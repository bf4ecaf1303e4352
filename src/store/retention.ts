// Once an hour, removes what has been kept long enough.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { HOUR } from "../lib/time.js";

export interface RetentionOptions {
  clock: Clock;
  /**
   * The time that decides what is old, epoch ms: the earlier of two clocks, so that one wrong clock removes nothing; `null` while it is
   * not known, and nothing is removed.
   */
  leastNow: () => number | null;
  /** Done one after another, so that people's requests find a connection to the store meanwhile. */
  removals: readonly ((leastNow: number) => Promise<unknown>)[];
  /** Called when a removal fails. It is retried an hour later, and holds up no other. */
  onError: (error: unknown) => void;
}

const REMOVE_MS = HOUR;
/** How often it checks whether the time is known by now, in ms. */
const LOOK_MS = 2_000;

export class Retention {
  /** When it last removed things, by the monotonic clock. */
  #removedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RetentionOptions) {}

  /** Runs until `signal` aborts and the work that it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    await new PollingLoop(this.options.clock).until(signal, () => this.#round(signal));
  }

  /** @returns how long to wait for the next round, in ms */
  async #round(signal: AbortSignal): Promise<number> {
    const { clock, leastNow, removals, onError } = this.options;
    const leftMs = this.#removedAt + REMOVE_MS - clock.monotonic();
    if (leftMs > 0) return leftMs;
    const time = leastNow();
    if (time === null) return LOOK_MS;
    this.#removedAt = clock.monotonic();
    for (const remove of removals) {
      if (signal.aborted) break;
      await remove(time).catch(onError);
    }
    return REMOVE_MS;
  }
}
