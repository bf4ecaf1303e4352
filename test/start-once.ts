// Starts the built program once between the two peers, checks that it answers over HTTP, and stops it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { systemClock } from "../src/lib/clock.js";
import { startHex } from "./sandbox/hex/server.js";
import { startSlack, visibleText } from "./sandbox/slack/server.js";

const dataDir = mkdtempSync(join(tmpdir(), "hex-bot-"));
const hex = await startHex({ clock: systemClock });
const slack = await startSlack({ clock: systemClock });
hex.workspace.addProject({ title: "Revenue" });

const bot = spawn(process.execPath, [join(import.meta.dirname, "../dist/main.js")], {
  cwd: dataDir,
  env: {
    PATH: process.env.PATH,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    HEX_API_TOKEN: hex.workspace.addToken({ kind: "workspace" }),
    HEX_WORKSPACE_URL: hex.origin,
    HEX_STATUS_URL: "off",
    HEX_BOT_DATA_DIR: dataDir,
    PORT: "0",
  },
  stdio: ["ignore", "pipe", "inherit"],
});

for await (const line of createInterface({ input: bot.stdout })) {
  const port = /"port":(\d+).*"msg":"ready"/.exec(line)?.[1];
  if (port === undefined) continue;
  slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
  break;
}
const { id } = await slack.command("status");
const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
process.stdout.write(`${visibleText(answer)}\n`);
bot.kill("SIGTERM");
const [code] = await once(bot, "exit");
await slack.stop();
await hex.stop();
rmSync(dataDir, { recursive: true });
if (code !== 0 || !visibleText(answer).includes("Connected to Hex")) process.exit(1);
process.stdout.write("The built program started, answered /hex status, and stopped.\n");
