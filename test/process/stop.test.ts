// How the built program is started and stopped: by a supervisor, by npm, from a terminal, and as the first process in a container.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { copyFile, cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";
import { DIST, isAlive, Program, until } from "./program.js";

const ROOT = join(DIST, "..");
const MAIN = join(DIST, "main.js");

/** Whether a program can be run here at all: some need rights that not everybody has. */
function canRun(command: string, ...args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

let dir: string;
let hex: SimulatedHex;
let slack: LocalSlack;
let token: string;
const programs: Program[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
  hex = await startHex({ clock: systemClock });
  slack = await startSlack({ clock: systemClock });
  token = hex.workspace.addToken({ kind: "workspace" });
});
afterEach(async () => {
  for (const program of programs.splice(0)) await program.end();
  await slack.stop();
  await hex.stop();
  await rm(dir, { recursive: true });
});

const env = (mode: "http" | "socket" = "socket") => ({
  HEX_API_TOKEN: token,
  HEX_WORKSPACE_URL: hex.origin,
  SLACK_BOT_TOKEN: slack.botToken,
  ...(mode === "http" ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
  SLACK_API_URL: slack.apiUrl,
  HEX_STATUS_URL: "off",
  LOG_PRETTY: "false",
  PORT: "0",
});

function start(command: string, args: string[], more: Record<string, string> = {}): Program {
  const program = Program.start(command, args, { dir, env: { ...env(), ...more } });
  programs.push(program);
  return program;
}
const startBot = (more: Record<string, string> = {}) => start(process.execPath, [MAIN], more);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A command that Hex leaves without an answer, so that a stop has something to wait for. */
async function askWhatHangs(program: Program): Promise<void> {
  hex.faults.add({ endpoint: "listProjects", kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
  await slack.command("projects");
  await until(
    () => hex.requests.some(({ endpoint }) => endpoint === "listProjects"),
    () => program.output,
  );
}

describe("npm start", () => {
  const startNpm = (port: number) => start("npm", ["start"], { PORT: String(port), HOME: dir });

  beforeEach(async () => {
    await copyFile(join(ROOT, "package.json"), join(dir, "package.json"));
    await cp(join(ROOT, "scripts"), join(dir, "scripts"), { recursive: true });
    await cp(DIST, join(dir, "dist"), { recursive: true });
    await symlink(join(ROOT, "node_modules"), join(dir, "node_modules"));
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "%s to npm: the bot stops in order before npm ends, and frees its port and file for the next one",
    async (signal) => {
      const port = await freePort();
      const npm = startNpm(port);
      await npm.ready();
      npm.child.kill(signal);
      expect(await npm.exit).toBe(0);
      expect(npm.output).toContain('"msg":"stopped"');
      expect(isAlive(npm.botPid)).toBe(false);
      const next = startNpm(port);
      expect(await next.ready()).toBe(port);
    },
  );

  test.each(["SIGKILL", "SIGHUP"] as const)(
    "%s to npm, which npm does not pass on: the bot stops anyway",
    async (signal) => {
      const npm = startNpm(0);
      await npm.ready();
      npm.child.kill(signal);
      await npm.printed('"msg":"stopped"');
      await until(
        () => !isAlive(npm.botPid),
        () => "the bot lives on",
      );
    },
  );
});

describe("Ctrl-C", () => {
  test("twice at once, as npm passes it on, counts as once: commands in progress are answered", async () => {
    hex.workspace.addProject({ title: "Revenue" });
    const bot = startBot();
    await bot.ready();
    bot.child.kill("SIGINT");
    await bot.printed('"msg":"stopping"');
    bot.child.kill("SIGINT");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
  });

  test("again while the bot waits for Hex: it ends at once", async () => {
    const bot = startBot();
    await bot.ready();
    await askWhatHangs(bot);
    bot.child.kill("SIGINT");
    await bot.printed('"msg":"stopping"');
    await new Promise((resolve) => setTimeout(resolve, 700));
    bot.child.kill("SIGINT");
    expect(await bot.exit).toBe(130);
    expect(bot.output).not.toContain('"msg":"stopped"');
  });
});

describe("SIGHUP", () => {
  test("without a terminal: the bot keeps running, reads the secrets in files again, and says so", async () => {
    const bot = startBot();
    const port = await bot.ready();
    bot.child.kill("SIGHUP");
    await bot.printed("no secret in a file has changed");
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
  });

  test.skipIf(!canRun("script", "--version"))("on a terminal: it stops in order", async () => {
    const bot = start("script", ["-qefc", `exec ${process.execPath} ${MAIN}`, "/dev/null"]);
    await bot.ready();
    process.kill(bot.botPid, "SIGHUP");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
  });
});

describe("SIGTERM before it is ready", () => {
  test.each([
    ["Slack does not say who the bot is", "auth.test"],
    ["Slack gives no WebSocket", "apps.connections.open"],
  ])("%s: it stops in order, and the next start works", async (_, method) => {
    slack.faults.add({ method, kind: { type: "hang" }, times: 1 });
    const bot = startBot();
    await until(
      () => slack.calls.some((call) => call.method === method),
      () => bot.output,
    );
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
    expect(bot.output).not.toContain("fatal");
    await startBot().ready();
  });
});

describe.each(["socket", "http"] as const)("SIGTERM straight after an acknowledgement, %s mode", (mode) => {
  async function startIn(): Promise<Program> {
    const program = Program.start(process.execPath, [MAIN], { dir, env: env(mode) });
    programs.push(program);
    const port = await program.ready();
    if (mode === "http") slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
    return program;
  }
  const answers = (id: string) =>
    slack.messages.filter(({ responseUrlOf }) => responseUrlOf === id).map((message) => visibleText(message));

  test("each command that was acknowledged is answered, and a run that was asked for is started once", async () => {
    const project = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, runningMs: 100 } });
    const bot = await startIn();
    const asked: Promise<{ id: string; ack: { ok: boolean } | null }>[] = [];
    for (let count = 0; count < 8; count++) asked.push(slack.command("status"));
    asked.push(slack.command(`run ${project.id}`));
    await Promise.race(asked);
    bot.child.kill("SIGTERM");
    const [run, ...others] = (await Promise.all(asked)).reverse();
    expect(await bot.exit).toBe(0);
    for (const { id } of others.filter(({ ack }) => ack?.ok)) expect(answers(id)).toHaveLength(1);
    await startIn();
    const runs = run?.ack?.ok ? 1 : 0;
    await until(
      () => slack.messages.filter((message) => visibleText(message).includes("Completed")).length === runs,
      () => bot.output,
    );
    expect(hex.workspace.runs).toHaveLength(runs);
  });

  test("whoever waits for Hex until the end is told that the bot is being restarted", async () => {
    const bot = await startIn();
    hex.faults.add({ endpoint: "listProjects", kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
    const { id } = await slack.command("projects nonsense");
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
    expect(answers(id)).toEqual([expect.stringContaining("The bot is being restarted and has not finished this.")]);
  });
});

const asFirst = ["--pid", "--fork", "--kill-child"];
describe.skipIf(!canRun("unshare", ...asFirst, "true"))("as the first process of a container", () => {
  test("SIGTERM: the bot stops in order", async () => {
    const unshare = start("unshare", [...asFirst, process.execPath, MAIN]);
    await unshare.ready();
    expect(unshare.botPid).toBe(1);
    const [bot] = execFileSync("ps", ["-o", "pid=", "--ppid", String(unshare.child.pid)], { encoding: "utf8" })
      .trim()
      .split(/\s+/);
    process.kill(Number(bot), "SIGTERM");
    expect(await unshare.exit).toBe(0);
    expect(unshare.output).toContain('"msg":"stopped"');
  });
});
