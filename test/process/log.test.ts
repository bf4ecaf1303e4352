// The built program cannot write its log, and the service continues anyway.

import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { freePort } from "../sandbox/local-server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { DIST, type Program, until } from "./program.js";
import { type ProgramStage, programTest } from "./program-test.js";

const test = programTest
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture needs
  .extend("opened", async ({}, { onCleanup }) => {
    const opened: number[] = [];
    onCleanup(() => {
      for (const fd of opened) closeSync(fd);
    });
    return opened;
  });

interface Bot {
  program: Program;
  /** Its address. */
  origin: string;
}

/** Starts the bot over HTTP with its log at `fd`, and waits until it answers. */
async function startBot({ env, slack, start }: ProgramStage, fd: number): Promise<Bot> {
  const port = await freePort();
  const program = start(process.execPath, [join(DIST, "main.js")], { ...env("http"), PORT: String(port) }, [
    "ignore",
    fd,
    "pipe",
  ]);
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
    () => `the bot does not answer; its exit code is ${program.child.exitCode}\n${program.output}`,
  );
  slack.eventsUrl = `${origin}/slack/events`;
  return { program, origin };
}

async function expectService({ slack }: ProgramStage, { origin }: Bot): Promise<void> {
  expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  const { id } = await slack.command("status");
  const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
  expect(visibleText(answer)).toContain("Connected to Hex");
}

async function expectOrderlyStop({ program }: Bot): Promise<void> {
  program.child.kill("SIGTERM");
  expect(await program.exit).toBe(0);
}

function pipe({ dir }: ProgramStage, opened: number[]): { reader: number; writer: number } {
  const path = join(dir, "log");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY);
  opened.push(writer);
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

test.concurrent("/dev/full", async ({ stage, opened }) => {
  const full = openSync("/dev/full", "w");
  opened.push(full);
  const bot = await startBot(stage, full);
  await expectService(stage, bot);
  await expectOrderlyStop(bot);
});

test.concurrent("a pipe whose reader is gone", async ({ stage, opened }) => {
  const { reader, writer } = pipe(stage, opened);
  const bot = await startBot(stage, writer);
  closeSync(reader);
  await expectService(stage, bot);
  await expectOrderlyStop(bot);
});

test.concurrent("a pipe whose reader pauses and then continues misses nothing", async ({ stage, opened }) => {
  const { reader, writer } = pipe(stage, opened);
  opened.push(reader);
  fill(join(stage.dir, "log"));
  const bot = await startBot(stage, writer);
  await expectService(stage, bot);
  let log = "";
  await until(
    () => {
      log += readAll(reader);
      return log.includes('"msg":"command status"');
    },
    () => log,
  );
  expect(log).toContain('"msg":"ready"');
  await expectOrderlyStop(bot);
});

test.concurrent("an orderly stop does not wait for a reader", async ({ stage, opened }) => {
  const { reader, writer } = pipe(stage, opened);
  opened.push(reader);
  fill(join(stage.dir, "log"));
  const bot = await startBot(stage, writer);
  await expectService(stage, bot);
  await expectOrderlyStop(bot);
});

test.concurrent("strangers cause only a few lines, however often they call", async ({ stage, opened }) => {
  const { reader, writer } = pipe(stage, opened);
  opened.push(reader);
  const bot = await startBot(stage, writer);
  // Whoever waits until it answers is a stranger, too.
  const first = readAll(reader);
  for (let i = 0; i < 300; i++) {
    const body = new URLSearchParams({ command: "/hex", text: "help" });
    expect((await fetch(`${bot.origin}/slack/events`, { method: "POST", body })).status).toBe(401);
  }
  await expectService(stage, bot);
  const lines = (first + readAll(reader)).split("\n").filter((line) => line.includes("was refused"));
  expect(lines.length).toBeGreaterThan(0);
  // Ten a minute, on a machine that is busy for two.
  expect(lines.length).toBeLessThanOrEqual(20);
});
