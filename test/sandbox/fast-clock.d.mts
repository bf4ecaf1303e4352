import type { Clock } from "../../src/clock.js";

/** Runs `speed` times as fast since `start` (epoch ms): the same in every process that is given the same. */
export class FastClock implements Clock {
  constructor(start: number, speed: number);
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
