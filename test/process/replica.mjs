// One process of the built program, as start.ts starts it, but on a clock that showed CLOCK_SHOWS at CLOCK_START (both epoch
// ms) and runs CLOCK_SPEED times as fast.

import { loadRules } from "../../dist/app/load-rules.js";
import { startApp } from "../../dist/app/start-app.js";
import { readConfig } from "../../dist/config/config.js";
import { secretsOf } from "../../dist/config/secrets.js";
import { createLogger } from "../../dist/log/logger.js";
import { FastClock } from "../sandbox/fast-clock.mjs";

const reading = readConfig(process.env);
if (!reading.ok) throw new Error(reading.problems.join("\n"));
const { config } = reading;
const log = createLogger({ ...config.log, secrets: secretsOf(config) });
const [start, shows, speed] = ["START", "SHOWS", "SPEED"].map((name) => Number(process.env[`CLOCK_${name}`]));
const clock = new FastClock(start, speed, shows);
const stopping = new AbortController();
const rules = await loadRules(config.policy, { clock, log });
const app = await startApp({
  config,
  log,
  clock,
  policy: () => rules.inForce?.policy ?? null,
  policyTrouble: () => rules.inForce?.trouble ?? null,
  isOpen: rules.isOpen,
});
void rules.inForce?.follow(stopping.signal);
process.on("SIGTERM", () => {
  stopping.abort();
  void app.stop().then(() => process.exit(0));
});
