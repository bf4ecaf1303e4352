// The pauses before cards are drawn again.

import type { Clock } from "../../lib/clock.js";

export class Pauses {
  /** Until when, by the monotonic clock. */
  readonly #until = new Map<string, number>();

  /**
   * @param signal ends every pause, and then nothing is drawn any more
   * @param onOver called when a card's pause is over
   */
  constructor(
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
    private readonly onOver: (runKey: string) => void,
  ) {}

  /** Whether the card has to wait. */
  isOn(runKey: string): boolean {
    const isOn = (this.#until.get(runKey) ?? 0) > this.clock.monotonic();
    if (!isOn) this.#until.delete(runKey);
    return isOn;
  }

  /** Replaces the pause that the card has, if any. */
  begin(runKey: string, ms: number): void {
    const until = this.clock.monotonic() + ms;
    this.#until.set(runKey, until);
    void this.clock.sleep(ms, this.signal).then(() => {
      if (this.signal.aborted) return;
      // By the clock, a timer may end a little early. The pause is over all the same, unless another one has begun.
      if (this.#until.get(runKey) === until) this.#until.delete(runKey);
      this.onOver(runKey);
    });
  }
}
