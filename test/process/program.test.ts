// The built program as a process: what an operator sees of a start, a stop and `npm run verify`.

import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { describe, expect } from "vitest";
import { listen } from "../sandbox/local-server.js";
import { visibleText } from "../sandbox/slack/server.js";
import { DIST } from "./program.js";
import { programTest as test } from "./program-test.js";

describe.concurrent("the built program", () => {
  test("with nothing set: names every variable and where to get it, and exits with code 1", async ({
    stage: { startBuilt },
  }) => {
    const program = startBuilt("main", {});
    expect(await program.closed).toBe(1);
    for (const text of [
      "SLACK_BOT_TOKEN",
      "SLACK_APP_TOKEN or SLACK_SIGNING_SECRET",
      "HEX_API_TOKEN",
      "docs/configuration.md",
    ]) {
      expect(program.output).toContain(text);
    }
    expect(program.output).toContain("api.slack.com/apps");
  });

  test.for(["main", "verify", "policy", "export-audit"])(
    "%s: an older Node is told so, and nothing else",
    async (name, { stage: { start } }) => {
      const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.18.3' } })";
      const args = ["--import", `data:text/javascript,${encodeURIComponent(older)}`, join(DIST, `${name}.js`)];
      const program = start(process.execPath, args, {});
      expect(await program.closed).toBe(1);
      expect(program.output).toMatch(/^This is Node 20\.18\.3 \(.*\), and the bot needs Node 20\.19 or newer\. .*\n$/);
    },
  );

  test("reads .env", async ({ stage: { dir, env, startBuilt } }) => {
    const lines = Object.entries(env("http")).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(dir, ".env"), lines.join("\n"));
    await startBuilt("main", {}).ready();
  });

  test("a .env that cannot be read is not taken for one that is empty", async ({
    stage: { dir, startBot, startBuilt },
  }) => {
    await mkdir(join(dir, ".env"));
    for (const program of [startBuilt("main", {}), startBuilt("verify", {})]) {
      expect(await program.closed).toBe(1);
      expect(program.output).toContain("HEX_API_TOKEN: is not set");
      expect(program.output).toContain(
        "There is a .env here, but it cannot be read (EISDIR), so its settings are missing",
      );
    }
    const { bot } = await startBot("http");
    expect(bot.output).toContain("There is a .env here");
  });

  test("a .env in UTF-16 is not taken for one that is empty", async ({ stage: { dir, startBuilt } }) => {
    await writeFile(join(dir, ".env"), Buffer.from("\uFEFFHEX_API_TOKEN=hxtp_1\n", "utf16le"));
    for (const program of [startBuilt("main", {}), startBuilt("verify", {})]) {
      expect(await program.closed).toBe(1);
      expect(program.output).toContain("HEX_API_TOKEN: is not set");
      expect(program.output).toContain("There is a .env here, but it is not in UTF-8, so its settings are missing");
    }
  });

  test("settings from a pipe, which can be read once, and from where dotenv is told to look", async ({
    stage: { dir, startBuilt },
  }) => {
    const found = async (env: Record<string, string>) => {
      const program = startBuilt("verify", env);
      expect(await program.closed).toBe(1);
      return program.output;
    };
    await writeFile(join(dir, "other"), "HEX_WORKSPACE_URL=ftp://a\n");
    expect(await found({ DOTENV_CONFIG_PATH: join(dir, "other") })).toContain("HEX_WORKSPACE_URL:");
    execFileSync("mkfifo", [join(dir, ".env")]);
    const [output] = await Promise.all([found({}), writeFile(join(dir, ".env"), "HEX_WORKSPACE_URL=ftp://a\n")]);
    expect(output).toContain("HEX_WORKSPACE_URL:");
  });

  test("certificates that .env names come too late for Node, which is said", async ({
    stage: { dir, startBot, startBuilt },
  }) => {
    const [file, said] = [join(dir, "ca.pem"), "NODE_EXTRA_CA_CERTS has no effect in .env"];
    await writeFile(file, rootCertificates[0] ?? "");
    await writeFile(join(dir, ".env"), `NODE_EXTRA_CA_CERTS=${file}`);
    expect((await startBot("http")).bot.output).toContain(said);
    for (const [env, isSaid] of [
      [{}, true],
      [{ NODE_EXTRA_CA_CERTS: file }, false],
    ] as const) {
      const program = startBuilt("verify", env);
      expect(await program.closed).toBe(1);
      expect(program.output.includes(said)).toBe(isSaid);
    }
  });

  test.for(["http", "socket"] as const)(
    "%s: answers /healthz and /hex status, and exits with 0 on SIGTERM",
    async (mode, { stage: { hex, slack, token, startBot } }) => {
      hex.workspace.addProject({ title: "Revenue" });
      const { bot, port } = await startBot(mode);
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      const { id } = await slack.command("status");
      const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(visibleText(answer)).toContain("Workspace token");
      bot.child.kill("SIGTERM");
      expect(await bot.closed).toBe(0);
      expect(bot.output).not.toContain(token);
      expect(slack.refused).toEqual([]);
    },
  );

  test.for(["http", "socket"] as const)(
    "%s: a command that is waiting to retry Hex when SIGTERM comes is answered",
    async (mode, { stage: { hex, slack, startBot } }) => {
      hex.workspace.addProject({ title: "Revenue" });
      const { bot } = await startBot(mode);
      hex.faults.add({ endpoint: "listProjects", kind: { type: "status", status: 500 } });
      const { id } = await slack.command("projects");
      await bot.printed('"operation":"listProjects"');
      bot.child.kill("SIGTERM");
      const answer = await slack.waitForMessage((message) => message.responseUrlOf === id);
      expect(visibleText(answer)).toContain("Revenue");
      expect(await bot.closed).toBe(0);
      expect(bot.output).toContain('"msg":"stopped"');
    },
  );

  test("killed in the middle of a run: the next start follows the run to its end on the same card", async ({
    stage: { hex, slack, startBot },
  }) => {
    const project = hex.workspace.addProject({ title: "Revenue", run: { pendingMs: 100, runningMs: 600_000 } });
    const { bot: first } = await startBot("socket");
    await slack.command(`run ${project.id}`);
    const card = await slack.waitForMessage((message) => /Running|Waiting/.test(visibleText(message)));
    first.child.kill("SIGKILL");
    await first.exit;
    await startBot("socket");
    hex.workspace.finishRun(hex.workspace.runs[0]?.id ?? "", "COMPLETED");
    await slack.waitForMessage((message) => message.ts === card.ts && visibleText(message).includes("Completed"));
    expect(hex.workspace.runs).toHaveLength(1);
  });

  test("Slack refuses the token: one sentence that says what to do, and exit code 1", async ({
    stage: { env, startBuilt },
  }) => {
    const program = startBuilt("main", { ...env("http"), SLACK_BOT_TOKEN: "xoxb-1-2-wrong" });
    expect(await program.closed).toBe(1);
    expect(program.output).toContain("Slack does not accept SLACK_BOT_TOKEN");
    expect(program.output).not.toContain("xoxb-1-2-wrong");
  });

  test("SIGTERM while Slack cannot be reached at the start: the bot says that it is waiting, answers, and stops in order", async ({
    stage: { slack, env, startBuilt },
  }) => {
    slack.faults.add({ method: "auth.test", kind: { type: "status", status: 503 } });
    const program = startBuilt("main", env("socket"));
    await program.printed("the start waits for it");
    program.child.kill("SIGTERM");
    expect(await program.closed).toBe(0);
    expect(program.output).toContain('"msg":"stopped"');
  });

  test("the app token is refused: one sentence, and exit code 1", async ({ stage: { env, startBuilt } }) => {
    const program = startBuilt("main", { ...env("socket"), SLACK_APP_TOKEN: "xapp-1-wrong" });
    expect(await program.closed).toBe(1);
    expect(program.output).toContain("SLACK_APP_TOKEN");
  });

  test("a port in use and a folder that is not writable: one sentence each", async ({
    stage: { dir, env, startBuilt },
  }) => {
    const other = createServer();
    const port = String(await listen(other));
    const blocked = startBuilt("main", { ...env("http"), PORT: port });
    expect(await blocked.closed).toBe(1);
    expect(blocked.output).toContain(`Port ${port} is taken`);
    other.close();
    await writeFile(join(dir, "file"), "");
    const unwritable = startBuilt("main", { ...env("http"), HEX_BOT_DATA_DIR: join(dir, "file") });
    expect(await unwritable.closed).toBe(1);
    expect(unwritable.output).toContain("HEX_BOT_DATA_DIR");
  });

  test("an uncaught error ends the bot with a log line that does not contain the token", async ({
    stage: { token, env, startBuilt },
  }) => {
    const broken = "throw new Error('broken: ' + process.env.HEX_API_TOKEN)";
    const thrower = `setInterval(() => { if (process.listenerCount('uncaughtException') > 0) ${broken} }, 20)`;
    const options = `--import "data:text/javascript,${encodeURIComponent(thrower)}"`;
    const program = startBuilt("main", { ...env("socket"), NODE_OPTIONS: options });
    expect(await program.closed).toBe(1);
    expect(program.output).toContain("uncaught exception");
    expect(program.output).toContain("broken: [secret]");
    expect(program.output).not.toContain(token);
  });

  describe("verify", () => {
    test("everything works: says as whom, both scopes and the projects; exit code 0", async ({
      stage: { hex, hexEnv, startBuilt },
    }) => {
      hex.workspace.addProject();
      hex.workspace.addProject({ published: false });
      const program = startBuilt("verify", hexEnv());
      expect(await program.closed).toBe(0);
      expect(program.output).toMatch(/Connected to Hex/);
      expect(program.output).toMatch(/Token {10}a workspace token, alive/);
      expect(program.output).toMatch(/Expires {8}not known: the token needs the scope "Users: Read" for that/);
      expect(program.output).toMatch(/Read projects {2}proven/);
      expect(program.output).toMatch(/Run projects {3}proven/);
      expect(program.output).toMatch(/2, 1 of them published/);
    });

    test("--json prints one object", async ({ stage: { hex, hexEnv, startBuilt } }) => {
      hex.workspace.addProject();
      const program = startBuilt("verify", hexEnv(), ["--json"]);
      expect(await program.closed).toBe(0);
      expect(JSON.parse(program.output)).toMatchObject({
        ok: true,
        token: { kind: "workspace", user: null, expiresAt: "not known", missingScope: "Users: Read" },
        scopes: { readProjects: "proven", runProjects: "proven" },
        projects: { total: 1, published: 1 },
      });
    });

    test("--help explains it, and an option that it does not know is not passed over", async ({
      stage: { hexEnv, startBuilt },
    }) => {
      const help = startBuilt("verify", {}, ["--help"]);
      expect(await help.closed).toBe(0);
      expect(help.output).toMatch(/^Checks the connection to Hex:[\s\S]*--json/);
      const mistyped = startBuilt("verify", hexEnv(), ["--jsn"]);
      expect(await mistyped.closed).toBe(1);
      expect(mistyped.output).toMatch(/^Unknown option '--jsn'[\s\S]*--json/);
      expect(mistyped.output).not.toContain("Connected");
    });

    test("a missing scope, a revoked token, no variables: the remedy and exit code 1", async ({
      stage: { hex, token, hexEnv, startBuilt },
    }) => {
      hex.workspace.addProject();
      hex.workspace.setScopes(token, ["read"]);
      const scope = startBuilt("verify", hexEnv());
      expect(await scope.closed).toBe(1);
      expect(scope.output).toContain('"Run projects" scope');
      hex.workspace.revokeToken(token);
      const dead = startBuilt("verify", hexEnv(), ["--json"]);
      expect(await dead.closed).toBe(1);
      expect(JSON.parse(dead.output)).toMatchObject({ ok: false, failures: [{ kind: "unauthorized", status: 401 }] });
      const bare = startBuilt("verify", {});
      expect(await bare.closed).toBe(1);
      expect(bare.output).toContain("HEX_API_TOKEN");
      expect(bare.output).not.toContain("SLACK");
    });
  });
});
