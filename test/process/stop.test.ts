// How the built program is started and stopped: by a supervisor, by npm, from a terminal, and as the first process in a container.

import { execFileSync } from "node:child_process";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect } from "vitest";
import { freePort } from "../sandbox/local-server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { DIST, isAlive, type Program, until } from "./program.js";
import { type ProgramStage, programTest as test } from "./program-test.js";

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

/** A command that Hex leaves without an answer, so that a stop has something to wait for. */
async function askWhatHangs({ hex, slack }: ProgramStage, program: Program): Promise<void> {
  hex.faults.add({ endpoint: "listProjects", kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
  await slack.command("projects");
  await until(
    () => hex.requests.some(({ endpoint }) => endpoint === "listProjects"),
    () => program.output,
  );
}

describe.concurrent("npm start", () => {
  async function startNpm({ dir, env, start }: ProgramStage, port: number): Promise<Program> {
    for (const name of ["package.json", "scripts", "dist"]) await symlink(join(ROOT, name), join(dir, name));
    return start("npm", ["start"], { ...env("socket"), LOG_PRETTY: "false", PORT: String(port), HOME: dir });
  }

  test.for(["SIGTERM", "SIGINT"] as const)(
    "%s to npm: the bot stops in order before npm ends, and frees its port and file for the next one",
    async (signal, { stage }) => {
      const port = await freePort();
      const npm = await startNpm(stage, port);
      await npm.ready();
      npm.child.kill(signal);
      expect(await npm.exit).toBe(0);
      expect(npm.output).toContain('"msg":"stopped"');
      expect(isAlive(npm.botPid)).toBe(false);
      const next = await stage.startBot("socket", { PORT: String(port) });
      expect(next.port).toBe(port);
    },
  );

  test.for(["SIGKILL", "SIGHUP"] as const)(
    "%s to npm, which npm does not pass on: the bot stops anyway",
    async (signal, { stage }) => {
      const npm = await startNpm(stage, 0);
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

// Alone: what is one press and what are two is told by half a second.
describe("Ctrl-C", () => {
  test("twice at once, as npm passes it on, counts as once: commands in progress are answered", async ({
    stage: { hex, startBot },
  }) => {
    hex.workspace.addProject({ title: "Revenue" });
    const { bot } = await startBot("socket");
    bot.child.kill("SIGINT");
    await bot.printed('"msg":"stopping"');
    bot.child.kill("SIGINT");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
  });

  test("again while the bot waits for Hex: it ends at once", async ({ stage }) => {
    const { bot } = await stage.startBot("socket");
    await askWhatHangs(stage, bot);
    bot.child.kill("SIGINT");
    await bot.printed('"msg":"stopping"');
    await new Promise((resolve) => setTimeout(resolve, 700));
    bot.child.kill("SIGINT");
    expect(await bot.exit).toBe(130);
    expect(bot.output).not.toContain('"msg":"stopped"');
  });
});

describe.concurrent("SIGHUP", () => {
  test("without a terminal: the bot keeps running, reads the secrets in files again, and says so", async ({
    stage: { startBot },
  }) => {
    const { bot, port } = await startBot("socket");
    bot.child.kill("SIGHUP");
    await bot.printed("SIGHUP: no file has a new secret");
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
  });

  test.skipIf(!canRun("script", "--version"))("on a terminal: it stops in order", async ({ stage: { env, start } }) => {
    const script = ["-qefc", `exec ${process.execPath} ${MAIN}`, "/dev/null"];
    const bot = start("script", script, { ...env("socket"), LOG_PRETTY: "false" });
    await bot.ready();
    process.kill(bot.botPid, "SIGHUP");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
  });
});

describe.concurrent("SIGTERM before it is ready", () => {
  test.for([
    ["Slack does not say who the bot is", "auth.test"],
    ["Slack gives no WebSocket", "apps.connections.open"],
  ] as const)("%s: it stops in order, and the next start works", async ([, method], { stage }) => {
    const { slack, env, startBuilt, startBot } = stage;
    slack.faults.add({ method, kind: { type: "hang" }, times: 1 });
    const bot = startBuilt("main", env("socket"));
    await until(
      () => slack.calls.some((call) => call.method === method),
      () => bot.output,
    );
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
    expect(bot.output).not.toContain("fatal");
    await startBot("socket");
  });
});

const answers = ({ slack }: ProgramStage, id: string) =>
  slack.messages.filter(({ responseUrlOf }) => responseUrlOf === id).map((message) => visibleText(message));

describe.concurrent.each(["socket", "http"] as const)("SIGTERM straight after an acknowledgement, %s mode", (mode) => {
  test("each command that was acknowledged is answered, and a run that was asked for is started once", async ({
    stage,
  }) => {
    const { hex, slack, startBot } = stage;
    const project = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 0, runningMs: 100 } });
    const { bot } = await startBot(mode);
    const asked: Promise<{ id: string; ack: { ok: boolean } | null }>[] = [];
    for (let count = 0; count < 8; count++) asked.push(slack.command("status"));
    asked.push(slack.command(`run ${project.id}`));
    await Promise.race(asked);
    bot.child.kill("SIGTERM");
    const [run, ...others] = (await Promise.all(asked)).reverse();
    expect(await bot.exit).toBe(0);
    for (const { id } of others.filter(({ ack }) => ack?.ok)) expect(answers(stage, id)).toHaveLength(1);
    await startBot(mode);
    const runs = run?.ack?.ok ? 1 : 0;
    await until(
      () => slack.messages.filter((message) => visibleText(message).includes("Completed")).length === runs,
      () => bot.output,
    );
    expect(hex.workspace.runs).toHaveLength(runs);
  });

  test("whoever waits for Hex until the end is told that the bot is being restarted", async ({ stage }) => {
    const { hex, slack, startBot } = stage;
    const { bot } = await startBot(mode);
    hex.faults.add({ endpoint: "listProjects", kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
    const { id } = await slack.command("projects nonsense");
    bot.child.kill("SIGTERM");
    expect(await bot.exit).toBe(0);
    expect(bot.output).toContain('"msg":"stopped"');
    expect(answers(stage, id)).toEqual([
      expect.stringContaining("The bot is being restarted and has not finished this."),
    ]);
  });
});

const asFirst = ["--pid", "--fork", "--kill-child"];
describe.skipIf(!canRun("unshare", ...asFirst, "true"))("as the first process of a container", () => {
  test.concurrent("SIGTERM: the bot stops in order", async ({ stage: { env, start } }) => {
    const unshare = start("unshare", [...asFirst, process.execPath, MAIN], env("socket"));
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
