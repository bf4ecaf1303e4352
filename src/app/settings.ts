// What the app is started with.

import type { Config } from "../config/config.js";
import type { Clock } from "../lib/clock.js";
import type { Logger } from "../log/logger.js";

/** Times in ms. */
export interface Settings {
  config: Config;
  log: Logger;
  /** The machine's. */
  clock: Clock;
  /** A number in [0, 1). */
  random: () => number;
  /** Longest time for one request to Hex. */
  hexTimeoutMs: number;
  /** First pause before a request to Hex is repeated. */
  hexBackoffMs: number;
  /** Longest time for `/hex status` to ask Hex. */
  statusTimeoutMs: number;
  /** How long somebody who asked for a run waits for its card before they are told without it. */
  cardTimeoutMs: number;
  /** Longest time for Hex's public status page. */
  statusPageMs: number;
  /** How long Slack may leave a ping unanswered. */
  slackPingMs: number;
  /** Longest wait at a stop, for what is being handled and for the store. */
  stopMs: number;
  /** Aborts when the bot is to stop before its start is over. */
  signal: AbortSignal;
  /** Told after the start, when Slack takes no more connections of the bot. The caller has to stop it then. */
  onRefused: (error: Error) => void;
}

/** What has no usual value, and what may be set to another. */
export type AppOptions = Pick<Settings, "config" | "log" | "clock"> & Partial<Settings>;

const USUAL = {
  random: Math.random,
  hexTimeoutMs: 10_000,
  hexBackoffMs: 500,
  statusTimeoutMs: 8_500,
  cardTimeoutMs: 4_000,
  statusPageMs: 2_000,
  slackPingMs: 5_000,
  stopMs: 10_000,
} as const;

export function withDefaults(options: AppOptions): Settings {
  return { ...USUAL, signal: new AbortController().signal, onRefused: () => undefined, ...options };
}
