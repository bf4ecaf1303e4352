import type { Clock } from "../../src/lib/clock.js";

/**
 * Runs `speed` times as fast since the machine's clock showed `start`, when it showed `shows` (epoch ms; usually the same
 * time): the same in every process that is given the same.
 */
export class FastClock implements Clock {
  constructor(start: number, speed: number, shows?: number);
  now(): number;
  /** Moves it forward by `ms`, for those who have it and do not sleep by it. */
  skip(ms: number): void;
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
