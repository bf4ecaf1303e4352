// The built bot and the smallest Bolt app as processes between the same two peers, started to be measured.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/lib/clock.js";
import { type SimulatedHex, startHex } from "../sandbox/hex/server.js";
import { freePort } from "../sandbox/local-server.js";
import { type LocalSlack, startSlack } from "../sandbox/slack/server.js";

export type Mode = "http" | "socket";
export const MODES: readonly Mode[] = ["http", "socket"];
export type Kind = "bot" | "smallest";
export const KINDS: readonly Kind[] = ["bot", "smallest"];

const SCRIPTS: Record<Kind, string> = {
  bot: join(import.meta.dirname, "../../dist/main.js"),
  smallest: join(import.meta.dirname, "smallest-bolt-app.mjs"),
};
/** What each prints once it takes commands. */
const READY: Record<Kind, string> = { bot: '"msg":"ready"', smallest: "ready\n" };
/** Longest time for a start, in ms. */
const START_MS = 30_000;

/** The simulated Hex and the local Slack, on the machine's time. */
export class Peers {
  private constructor(
    readonly hex: SimulatedHex,
    readonly slack: LocalSlack,
    readonly hexToken: string,
  ) {}

  static async start(): Promise<Peers> {
    const hex = await startHex({ clock: systemClock });
    const slack = await startSlack({ clock: systemClock });
    return new Peers(hex, slack, hex.workspace.addToken({ kind: "workspace" }));
  }

  async stop(): Promise<void> {
    await this.slack.stop();
    await this.hex.stop();
  }
}

/** A process that takes commands. */
export class MeasuredProcess {
  private constructor(
    readonly kind: Kind,
    private readonly child: ChildProcess,
    private readonly exit: Promise<unknown>,
    /** Where it stores what it has to remember. */
    readonly dataDir: string,
    /** From its start until it took commands. */
    readonly startMs: number,
    /** The processors' time that it took until then, in ms, as Linux tells it; NaN elsewhere. */
    readonly startCpuMs: number,
  ) {}

  /**
   * Starts it, and tells the local Slack where it is. `env`: variables beside the usual ones.
   * @throws Error when it ends, or does not take commands in half a minute
   */
  static async start(kind: Kind, mode: Mode, peers: Peers, env: Record<string, string> = {}): Promise<MeasuredProcess> {
    const { slack, hex, hexToken } = peers;
    const dataDir = env.HEX_BOT_DATA_DIR ?? mkdtempSync(join(tmpdir(), "hex-bot-"));
    const port = await freePort();
    const variables = {
      PATH: process.env.PATH,
      SLACK_BOT_TOKEN: slack.botToken,
      ...(mode === "socket" ? { SLACK_APP_TOKEN: slack.appToken } : { SLACK_SIGNING_SECRET: slack.signingSecret }),
      SLACK_API_URL: slack.apiUrl,
      HEX_API_TOKEN: hexToken,
      HEX_WORKSPACE_URL: hex.origin,
      HEX_STATUS_URL: "off",
      HEX_BOT_DATA_DIR: dataDir,
      PORT: String(port),
      ...env,
    };
    const from = performance.now();
    const child = spawn(process.execPath, [SCRIPTS[kind]], {
      cwd: dataDir,
      env: variables,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exit = once(child, "exit");
    await saysReady(child, READY[kind]);
    const startMs = performance.now() - from;
    const cpuMs = cpuMsOf(child);
    slack.eventsUrl = mode === "http" ? `http://127.0.0.1:${port}/slack/events` : null;
    slack.optionsUrl = slack.eventsUrl;
    return new MeasuredProcess(kind, child, exit, dataDir, startMs, cpuMs);
  }

  /** Its resident memory in bytes, as Linux tells it; NaN elsewhere. */
  get residentBytes(): number {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, "utf8");
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1_024;
    } catch {
      return Number.NaN;
    }
  }

  /** kill -9. What it has stored stays. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.exit;
  }

  /** Ends it as a supervisor does, so that Node keeps what it has compiled, and removes what it has stored. */
  async end(): Promise<void> {
    this.child.kill("SIGTERM");
    await this.exit;
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

/** Ticks of a hundredth of a second, in the kernel's words to every program. */
const TICK_MS = 10;

function cpuMsOf(child: ChildProcess): number {
  try {
    // After the name in parentheses: state, then eleven more fields, then user and system time.
    const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return Number.NaN;
  }
}

function saysReady(child: ChildProcess, words: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    const fail = (why: string) => {
      child.kill("SIGKILL");
      reject(new Error(`${why}:\n${output}`));
    };
    const timer = setTimeout(() => fail(`It was not ready in ${START_MS} ms`), START_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      // Once it was ready, this rejects nothing any more.
      fail("It ended");
    });
    for (const stream of [child.stdout, child.stderr]) {
      // Read to its end also when it is ready: nobody who is measured may wait for a full pipe.
      stream?.on("data", (chunk: Buffer) => {
        if (output.includes(words)) return;
        output += chunk.toString();
        if (!output.includes(words)) return;
        clearTimeout(timer);
        resolve();
      });
    }
  });
}
