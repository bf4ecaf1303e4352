// `npm run demo` as a process: its flags, a sentence for what is wrong with them, and what it leaves behind.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseFlags } from "../demo/flags.js";

const ROOT = join(import.meta.dirname, "../..");
/** For a build and a start on a busy machine. */
const PATIENCE_MS = 80_000;

describe("flags", () => {
  test("none: port 4000, normal speed, nothing kept", () => {
    expect(parseFlags([])).toEqual({ port: 4000, speed: 1, projects: 0, keep: false, help: false });
  });

  test("all of them", () => {
    expect(parseFlags(["--port", "0", "--speed=20", "--projects", "5000", "--keep"])).toEqual({
      port: 0,
      speed: 20,
      projects: 5_000,
      keep: true,
      help: false,
    });
  });

  test.each([
    [["--fast"], "Unknown option '--fast'. The flags are --port, --speed, --projects, --keep and --help."],
    [["20"], "Unexpected argument '20'. The flags are --port, --speed, --projects, --keep and --help."],
    [["--port"], "Option '--port <value>' argument missing. The flags are"],
    [["--port", "http"], "--port takes a whole number from 0 to 65535, such as --port 4001."],
    [["--port", "70000"], "--port takes a whole number"],
    [["--speed", "0"], "--speed takes a number from 1 to 60, such as --speed 20."],
    [["--speed", "fast"], "--speed takes a number"],
    [["--port", "-1"], "--port takes a whole number from 0 to 65535, such as --port 4001."],
    [["--projects", "-1"], "--projects takes a whole number from 0 to 20000, such as --projects 5000."],
    [["--projects", "1e9"], "--projects takes a whole number"],
    [["--speed", "-5"], "--speed takes a number from 1 to 60, such as --speed 20."],
    [["--port", "--keep"], "Option '--port' argument is ambiguous. The flags are"],
  ])("%j", (words, sentence) => {
    const flags = parseFlags(words);
    expect("problem" in flags && flags.problem).toContain(sentence);
    expect("problem" in flags && flags.problem).not.toContain("\n");
  });

  // What npm passes on for `npm run demo --speed=20`, `--speed 20`, and `--port=4001 --keep`.
  test.each([
    [
      [],
      { npm_config_speed: "20" },
      "npm took --speed for its own. Put flags after two dashes: npm run demo -- --speed 20",
    ],
    [["20"], { npm_config_speed: "true" }, "npm took --speed for its own."],
    [[], { npm_config_port: "4001", npm_config_keep: "true" }, "npm took --port and --keep for its own."],
  ])("%j beside %j", (words, env, sentence) => {
    const flags = parseFlags(words, env);
    expect("problem" in flags && flags.problem).toContain(sentence);
  });
});

