// The machine's time, running faster. Plain JavaScript, so that the built program's processes can have it without a compiler.

import { setTimeout as delay } from "node:timers/promises";

export class FastClock {
  #start;
  #speed;
  #shows;

  constructor(start, speed, shows = start) {
    this.#start = start;
    this.#speed = speed;
    this.#shows = shows;
  }

  now() {
    return this.#shows + (Date.now() - this.#start) * this.#speed;
  }

  /** Moves it forward, for those who have it and do not sleep by it. */
  skip(ms) {
    this.#shows += ms;
  }

  monotonic() {
    return performance.now() * this.#speed;
  }

  async sleep(ms, signal) {
    if (signal?.aborted || ms <= 0) return;
    const real = Math.min(ms / this.#speed, 2 ** 31 - 1);
    await delay(real, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
  }
}
