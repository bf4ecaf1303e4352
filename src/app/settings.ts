// The settings with which the app starts.

import type { PolicyTrouble } from "../access/load-policy.js";
import type { Policy } from "../access/policy.js";
import type { Config } from "../config/config.js";
import type { SecretName } from "../config/secret-files.js";
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
  /** The rules about who may do what; `null` when there are none. */
  policy: () => Policy | null;
  /** Why the policy file cannot be used at the moment, while earlier rules are in force; `null` when it can. */
  policyTrouble: () => PolicyTrouble | null;
  /** Whether somebody has said that there are to be no rules, even if there were some before. */
  isOpen: boolean;
  /** A secret as it is in its file now; `null` when it is not in a file, or when the file holds none at the moment. */
  secretInFile: (name: SecretName) => string | null;
  /** The longest time for one request to Hex. */
  hexTimeoutMs: number;
  /** The first pause before a request to Hex is retried. */
  hexBackoffMs: number;
  /** The longest time that `/hex status` waits for Hex. */
  statusTimeoutMs: number;
  /** How long somebody who asked for a run waits for its card before the bot tells them without it. */
  cardTimeoutMs: number;
  /** How long somebody waits for the answer to a command before the bot tells them that it is still to come. */
  slowAnswerMs: number;
  /** How long after its arrival a form is answered at the latest, within the three seconds that Slack waits for an acknowledgement. */
  formAnswerMs: number;
  /** The longest wait for Hex's public status page. */
  statusPageMs: number;
  /** The longest time for one event to the paging service. */
  pageTimeoutMs: number;
  /** How long Slack may leave a ping unanswered. */
  slackPingMs: number;
  /** The longest wait for what is being handled and for the store when the app stops. */
  stopMs: number;
  /** Aborts when the bot should stop before it has started completely. */
  signal: AbortSignal;
  /** Called after the start, when Slack no longer accepts connections from the bot. The caller must then stop the bot. */
  onRefused: (error: Error) => void;
}

/** The settings without a default are required. All others are optional. */
export type AppOptions = Pick<Settings, "config" | "log" | "clock"> & Partial<Settings>;

const USUAL = {
  random: Math.random,
  hexTimeoutMs: 10_000,
  hexBackoffMs: 500,
  statusTimeoutMs: 8_500,
  cardTimeoutMs: 4_000,
  slowAnswerMs: 10_000,
  formAnswerMs: 2_000,
  statusPageMs: 2_000,
  pageTimeoutMs: 10_000,
  slackPingMs: 5_000,
  stopMs: 10_000,
} as const;

export function withDefaults(options: AppOptions): Settings {
  const { signal } = new AbortController();
  return {
    ...USUAL,
    signal,
    secretInFile: () => null,
    policy: () => null,
    policyTrouble: () => null,
    isOpen: false,
    onRefused: () => undefined,
    ...options,
  };
}
