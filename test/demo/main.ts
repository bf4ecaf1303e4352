// `npm run demo`: the bot in a browser, with no Slack workspace and no Hex account.

import { parseFlags, USAGE } from "./flags.js";

const flags = parseFlags(process.argv.slice(2));
if ("problem" in flags) fail(flags.problem);
if (flags.help) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

// Only now: a word about a flag should not wait for it.
const starting = import("./demo.js").then(({ startDemo }) => startDemo(flags));
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, async () => {
    const demo = await starting;
    await demo.stop();
    if (flags.keep) process.stdout.write(`The bot's data and log are in ${demo.folder}\n`);
    process.exit(0);
  });
}
try {
  const { url } = await starting;
  process.stdout.write(`Open ${url} in a browser. Ctrl-C ends it.\n`);
} catch (error) {
  const isTaken = error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  const other = `Port ${flags.port} is taken. Choose another one: npm run demo -- --port ${flags.port + 1}`;
  fail(isTaken ? other : String(error));
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
