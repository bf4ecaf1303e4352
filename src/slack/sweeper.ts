// Brings messages up to date that nothing else takes care of: a process died before it drew them, or Slack refused them.

import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { within } from "../lib/with-timeout.js";

export interface SweeperOptions {
  clock: Clock;
  /**
   * Each one looks after one kind of message, such as cards. Slack may hold up one of them for minutes. The others do not wait for it.
   */
  sweeps: readonly (() => Promise<unknown>)[];
  /** Called when a sweep fails. It is retried. */
  onError: (error: unknown) => void;
}

const SWEEP_MS = 15_000;
/**
 * How long (ms) the end waits for the sweeps that are under way. Slack may hold them up for minutes, and this process leads again only
 * after the end. Those that continue do no harm: none is begun twice, and another process takes no message that this one is drawing.
 */
const LEAVE_MS = 10_000;

export class Sweeper {
  /** The sweeps that are under way. */
  readonly #sweeping = new Map<() => Promise<unknown>, Promise<void>>();

  constructor(private readonly options: SweeperOptions) {}

  /** Runs until `signal` aborts and the work that it began is done, or takes long. May be called again then. */
  async keep(signal: AbortSignal): Promise<void> {
    const { clock, sweeps } = this.options;
    await new PollingLoop(clock).until(signal, async () => {
      for (const sweep of sweeps) this.#begin(sweep);
      return SWEEP_MS;
    });
    const done = Promise.all(this.#sweeping.values());
    await within(clock, LEAVE_MS, done).catch(() => undefined);
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
