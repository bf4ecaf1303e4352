// A clock that stands still until a test moves it.

import type { Clock } from "../../src/clock.js";

interface Sleeper {
  until: number;
  wake: () => void;
}

export class ManualClock implements Clock {
  #now: number;
  #sleepers = new Set<Sleeper>();

  /** `start`: epoch milliseconds. */
  constructor(start = Date.UTC(2026, 10, 2, 9, 0, 0)) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  /** How many are asleep: lets a test wait until the code under test has gone to sleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        until: this.#now + ms,
        wake: () => {
          this.#sleepers.delete(sleeper);
          signal?.removeEventListener("abort", sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener("abort", sleeper.wake);
    });
  }

  /** Moves the time forward and wakes, in order, everyone whose time has come. */
  advance(ms: number): void {
    this.#now += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.until <= this.#now);
    for (const sleeper of due.sort((a, b) => a.until - b.until)) sleeper.wake();
  }
}
