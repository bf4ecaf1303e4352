// `npm run demo`: the bot in a browser, with no Slack workspace and no Hex account.

import { rmSync } from "node:fs";
import type { Demo } from "./demo.js";
import { parseFlags, USAGE } from "./flags.js";
import { newFolder } from "./folder.js";

const flags = parseFlags(process.argv.slice(2), process.env);
if ("problem" in flags) fail(flags.problem);
if (flags.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

const { port, keep } = flags;
let demo: Demo | null = null;
let isEnding = false;
// Registered before there is a folder. Otherwise, somebody who ends the demo in between would leave the folder behind.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
const folder = newFolder();
// However the demo ends, even in the middle of the start or when somebody presses Ctrl-C twice.
process.on("exit", () => {
  if (!keep || demo === null) rmSync(folder, { recursive: true, force: true });
});
// A terminal that has been closed accepts no more output.
process.stdout.on("error", () => undefined);

try {
  // Loaded only now, so that a message about a flag does not wait for it.
  const { startDemo } = await import("./demo.js");
  demo = await startDemo(flags, folder);
  process.stdout.write(`Open ${demo.url} in a browser. Ctrl-C ends it.\n`);
} catch (error) {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const other = port < 65_535 ? port + 1 : 0;
  fail(isTaken ? `Port ${port} is taken. Choose another one: npm run demo -- --port ${other}` : String(error));
}

async function end(): Promise<void> {
  if (demo === null || isEnding) process.exit(0);
  isEnding = true;
  await demo.stop();
  if (keep) process.stdout.write(`The bot's data and log are in ${folder}\n`);
  process.exit(0);
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
