// The built program cannot write its log, and the service continues anyway.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";
import { DIST, Program, until } from "./program.js";

let dir: string;
let hex: SimulatedHex;
let slack: LocalSlack;
let program: Program | null;
let open: number[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  hex = await startHex({ clock: systemClock });
  slack = await startSlack({ clock: systemClock });
  program = null;
  open = [];
});
afterEach(async () => {
  await program?.end();
  for (const fd of open) closeSync(fd);
  await slack.stop();
  await hex.stop();
  await rm(dir, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Starts the bot over HTTP with its log at `fd`, and waits until it answers. @returns its address */
async function startBot(fd: number, more: Record<string, string> = {}): Promise<string> {
  const port = await freePort();
  const env = {
    HEX_API_TOKEN: hex.workspace.addToken({ kind: "workspace" }),
    HEX_WORKSPACE_URL: hex.origin,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    SLACK_API_URL: slack.apiUrl,
    HEX_STATUS_URL: "off",
    PORT: String(port),
    ...more,
  };
  program = Program.start(process.execPath, [join(DIST, "main.js")], { dir, env, stdio: ["ignore", fd, "pipe"] });
  const origin = `http://127.0.0.1:${port}`;
  let isUp = false;
  await until(
    () => {
      // Its health is told while it still waits for Slack; what Slack sends is heard a little later.
      void fetch(`${origin}/slack/events`, { method: "POST" }).then(
        (response) => {
          isUp ||= response.status === 401;
        },
        () => undefined,
      );
      return isUp;
    },
    () => `the bot does not answer\n${program?.output}`,
  );
  slack.eventsUrl = `${origin}/slack/events`;
  return origin;
}

async function expectService(origin: string): Promise<void> {
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  const { id } = await slack.command("status");
  const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(visibleText(answer)).toContain("Connected to Hex");
}

async function expectOrderlyStop(): Promise<void> {
  program?.child.kill("SIGTERM");
  expect(await program?.exit).toBe(0);
}

function pipe(): { reader: number; writer: number } {
  const path = join(dir, "log");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  open.push(writer);
  return { reader, writer };
}

/** Writes to the pipe until it takes no more. */
function fill(path: string): void {
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const line = "x\n".repeat(2_048);
  try {
    for (let i = 0; i < 1_000; i++) writeSync(fd, line);
  } catch {
    // It is full.
  } finally {
    closeSync(fd);
  }
}

/** All that the pipe holds. */
function readAll(fd: number): string {
  const chunk = Buffer.alloc(1_000_000);
  let text = "";
  for (;;) {
    try {
      const size = readSync(fd, chunk);
      if (size === 0) return text;
      text += chunk.toString("utf8", 0, size);
    } catch {
      return text;
    }
  }
}

test("/dev/full", async () => {
  const full = openSync("/dev/full", "w");
  open.push(full);
  const origin = await startBot(full);
  await expectService(origin);
  await expectOrderlyStop();
});

test("a pipe whose reader is gone", async () => {
  const { reader, writer } = pipe();
  const origin = await startBot(writer);
  closeSync(reader);
  await expectService(origin);
  await expectOrderlyStop();
});

test("a pipe whose reader pauses and then continues misses nothing", async () => {
  const { reader, writer } = pipe();
  open.push(reader);
  fill(join(dir, "log"));
  const origin = await startBot(writer);
  await expectService(origin);
  let log = "";
  await until(
    () => {
      log += readAll(reader);
      return log.includes('"msg":"command status"');
    },
    () => log,
  );
  expect(log).toContain('"msg":"ready"');
  await expectOrderlyStop();
});

test("an orderly stop does not wait for a reader", async () => {
  const { reader, writer } = pipe();
  open.push(reader);
  fill(join(dir, "log"));
  const origin = await startBot(writer);
  await expectService(origin);
  await expectOrderlyStop();
});

test("strangers cause only a few lines, however often they call", async () => {
  const { reader, writer } = pipe();
  open.push(reader);
  const origin = await startBot(writer);
  readAll(reader);
  for (let i = 0; i < 300; i++) {
    const body = new URLSearchParams({ command: "/hex", text: "help" });
    expect((await fetch(`${origin}/slack/events`, { method: "POST", body })).status).toBe(401);
  }
  await expectService(origin);
  const lines = readAll(reader)
    .split("\n")
    .filter((line) => line.includes("was refused"));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(10);
});
