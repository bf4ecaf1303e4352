// `npm run demo` as a process: its flags, a sentence for what is wrong with them, and what it leaves behind.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { parseFlags } from "../demo/flags.js";
import { listen } from "../sandbox/local-server.js";

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

/** A command with a folder for temporary files, and what it has printed. */
class Command {
  said = "";
  readonly #closed: Promise<unknown[]>;
  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        this.said += String(chunk);
      });
    }
    this.#closed = once(child, "close");
  }

  static start(command: string, words: readonly string[], folder: string, env: Record<string, string> = {}): Command {
    const all = { PATH: process.env.PATH, TMPDIR: folder, ...env };
    return new Command(spawn(command, words, { cwd: ROOT, env: all, detached: true }));
  }

  /** Waits until it has printed something. */
  async printed(words: string): Promise<void> {
    await vi.waitUntil(() => this.said.includes(words), { timeout: PATIENCE_MS, interval: 20 });
  }

  /** As a terminal does it: to all that the command has started. */
  toGroup(signal: NodeJS.Signals): void {
    if (this.child.pid !== undefined) process.kill(-this.child.pid, signal);
  }

  /** Waits for its end. @returns its exit code; null when a signal ended it */
  async ended(): Promise<number | null> {
    const [code] = await this.#closed;
    return typeof code === "number" ? code : null;
  }

  /** Ends it, when it lives. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.toGroup("SIGKILL");
    await this.#closed;
  }
}

const commandTest = test
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from it what a fixture needs
  .extend("stage", async ({}, { onCleanup }) => {
    const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
    const commands: Command[] = [];
    onCleanup(async () => {
      for (const command of commands) await command.end();
      rmSync(folder, { recursive: true, force: true });
    });
    const run = (program: "main" | "pictures", words: readonly string[], env: Record<string, string> = {}) => {
      const command = Command.start(process.execPath, [`test/demo/dist/${program}.js`, ...words], folder, env);
      commands.push(command);
      return command;
    };
    return { folder, run, start: (...words: string[]) => run("main", words) };
  });

describe("the process", () => {
  const folderOfNpm = mkdtempSync(join(tmpdir(), "demo-test-"));
  let npm: Command | null = null;
  // It builds what the others start.
  beforeAll(async () => {
    const words = ["run", "--silent", "demo", "--", "--port", "0", "--speed", "20"];
    const started = Command.start("npm", words, folderOfNpm, { HOME: folderOfNpm });
    npm = started;
    await started.printed("\n");
  });
  afterAll(async () => {
    await npm?.end();
    rmSync(folderOfNpm, { recursive: true, force: true });
  });

  test("npm run demo builds the demo and starts it with its flags, and Ctrl-C ends everything", async () => {
    if (npm === null) throw new Error("It was not started.");
    expect(npm.said).toMatch(/^Open http:\S+ in a browser\. Ctrl-C ends it\.\n$/);
    const url = /http:\S+/.exec(npm.said)?.[0] ?? "";
    const live = await fetch(`${url}/live?person=U0ADALOVELA&place=C0DATATEAM1`);
    let shown = "";
    const reading = (async () => {
      for await (const part of live.body ?? []) shown += Buffer.from(part).toString();
    })().catch(() => undefined);
    await expect.poll(() => shown, { timeout: PATIENCE_MS }).toContain("20 times as fast");
    expect(await (await fetch(`${url}/browser/main.js`)).text()).toContain('from "./composer.js"');
    npm.toGroup("SIGINT");
    await npm.ended();
    await reading;
    expect(readdirSync(folderOfNpm).filter((name) => name.startsWith("hex-bot"))).toEqual([]);
  });

  commandTest.concurrent(
    "prints one address, serves the page there, and leaves nothing behind after Ctrl-C",
    async ({ stage: { folder, start } }) => {
      const demo = start("--port", "0", "--speed", "20");
      await demo.printed("\n");
      expect(demo.said).toMatch(/^Open http:\/\/127\.0\.0\.1:\d+ in a browser\. Ctrl-C ends it\.\n$/);
      const url = /http:\S+/.exec(demo.said)?.[0] ?? "";
      expect(await (await fetch(url)).text()).toContain("A simulated Hex");
      // A browser that is connected does not hold up the stop.
      const live = await fetch(`${url}/live?person=U0ADALOVELA&place=C0DATATEAM1`);
      expect(live.status).toBe(200);
      const reading = live.text().catch(() => "cut off");
      expect(readdirSync(folder)).toHaveLength(1);
      demo.child.kill("SIGINT");
      expect(await demo.ended()).toBe(0);
      await reading;
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  commandTest.concurrent.for(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "%s in the middle of the start ends it at once",
    async (signal, { stage: { folder, start } }) => {
      // With so many projects its start is not over before the signal.
      const demo = start("--port", "0", "--projects", "20000");
      await vi.waitUntil(() => readdirSync(folder).length === 1, { timeout: PATIENCE_MS, interval: 5 });
      demo.child.kill(signal);
      expect(await demo.ended()).toBe(0);
      expect(demo.said).toBe("");
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  commandTest.concurrent(
    "nothing is left behind either after Ctrl-C twice, or when the terminal is closed",
    async ({ stage: { folder, start } }) => {
      for (const signals of [["SIGINT", "SIGINT"], ["SIGHUP"]] as const) {
        const demo = start("--port", "0");
        await demo.printed("Open http");
        for (const signal of signals) demo.child.kill(signal);
        expect(await demo.ended()).toBe(0);
        expect(readdirSync(folder)).toEqual([]);
      }
    },
  );

  commandTest.concurrent(
    "pictures without a browser: one sentence, and nothing left behind",
    async ({ stage: { folder, run } }) => {
      const nowhere = join(folder, "no-chromium");
      const pictures = run("pictures", [], { CHROMIUM_PATH: nowhere });
      expect(await pictures.ended()).toBe(1);
      expect(pictures.said).toMatch(/^No Chromium at [^\n]+\n$/);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  commandTest.concurrent(
    "--keep leaves the bot's data and log, and says where",
    async ({ stage: { folder, start } }) => {
      const demo = start("--port", "0", "--keep");
      await demo.printed("Open http");
      demo.child.kill("SIGTERM");
      expect(await demo.ended()).toBe(0);
      const kept = /The bot's data and log are in (\S+)/.exec(demo.said)?.[1] ?? "";
      expect(kept.startsWith(folder)).toBe(true);
      expect(readdirSync(kept)).toEqual(expect.arrayContaining(["bot.log"]));
    },
  );

  commandTest.concurrent(
    "a port in use and an unknown flag: one sentence, and nothing left behind",
    async ({ stage: { folder, run, start } }) => {
      const other = createServer();
      const port = await listen(other);
      const blocked = start("--port", String(port));
      expect(await blocked.ended()).toBe(1);
      expect(blocked.said).toBe(`Port ${port} is taken. Choose another one: npm run demo -- --port ${port + 1}\n`);
      other.close();
      const misspelled = start("--fats");
      expect(await misspelled.ended()).toBe(1);
      expect(misspelled.said).toMatch(/^Unknown option '--fats'\. The flags are [^\n]+\n$/);
      const takenByNpm = run("main", [], { npm_config_speed: "20" });
      expect(await takenByNpm.ended()).toBe(1);
      expect(takenByNpm.said).toMatch(/^npm took --speed for its own\. [^\n]+\n$/);
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  commandTest.concurrent("--help", async ({ stage: { start } }) => {
    const help = start("--help");
    expect(await help.ended()).toBe(0);
    expect(help.said).toContain("--speed <number>");
  });
});
