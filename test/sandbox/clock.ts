// A clock that stands still until a test moves it.

import type { Clock } from "../../src/lib/clock.js";

interface Sleeper {
  until: number;
  wake: () => void;
}

export class ManualClock implements Clock {
  /** Since the clock was made, in ms. */
  #elapsed = 0;
  /** What it showed when it was made, and by how much it was set since, epoch ms. */
  #shows: number;
  #sleepers = new Set<Sleeper>();

  /** `start`: epoch milliseconds. */
  constructor(start = Date.UTC(2026, 10, 2, 9, 0, 0)) {
    this.#shows = start;
  }

  now(): number {
    return this.#shows + this.#elapsed;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  /** How many are asleep: lets a test wait until the code under test has gone to sleep. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        until: this.#elapsed + ms,
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

  /** How long, in ms, until somebody wakes: infinite when nobody is asleep. */
  get nextWakeMs(): number {
    return Math.min(...[...this.#sleepers].map(({ until }) => until)) - this.#elapsed;
  }

  /** Lets time pass and wakes, in order, everyone whose time has come. */
  advance(ms: number): void {
    this.#elapsed += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.until <= this.#elapsed);
    for (const sleeper of due.sort((a, b) => a.until - b.until)) sleeper.wake();
  }

  /** Somebody sets the machine's clock by `ms`, forward or back. No time passes, and nobody wakes. */
  set(ms: number): void {
    this.#shows += ms;
  }
}

/** Another machine's clock, which shows `ms` more (or, negative, less) than this one. */
export function aheadOf(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    monotonic: () => clock.monotonic(),
    sleep: (pause, signal) => clock.sleep(pause, signal),
  };
}

/** A clock that goes as fast as this one, and that nobody sets. */
export function unset(clock: Clock): Clock {
  const zero = clock.now() - clock.monotonic();
  return {
    now: () => zero + clock.monotonic(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
