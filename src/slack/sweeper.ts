// Makes messages true that nobody else cares for: a process died before it drew them, or Slack did not take them.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";

export interface SweeperOptions {
  clock: Clock;
  /**
   * Each looks after messages of one kind, such as cards. Slack may hold up one of them for minutes: the others do not wait for
   * it.
   */
  sweeps: readonly (() => Promise<unknown>)[];
  /** Told of a sweep that failed; it is tried again. */
  onError: (error: unknown) => void;
}

const SWEEP_MS = 15_000;

export class Sweeper {
  /** What is under way. */
  readonly #sweeping = new Map<() => Promise<unknown>, Promise<void>>();

  constructor(private readonly options: SweeperOptions) {}

  /** Keeps until `signal` aborts, and until what it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, sweeps } = this.options;
    await new PollingLoop(clock).until(signal, async () => {
      for (const sweep of sweeps) this.#begin(sweep);
      return SWEEP_MS;
    });
    await Promise.all(this.#sweeping.values());
  }

  #begin(sweep: () => Promise<unknown>): void {
    if (this.#sweeping.has(sweep)) return;
    const done = sweep()
      .catch(this.options.onError)
      .then(() => {
        this.#sweeping.delete(sweep);
      });
    this.#sweeping.set(sweep, done);
  }
}
