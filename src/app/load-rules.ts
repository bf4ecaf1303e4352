// The rules with which the bot starts, and what becomes of their file afterwards.

import { UnusablePolicyError } from "../access/load-policy.js";
import { PolicyInForce } from "../access/policy-in-force.js";
import { readPolicyFile } from "../access/read-policy-file.js";
import type { Config } from "../config/config.js";
import type { Clock } from "../lib/clock.js";
import type { Logger } from "../log/logger.js";
import { logPolicyNews } from "./log-policy.js";

export interface Rules {
  /** `null` when there are none. */
  inForce: PolicyInForce | null;
  /** Whether somebody has said that there are to be none. */
  isOpen: boolean;
}

/** @throws UnusablePolicyError; a file that nobody has named may be missing */
export async function loadRules(
  config: Config["policy"],
  { clock, log }: { clock: Clock; log: Logger },
): Promise<Rules> {
  if (config.kind === "none") return { inForce: null, isOpen: true };
  const { path, isNamed } = config;
  const loaded = await PolicyInForce.load({ path, clock, onNews: (news) => logPolicyNews(log, path, news) });
  if (loaded.ok) return { inForce: loaded.inForce, isOpen: false };
  const { trouble } = loaded;
  const isMissing = trouble.kind === "file" && trouble.problem.kind === "missing";
  if (!isMissing || isNamed) throw new UnusablePolicyError(path, trouble);
  await warnOfOtherName(path, log);
  return { inForce: null, isOpen: false };
}

/** People who wrote rules into a file of nearly the same name believe that they are in force. */
async function warnOfOtherName(path: string, log: Logger): Promise<void> {
  const other = path.replace(/\.yml$/, ".yaml");
  if (other === path || !(await isThere(other))) return;
  log.warn("There is a %s here, which is not read. Rename it to %s, and start again", other, path);
}

async function isThere(path: string): Promise<boolean> {
  const reading = await readPolicyFile(path);
  return reading.ok || reading.problem.kind !== "missing";
}

/** Whether there is a file by now, although the bot started without one. */
export async function hasComeLater(config: Config["policy"], { inForce }: Rules): Promise<boolean> {
  if (config.kind === "none" || inForce !== null) return false;
  return isThere(config.path);
}
