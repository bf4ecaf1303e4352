// Reads the configuration, starts the bot, and stops it on a signal.

import { isatty } from "node:tty";
import { hasComeLater, loadRules, type Rules } from "./app/load-rules.js";
import { type RunningApp, startApp } from "./app/start-app.js";
import { describeProblems, readConfig } from "./config/config.js";
import { loadEnvFile } from "./config/env-file.js";
import { RenewedSecrets } from "./config/renewed-secrets.js";
import { withSecretFiles } from "./config/secret-files.js";
import { secretsOf } from "./config/secrets.js";
import { systemClock } from "./lib/clock.js";
import { withoutStack } from "./log/errors.js";
import { createLogger } from "./log/logger.js";
import { startFailure } from "./startup-failure.js";
import { listenForStop, type StopReason } from "./stop-signals.js";

const fileTrouble = loadEnvFile();
const reading = withSecretFiles(process.env, (env) => readConfig(env, { isTerminal: isatty(1) }));
if (!reading.ok) {
  if (fileTrouble !== null) process.stderr.write(`${fileTrouble}.\n\n`);
  process.stderr.write(describeProblems(reading.problems));
  process.exit(1);
}
const { config, warnings } = reading;
const secrets = new Set(secretsOf(config));
const log = createLogger({ ...config.log, secrets });
for (const warning of [...(fileTrouble === null ? [] : [fileTrouble]), ...warnings]) log.warn(warning);

const renewed = new RenewedSecrets({
  env: process.env,
  onRead: (values) => {
    for (const value of values) secrets.add(value);
  },
  onUnusable: (problem) => log.warn("%s. The bot keeps using the old value", problem),
});

// The supervisor restarts the process, which then picks up the runs in flight.
process.on("unhandledRejection", (error) => {
  log.fatal({ err: error }, "unhandled rejection");
  process.exit(1);
});
// Node would print it without the log's redaction, including any secret in it.
process.on("uncaughtException", (error) => {
  log.fatal({ err: error }, "uncaught exception");
  process.exit(1);
});

const STOP_MS = 10_000;
const stopping = new AbortController();
listenForStop(systemClock, {
  onStop: (reason) => void stop(reason),
  onHurry: () => {
    log.warn("Ctrl-C again: ending at once; the next start picks up what was in progress");
    process.exit(130);
  },
  onReload: () => void reload(),
});
const starting = start();
starting.catch(cannotStart);

async function start(): Promise<{ app: RunningApp; rules: Rules }> {
  const rules = await loadRules(config.policy, { clock: systemClock, log });
  const app = await startApp({
    config,
    log,
    clock: systemClock,
    policy: () => rules.inForce?.policy ?? null,
    policyTrouble: () => rules.inForce?.trouble ?? null,
    isOpen: rules.isOpen,
    stopMs: STOP_MS,
    signal: stopping.signal,
    secretInFile: (name) => renewed.inFile(name),
    onRefused: (error) => void refused(error),
  });
  void rules.inForce?.follow(stopping.signal);
  return { app, rules };
}

async function stop(reason: StopReason): Promise<void> {
  log.info({ signal: reason }, "stopping");
  await end(0);
}

/** A start that is in progress has read the files already. */
async function reload(): Promise<void> {
  const running = await starting.catch(() => null);
  await renewed.settled(systemClock);
  // The next start reads them.
  if (stopping.signal.aborted) return;
  const names = (await running?.app.renewSecrets()) ?? [];
  const words = names.length === 0 ? "no file has a new secret" : `new from their files: ${names.join(", ")}`;
  log.info({ signal: "SIGHUP" }, "SIGHUP: %s", words);
  if (running === null) return;
  const isChanged = await running.rules.inForce?.reload();
  if (isChanged === false) log.info({ signal: "SIGHUP" }, "SIGHUP: the policy file has not changed");
  if (await hasComeLater(config.policy, running.rules))
    log.warn({ signal: "SIGHUP" }, "SIGHUP: there is a policy file by now. Restart the bot to put its rules in force");
}

/** For example when somebody revokes the app token while the bot is running. */
async function refused(error: Error): Promise<void> {
  if (stopping.signal.aborted) return;
  sayFatal(error, "Slack ended the connection");
  await end(1);
}

async function end(code: 0 | 1): Promise<void> {
  // Interactions that are being handled may just be waiting, and a sleep on the clock does not keep the process alive.
  setInterval(() => undefined, STOP_MS);
  stopping.abort();
  // When an aborted start rejects, it has already stopped everything in order.
  const running = await starting.catch(() => null);
  await running?.app.stop();
  log.info("stopped");
  process.exit(code);
}

function cannotStart(error: unknown): void {
  if (stopping.signal.aborted) return;
  sayFatal(error, "cannot start");
  process.exit(1);
}

/** @param otherwise said of a failure for which there is no sentence */
function sayFatal(error: unknown, otherwise: string): void {
  const sentence = startFailure(error, config);
  if (sentence === null) log.fatal({ err: error }, otherwise);
  else log.fatal({ err: withoutStack(error) }, "%s", sentence);
}