describe("the process", { timeout: 180_000 }, () => {
  let folder: string;
  let child: ChildProcess | null = null;
  let said = "";
  beforeAll(() => {
    execFileSync(process.execPath, ["test/demo/build.js"], { cwd: ROOT, stdio: "inherit" });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "demo-test-"));
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      toGroup(child, "SIGKILL");
      await once(child, "exit");
    }
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (...words: string[]) => run("main", words);

  function run(program: "main" | "pictures", words: readonly string[], env: Record<string, string> = {}): ChildProcess {
    return launch(process.execPath, [`test/demo/dist/${program}.js`, ...words], env);
  }

  function launch(command: string, words: readonly string[], env: Record<string, string>): ChildProcess {
    said = "";
    const all = { PATH: process.env.PATH, TMPDIR: folder, ...env };
    child = spawn(command, words, { cwd: ROOT, env: all, detached: true });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        said += String(chunk);
      });
    }
    return child;
  }

  /** As a terminal does it: to all that the command has started. */
  function toGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
    if (pid !== undefined) process.kill(-pid, signal);
  }

  async function ended(program: ChildProcess): Promise<number | null> {
    const [code] = await once(program, "close");
    return typeof code === "number" ? code : null;
  }

  test("npm run demo builds the demo and starts it with its flags, and Ctrl-C ends everything", async () => {
    const demo = launch("npm", ["run", "--silent", "demo", "--", "--port", "0", "--speed", "20"], { HOME: folder });
    await expect
      .poll(() => said, { timeout: PATIENCE_MS })
      .toMatch(/^Open http:\S+ in a browser\. Ctrl-C ends it\.\n$/);
    const url = /http:\S+/.exec(said)?.[0] ?? "";
    const live = await fetch(`${url}/live?person=U0ADALOVELA&place=C0DATATEAM1`);
    let shown = "";
    const reading = (async () => {
      for await (const part of live.body ?? []) shown += Buffer.from(part).toString();
    })().catch(() => undefined);
    await expect.poll(() => shown, { timeout: PATIENCE_MS }).toContain("20 times as fast");
    expect(await (await fetch(`${url}/browser/main.js`)).text()).toContain('from "./composer.js"');
    toGroup(demo, "SIGINT");
    await ended(demo);
    await reading;
    expect(readdirSync(folder).filter((name) => name.startsWith("hex-bot"))).toEqual([]);
  });

  test("prints one address, serves the page there, and leaves nothing behind after Ctrl-C", async () => {
    const demo = start("--port", "0", "--speed", "20");
    await expect
      .poll(() => said, { timeout: PATIENCE_MS })
      .toMatch(/^Open http:\/\/127\.0\.0\.1:\d+ in a browser\. Ctrl-C ends it\.\n$/);
    const url = /http:\S+/.exec(said)?.[0] ?? "";
    expect(await (await fetch(url)).text()).toContain("A simulated Hex");
    // A browser that is connected does not hold up the stop.
    const live = await fetch(`${url}/live?person=U0ADALOVELA&place=C0DATATEAM1`);
    expect(live.status).toBe(200);
    const reading = live.text().catch(() => "cut off");
    expect(readdirSync(folder)).toHaveLength(1);
    demo.kill("SIGINT");
    expect(await ended(demo)).toBe(0);
    await reading;
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s in the middle of the start ends it at once",
    async (signal) => {
      // With so many projects its start is not over before the signal.
      const demo = start("--port", "0", "--projects", "20000");
      await expect.poll(() => readdirSync(folder), { timeout: PATIENCE_MS, interval: 5 }).toHaveLength(1);
      demo.kill(signal);
      expect(await ended(demo)).toBe(0);
      expect(said).toBe("");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  test("nothing is left behind either after Ctrl-C twice, or when the terminal is closed", async () => {
    for (const signals of [["SIGINT", "SIGINT"], ["SIGHUP"]] as const) {
      const demo = start("--port", "0");
      await expect.poll(() => said, { timeout: PATIENCE_MS }).toContain("Open http");
      for (const signal of signals) demo.kill(signal);
      expect(await ended(demo)).toBe(0);
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test("pictures without a browser: one sentence, and nothing left behind", async () => {
    const nowhere = join(folder, "no-chromium");
    expect(await ended(run("pictures", [], { CHROMIUM_PATH: nowhere }))).toBe(1);
    expect(said).toMatch(/^No Chromium at [^\n]+\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("--keep leaves the bot's data and log, and says where", async () => {
    const demo = start("--port", "0", "--keep");
    await expect.poll(() => said, { timeout: PATIENCE_MS }).toContain("Open http");
    demo.kill("SIGTERM");
    expect(await ended(demo)).toBe(0);
    const kept = /The bot's data and log are in (\S+)/.exec(said)?.[1] ?? "";
    expect(kept.startsWith(folder)).toBe(true);
    expect(readdirSync(kept)).toEqual(expect.arrayContaining(["bot.log"]));
  });

  test("a port in use and an unknown flag: one sentence, and nothing left behind", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" && address ? address.port : 0;
    expect(await ended(start("--port", String(port)))).toBe(1);
    expect(said).toBe(`Port ${port} is taken. Choose another one: npm run demo -- --port ${port + 1}\n`);
    other.close();
    expect(await ended(start("--fats"))).toBe(1);
    expect(said).toMatch(/^Unknown option '--fats'\. The flags are [^\n]+\n$/);
    expect(await ended(run("main", [], { npm_config_speed: "20" }))).toBe(1);
    expect(said).toMatch(/^npm took --speed for its own\. [^\n]+\n$/);
    expect(readdirSync(folder)).toEqual([]);
  });

  test("--help", async () => {
    expect(await ended(start("--help"))).toBe(0);
    expect(said).toContain("--speed <number>");
  });
});
