// Removes once an hour what has been kept for long enough.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";

export interface RetentionOptions {
  clock: Clock;
  /**
   * The time by which things are old, epoch ms: by the earlier of two clocks, so that one that is wrong removes nothing. null:
   * not known yet, and nothing is removed.
   */
  leastNow: () => number | null;
  removeOld: (leastNow: number) => Promise<unknown>;
  /** Told of a removal that failed; it is tried again an hour later. */
  onError: (error: unknown) => void;
}

const REMOVE_MS = 60 * 60_000;
/** How often it looks whether the time is known by now, in ms. */
const LOOK_MS = 2_000;

export class Retention {
  /** By the monotonic clock. */
  #removedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: RetentionOptions) {}

  /** Keeps until `signal` aborts, and until what it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    await new PollingLoop(this.options.clock).until(signal, () => this.#round());
  }

  /** @returns how long to wait for the next, in ms */
  async #round(): Promise<number> {
    const { clock, leastNow, removeOld, onError } = this.options;
    const leftMs = this.#removedAt + REMOVE_MS - clock.monotonic();
    if (leftMs > 0) return leftMs;
    const time = leastNow();
    if (time === null) return LOOK_MS;
    this.#removedAt = clock.monotonic();
    await removeOld(time).catch(onError);
    return REMOVE_MS;
  }
}
