// Rounds of work with pauses between them.

import type { Clock } from "./clock.js";

export class PollingLoop {
  #pause = new AbortController();

  constructor(private readonly clock: Clock) {}

  /** Ends the pause, also the one that comes after the round under way. */
  wake(): void {
    this.#pause.abort();
  }

  /**
   * Until `signal` aborts, which ends a pause too. `round` resolves with how long to wait before the next, in ms. (No signal
   * is made of `signal`: one that lives for long would remember each of them.)
   */
  async until(signal: AbortSignal, round: () => Promise<number>): Promise<void> {
    signal.addEventListener("abort", () => this.wake(), { once: true });
    while (!signal.aborted) {
      this.#pause = new AbortController();
      const pauseMs = await round();
      if (pauseMs > 0) await this.clock.sleep(pauseMs, this.#pause.signal);
    }
  }
}
