// `npm run verify`: the connection check from a terminal or a script. It needs only the two HEX_ variables, and the proxy's if there is one.
// Exits with 0 when everything in Hex can be used, and otherwise with 1 and the remedy. `--json` prints one JSON object.

import "./node-version.js";
import { parseArgs } from "node:util";
import { describeProblems, readHexConfig } from "./config/config.js";
import { loadEnvFile } from "./config/env-file.js";
import { withSecretFiles } from "./config/secret-files.js";
import { connectionFacts, connectionLines } from "./connection-report.js";
import { AllProjects } from "./hex/all-projects.js";
import { failuresOf, Prober } from "./hex/prober.js";
import { terminalClient } from "./hex/terminal-client.js";
import { systemClock } from "./lib/clock.js";
import { createNetwork } from "./lib/network.js";
import { VERIFY_HELP, verifyMistake } from "./remedies/verify.js";
import { USER_AGENT } from "./user-agent.js";

const TIMEOUT_MS = 20_000;

const options = optionsIn(process.argv.slice(2));
if (typeof options === "string") {
  process.stderr.write(verifyMistake(options));
  process.exit(1);
}
const { json = false, help = false } = options;
if (help) {
  process.stdout.write(VERIFY_HELP);
  process.exit(0);
}

const fileTrouble = loadEnvFile();
if (fileTrouble !== null) process.stderr.write(`${fileTrouble}\n`);
const reading = withSecretFiles(process.env, readHexConfig, ["HEX_API_TOKEN"]);
if (!reading.ok) {
  process.stdout.write(json ? `${JSON.stringify({ ok: false, problems: reading.problems }, null, 2)}\n` : "");
  process.stderr.write(describeProblems(reading.problems));
  process.exit(1);
}
for (const warning of reading.warnings) process.stderr.write(`${warning}\n`);

const clock = systemClock;
const network = createNetwork(reading.config.proxies);
const hex = terminalClient(reading.config.hex, { userAgent: USER_AGENT, fetch: network.fetch, clock });
const prober = new Prober(hex, new AllProjects(hex), clock);
// Nothing else keeps the process alive between two attempts: a sleep on the clock does not.
const awake = setInterval(() => undefined, TIMEOUT_MS);
const connection = await prober.probe({ reference: "verify", priority: "command", timeoutMs: TIMEOUT_MS });
clearInterval(awake);
await network.close();
process.stdout.write(json ? `${JSON.stringify(connectionFacts(connection), null, 2)}\n` : connectionLines(connection));
process.exitCode = failuresOf(connection).length === 0 ? 0 : 1;

/** A text for what cannot be read. */
function optionsIn(args: string[]) {
  try {
    return parseArgs({ args, options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } } }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
