// Reads the configuration, starts the bot, and stops it on a signal.

import { isatty } from "node:tty";
import { config as loadEnv } from "dotenv";
import { type RunningApp, startApp } from "./app.js";
import { systemClock } from "./clock.js";
import { describeProblems, readConfig, secretsOf } from "./config.js";
import { createLogger } from "./log.js";
import { SocketModeError } from "./slack/failures.js";
import { startFailure } from "./slack/messages/start.js";

loadEnv({ quiet: true });
const reading = readConfig(process.env, { isTerminal: isatty(1) });
if (!reading.ok) {
  process.stderr.write(describeProblems(reading.problems));
  process.exit(1);
}
const { config, warnings } = reading;
const log = createLogger({ ...config.log, secrets: secretsOf(config) });
for (const warning of warnings) log.warn(warning);

// Such as an app token that Slack revokes while the bot runs. Whatever supervises the process starts it anew, and the runs
// in flight are picked up again.
process.on("unhandledRejection", (error) => {
  log.fatal({ err: error }, "%s", startFailure(new SocketModeError(error), config.port) ?? "unhandled rejection");
  process.exit(1);
});
// Node would print it past the log, and with it whatever secret it holds.
process.on("uncaughtException", (error) => {
  log.fatal({ err: error }, "uncaught exception");
  process.exit(1);
});

const STOP_MS = 10_000;
let app: RunningApp | null = null;
let stopping = false;

async function stop(signal: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ signal }, "stopping");
  // What is being handled may only be waiting, and a sleep on the clock does not keep the process alive.
  setInterval(() => undefined, STOP_MS);
  await app?.stop();
  log.info("stopped");
  process.exit(0);
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));

try {
  app = await startApp({ config, log, clock: systemClock, stopMs: STOP_MS });
} catch (error) {
  const sentence = startFailure(error, config.port);
  log.fatal({ err: error }, "%s", sentence ?? "cannot start");
  process.exit(1);
}
