// A clock that stands still until a test moves it.

import type { Clock } from "../../src/lib/clock.js";

interface Sleeper {
  until: number;
  wake: () => void;
}

export class ManualClock implements Clock {
  /** Since the clock was made, in ms. */
  #elapsed = 0;
  /** The time that it showed at the beginning, plus all changes since (epoch ms). */
  #shows: number;
  #readings = 0;
  #sleepers = new Set<Sleeper>();

  /**
   * @param start epoch milliseconds
   * @param tickMs by how much two readings differ at least, as those of a real clock do, however soon they follow each other
   */
  constructor(
    start = Date.UTC(2026, 10, 2, 9, 0, 0),
    private readonly tickMs = 0,
  ) {
    this.#shows = start;
  }

  now(): number {
    return this.#shows + this.#elapsed;
  }

  monotonic(): number {
    this.#readings += 1;
    return this.#elapsed + this.#readings * this.tickMs;
  }

  /** How many sleepers there are. Lets a test wait until the code under test sleeps. */
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

  /** How long (ms) until the next sleeper wakes. Infinite if there is none. */
  get nextWakeMs(): number {
    return Math.ceil(Math.min(...[...this.#sleepers].map(({ until }) => until)) - this.#elapsed);
  }

  /** Lets time pass, and wakes the sleepers in order when their time has come. */
  advance(ms: number): void {
    this.#elapsed += ms;
    const due = [...this.#sleepers].filter((sleeper) => sleeper.until <= this.#elapsed);
    for (const sleeper of due.sort((a, b) => a.until - b.until)) sleeper.wake();
  }

  /** Moves the machine's clock by `ms`, forward or back. No time passes, and no sleeper wakes. */
  set(ms: number): void {
    this.#shows += ms;
  }
}

/** The clock of another machine, which is `ms` ahead of this one, or behind if negative. */
export function aheadOf(clock: Clock, ms: number): Clock {
  return {
    now: () => clock.now() + ms,
    monotonic: () => clock.monotonic(),
    sleep: (pause, signal) => clock.sleep(pause, signal),
  };
}

/** A clock that runs as fast as this one, and that nobody sets. */
export function unset(clock: Clock): Clock {
  const zero = clock.now() - clock.monotonic();
  return {
    now: () => zero + clock.monotonic(),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
}
