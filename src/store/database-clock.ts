// The time by the database's clock, so that what replicas store and compare does not depend on how well each machine's clock is set.

import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";

/** How often to ask for the time, in ms. */
const ASK_MS = MINUTE;
/** How often to check whether this machine's clocks have diverged, because it was asleep or somebody set one, in ms. */
const LOOK_MS = 5_000;
const PARTED_MS = 500;

export interface DatabaseClockOptions {
  /** This machine's clock. */
  clock: Clock;
  /** Resolves with the database's time, epoch ms. */
  ask: () => Promise<number>;
  /** Called when the time could not be requested. The clock continues as before. */
  onError: (error: unknown) => void;
}

export class DatabaseClock implements Clock {
  /** The database's time minus `monotonic()`, in ms, and when that was learnt, by both of this machine's clocks. */
  #ahead: number;
  #learntAt: { wall: number; monotonic: number };

  private constructor(
    private readonly options: DatabaseClockOptions,
    ahead: number,
  ) {
    this.#ahead = ahead;
    this.#learntAt = readBoth(options.clock);
  }

  /** Asks once. Rejects when there is no answer. */
  static async start(options: DatabaseClockOptions): Promise<DatabaseClock> {
    const { least, most } = await ahead(options);
    return new DatabaseClock(options, (least + most) / 2);
  }

  now(): number {
    return Math.round(this.#ahead + this.monotonic());
  }

  monotonic(): number {
    return this.options.clock.monotonic();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.options.clock.sleep(ms, signal);
  }

  /** Keeps asking until `signal` aborts. */
  async keep(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.sleep(LOOK_MS, signal);
      if (!signal.aborted && this.#isDue()) await this.#learn().catch(this.options.onError);
    }
  }

  /** `monotonic()` stops while the machine is asleep, but the wall clock does not. */
  #isDue(): boolean {
    const { wall, monotonic } = readBoth(this.options.clock);
    const passed = monotonic - this.#learntAt.monotonic;
    return passed >= ASK_MS || Math.abs(wall - this.#learntAt.wall - passed) > PARTED_MS;
  }

  /** A slow answer changes nothing, unless it shows that the current value cannot be right. */
  async #learn(): Promise<void> {
    const { least, most } = await ahead(this.options);
    this.#ahead = Math.min(most, Math.max(least, this.#ahead));
    this.#learntAt = readBoth(this.options.clock);
  }
}

function readBoth(clock: Clock) {
  return { wall: clock.now(), monotonic: clock.monotonic() };
}

/** Bounds for how far the database is ahead of `monotonic()`, in ms: its answer was true at some moment during the request. */
async function ahead({ clock, ask }: DatabaseClockOptions): Promise<{ least: number; most: number }> {
  const asked = clock.monotonic();
  const time = await ask();
  return { least: time - clock.monotonic(), most: time - asked };
}
