// Rounds of work with pauses between them.

import type { Clock } from "./clock.js";

/** A reason saves the DOMException that `abort` makes without one, with its stack. */
const WOKEN = "woken";

export class PollingLoop {
  #pause = new AbortController();

  constructor(private readonly clock: Clock) {}

  /** Ends the pause, or the next one if a round is under way. */
  wake(): void {
    this.#pause.abort(WOKEN);
  }

  /**
   * Runs rounds until `signal` aborts, which also ends a pause. `round` resolves with how long to wait before the next one, in ms. (No
   * signals are derived from `signal`, because a long-lived signal would keep a reference to each of them.)
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
