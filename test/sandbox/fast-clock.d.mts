import type { Clock } from "../../src/clock.js";

/**
 * Runs `speed` times as fast since the machine's clock showed `start`, when it showed `shows` (epoch ms; usually the same
 * time): the same in every process that is given the same.
 */
export class FastClock implements Clock {
  constructor(start: number, speed: number, shows?: number);
  now(): number;
  monotonic(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
