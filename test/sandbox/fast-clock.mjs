// The machine's time, running faster. Plain JavaScript, so that the built program's processes can have it without a compiler.

import { setTimeout as delay } from "node:timers/promises";

export class FastClock {
  #start;
  #speed;

  constructor(start, speed) {
    this.#start = start;
    this.#speed = speed;
  }

  now() {
    return this.#start + (Date.now() - this.#start) * this.#speed;
  }

  async sleep(ms, signal) {
    if (signal?.aborted || ms <= 0) return;
    const real = Math.min(ms / this.#speed, 2 ** 31 - 1);
    await delay(real, undefined, { ref: false, ...(signal ? { signal } : {}) }).catch(() => undefined);
  }
}
