// Limits lines about events that anybody on the network can cause, because nobody could read thousands of them.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";

const PER_MINUTE = 10;

export class LineLimit {
  #since = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #leftOut = 0;

  /** `onLeftOut` is called at the end of each minute that had too many lines, with how many were left out. */
  constructor(
    private readonly clock: Clock,
    private readonly onLeftOut: (lines: number) => void,
  ) {}

  /** Whether one more line may be written. */
  allows(): boolean {
    const now = this.clock.monotonic();
    if (now - this.#since >= MINUTE) {
      this.#since = now;
      this.#lines = 0;
    }
    this.#lines++;
    if (this.#lines <= PER_MINUTE) return true;
    this.#leftOut++;
    if (this.#leftOut === 1) void this.clock.sleep(this.#since + MINUTE - now).then(() => this.#sumUp());
    return false;
  }

  #sumUp(): void {
    this.onLeftOut(this.#leftOut);
    this.#leftOut = 0;
  }
}
