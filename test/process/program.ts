// Programs as separate processes between the two peers: what an operator or a supervisor sees of them.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { CHILD_ENV } from "./child-env.js";

export const DIST = join(import.meta.dirname, "../../dist");
const TURN_MS = 20;
/** Of real time: a busy machine may take most of it for one start. */
const PATIENCE_MS = 60_000;

export interface ProgramOptions {
  /** The working directory. */
  dir: string;
  /** All of its environment, PATH aside. */
  env: Record<string, string | undefined>;
  /** Standard output and error are pipes that are read, unless told. */
  stdio?: StdioOptions;
}

export class Program {
  #output = "";
  /** Those who wait for more output. */
  readonly #waiting = new Set<() => void>();
  /** The exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;
  /** The same, once everything that it and its children have printed has been read. */
  readonly closed: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        this.#output += String(chunk);
        for (const look of this.#waiting) look();
      });
    }
    this.exit = once(child, "exit").then(codeOf);
    this.closed = once(child, "close").then(codeOf);
  }

  static start(command: string, args: string[], { dir, env, stdio }: ProgramOptions): Program {
    const all = { ...CHILD_ENV, ...env };
    return new Program(spawn(command, args, { cwd: dir, env: all, stdio: stdio ?? ["ignore", "pipe", "pipe"] }));
  }

  /** What it and its children have printed. */
  get output(): string {
    return this.#output;
  }

  /** The bot's own process, which may be a child of this one: by the first line of its log. */
  get botPid(): number {
    return Number(/"pid":(\d+)/.exec(this.output)?.[1]);
  }

  /** Where the bot listens, once it is ready. */
  async ready(): Promise<number> {
    await this.printed('"msg":"ready"');
    return Number(/"port":(\d+)/.exec(this.output)?.[1]);
  }

  /** Waits until it has printed something. @returns all that it has printed */
  async printed(text: string | RegExp): Promise<string> {
    const isThere = () => (typeof text === "string" ? this.output.includes(text) : text.test(this.output));
    await new Promise<void>((resolve, reject) => {
      const end = () => {
        clearTimeout(late);
        this.#waiting.delete(look);
      };
      const look = () => {
        if (!isThere()) return;
        end();
        resolve();
      };
      const late = setTimeout(() => {
        end();
        reject(new Error(`never printed: ${text}\n${this.output}`));
      }, PATIENCE_MS);
      this.#waiting.add(look);
      look();
    });
    return this.output;
  }

  /** Ends it and the bot, when they live. */
  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill("SIGKILL");
    await this.exit;
    if (isAlive(this.botPid)) process.kill(this.botPid, "SIGKILL");
  }
}

/** Whether there is such a process that is not only waiting to be buried. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function codeOf([code]: unknown[]): number | null {
  return typeof code === "number" ? code : null;
}

/** A minute of real time at most. */
export async function until(done: () => boolean, why: () => string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!done()) {
    if (performance.now() > end) throw new Error(why());
    await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  }
}
