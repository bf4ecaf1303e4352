// The built program as a process: what an operator sees of a start, a stop and `npm run verify`.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { type LocalSlack, startSlack, visibleText } from "../sandbox/slack/server.js";

const DIST = join(import.meta.dirname, "../../dist");

interface Program {
  child: ChildProcess;
  output: () => string;
  /** Resolves with the exit code. */
  exit: Promise<number | null>;
}

describe("the built program", () => {
  let dir: string;
  let hex: SimulatedHex;
  let slack: LocalSlack;
  let token: string;
  const running: Program[] = [];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "hex-bot-"));
    hex = await startHex({ clock: systemClock });
    slack = await startSlack({ clock: systemClock });
    token = hex.workspace.addToken({ kind: "workspace" });
  });
  afterEach(async () => {
    for (const { child, exit } of running.splice(0)) {
      if (child.exitCode === null) child.kill("SIGKILL");
      await exit;
    }
    await slack.stop();
    await hex.stop();
    await rm(dir, { recursive: true });
  });

  /** Starts a program in an empty folder, with this environment and no other. */
  function run(name: "main" | "verify", env: Record<string, string>, args: string[] = []): Program {
    const child = spawn(process.execPath, [join(DIST, `${name}.js`), ...args], {
      cwd: dir,
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const chunks: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => chunks.push(String(chunk)));
    const exit = once(child, "close").then(([code]) => (typeof code === "number" ? code : null));
    const program = { child, output: () => chunks.join(""), exit };
    running.push(program);
    return program;
  }

  async function printed(program: Program, text: string | RegExp): Promise<string> {
    const there = () => program.output().match(text) !== null;
    for (let i = 0; i < 1_000 && !there(); i++) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(program.output()).toMatch(text);
    return program.output();
  }

  const hexEnv = () => ({ HEX_API_TOKEN: token, HEX_WORKSPACE_URL: hex.origin });
  const env = (mode: "http" | "socket") => ({
    ...hexEnv(),
    SLACK_BOT_TOKEN: slack.botToken,
    ...(mode === "http" ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
    SLACK_API_URL: slack.apiUrl,
    HEX_STATUS_URL: "off",
    PORT: "0",
  });

  test("with nothing set: names every variable and where to get it, and exits with code 1", async () => {
    const program = run("main", {});
    expect(await program.exit).toBe(1);
    for (const text of [
      "SLACK_BOT_TOKEN",
      "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
      "HEX_API_TOKEN",
      "docs/configuration.md",
    ]) {
      expect(program.output()).toContain(text);
    }
    expect(program.output()).toContain("api.slack.com/apps");
  });

  test("reads .env", async () => {
    const lines = Object.entries(env("http")).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(dir, ".env"), lines.join("\n"));
    await printed(run("main", {}), /"msg":"ready"/);
  });

  test.each(["http", "socket"] as const)(
    "%s: answers /healthz and /hex status, and exits with 0 on SIGTERM",
    async (mode) => {
      hex.workspace.addProject({ title: "Revenue" });
      const program = run("main", env(mode));
      const output = await printed(program, /"msg":"ready"/);
      const port = /"port":(\d+)/.exec(output)?.[1];
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      if (mode === "http") slack.eventsUrl = `http://127.0.0.1:${port}/slack/events`;
      const { id } = await slack.command("status");
      const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(visibleText(answer)).toContain("Workspace token");
      program.child.kill("SIGTERM");
      expect(await program.exit).toBe(0);
      expect(program.output()).not.toContain(token);
      expect(slack.refused).toEqual([]);
    },
  );

  test.each(["http", "socket"] as const)(
    "%s: a command that is waiting to retry Hex when SIGTERM comes is answered",
    async (mode) => {
      hex.workspace.addProject({ title: "Revenue" });
      const program = run("main", env(mode));
      const output = await printed(program, /"msg":"ready"/);
      if (mode === "http") slack.eventsUrl = `http://127.0.0.1:${/"port":(\d+)/.exec(output)?.[1]}/slack/events`;
      hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 500 } });
      const { id } = await slack.command("projects");
      await printed(program, /"operation":"listProjects"/);
      program.child.kill("SIGTERM");
      const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(visibleText(answer)).toContain("Revenue");
      expect(await program.exit).toBe(0);
      expect(program.output()).toContain('"msg":"stopped"');
    },
  );

  test("killed in the middle of a run: the next start follows the run to its end on the same card", async () => {
    const project = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 100, runningMs: 600_000 } });
    const first = run("main", env("socket"));
    await printed(first, /"msg":"ready"/);
    await slack.command(`run ${project.id}`);
    const card = await slack.waitForMessage((message) => /Running|Waiting/.test(visibleText(message)));
    first.child.kill("SIGKILL");
    await first.exit;
    const second = run("main", env("socket"));
    await printed(second, /"msg":"ready"/);
    hex.workspace.finishRun(hex.workspace.runs[0]?.id ?? "", "COMPLETED");
    await slack.waitForMessage((message) => message.ts === card.ts && visibleText(message).includes("Completed"));
    expect(hex.workspace.runs).toHaveLength(1);
  });

  test("Slack refuses the token: one sentence that says what to do, and exit code 1", async () => {
    const program = run("main", { ...env("http"), SLACK_BOT_TOKEN: "xoxb-1-2-wrong" });
    expect(await program.exit).toBe(1);
    expect(program.output()).toContain("Slack does not accept SLACK_BOT_TOKEN");
    expect(program.output()).not.toContain("xoxb-1-2-wrong");
  });

  test("SIGTERM while Slack cannot be reached at the start: the bot says that it is waiting, answers, and stops in order", async () => {
    slack.faults.add({ method: "auth.test", kind: { type: "status", status: 503 } });
    const program = run("main", env("socket"));
    await printed(program, /the start waits for it/);
    program.child.kill("SIGTERM");
    expect(await program.exit).toBe(0);
    expect(program.output()).toContain('"msg":"stopped"');
  });

  test("the app token is refused: one sentence, and exit code 1", async () => {
    const program = run("main", { ...env("socket"), SLACK_APP_TOKEN: "xapp-1-wrong" });
    expect(await program.exit).toBe(1);
    expect(program.output()).toContain("SLACK_APP_TOKEN");
  });

  test("a port in use and a folder that is not writable: one sentence each", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address ? String(address.port) : "";
    const blocked = run("main", { ...env("http"), PORT: port });
    expect(await blocked.exit).toBe(1);
    expect(blocked.output()).toContain(`Port ${port} is taken`);
    other.close();
    await writeFile(join(dir, "file"), "");
    const unwritable = run("main", { ...env("http"), HEX_BOT_DATA_DIR: join(dir, "file") });
    expect(await unwritable.exit).toBe(1);
    expect(unwritable.output()).toContain("HEX_BOT_DATA_DIR");
  });

  test("an uncaught error ends the bot with a log line that does not contain the token", async () => {
    const broken = "throw new Error('broken: ' + process.env.HEX_API_TOKEN)";
    const thrower = `setInterval(() => { if (process.listenerCount('uncaughtException') > 0) ${broken} }, 20)`;
    const options = `--import "data:text/javascript,${encodeURIComponent(thrower)}"`;
    const program = run("main", { ...env("socket"), NODE_OPTIONS: options });
    expect(await program.exit).toBe(1);
    expect(program.output()).toContain("uncaught exception");
    expect(program.output()).toContain("broken: [secret]");
    expect(program.output()).not.toContain(token);
  });

  describe("verify", () => {
    test("everything works: says as whom, both scopes and the projects; exit code 0", async () => {
      hex.workspace.addProject();
      hex.workspace.addProject({ published: false });
      const program = run("verify", hexEnv());
      expect(await program.exit).toBe(0);
      expect(program.output()).toMatch(/Connected to Hex/);
      expect(program.output()).toMatch(/Token {10}a workspace token, alive/);
      expect(program.output()).toMatch(/Expires {8}not known: the token needs the scope "Users: Read" for that/);
      expect(program.output()).toMatch(/Read projects {2}proven/);
      expect(program.output()).toMatch(/Run projects {3}proven/);
      expect(program.output()).toMatch(/2, 1 of them published/);
    });

    test("--json prints one object", async () => {
      hex.workspace.addProject();
      const program = run("verify", hexEnv(), ["--json"]);
      expect(await program.exit).toBe(0);
      expect(JSON.parse(program.output())).toMatchObject({
        ok: true,
        token: { kind: "workspace", user: null, expiresAt: "not known", missingScope: "Users: Read" },
        scopes: { readProjects: "proven", runProjects: "proven" },
        projects: { total: 1, published: 1 },
      });
    });

    test("a missing scope, a revoked token, no variables: the remedy and exit code 1", async () => {
      hex.workspace.addProject();
      hex.workspace.setScopes(token, ["read"]);
      const scope = run("verify", hexEnv());
      expect(await scope.exit).toBe(1);
      expect(scope.output()).toContain('"Run projects" scope');
      hex.workspace.revokeToken(token);
      const dead = run("verify", hexEnv(), ["--json"]);
      expect(await dead.exit).toBe(1);
      expect(JSON.parse(dead.output())).toMatchObject({ ok: false, failures: [{ kind: "unauthorized", status: 401 }] });
      const bare = run("verify", {});
      expect(await bare.exit).toBe(1);
      expect(bare.output()).toContain("HEX_API_TOKEN");
      expect(bare.output()).not.toContain("SLACK");
    });
  });
});
