// One process of the built program, as main.js starts it, but on a clock that runs faster: CLOCK_START (epoch ms), CLOCK_SPEED.

import { startApp } from "../../dist/app.js";
import { readConfig, secretsOf } from "../../dist/config.js";
import { createLogger } from "../../dist/log.js";
import { FastClock } from "../sandbox/fast-clock.mjs";

const reading = readConfig(process.env);
if (!reading.ok) throw new Error(reading.problems.join("\n"));
const { config } = reading;
const log = createLogger({ ...config.log, secrets: secretsOf(config) });
const clock = new FastClock(Number(process.env.CLOCK_START), Number(process.env.CLOCK_SPEED));
const app = await startApp({ config, log, clock, slackPingMs: 300 });
process.on("SIGTERM", () => void app.stop().then(() => process.exit(0)));
