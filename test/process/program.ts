// Programs as separate processes between the two peers: what an operator or a supervisor sees of them.

import { type ChildProcess, type StdioOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

export const DIST = join(import.meta.dirname, "../../dist");
const TURN_MS = 20;
const TURNS = 1_000;

export interface ProgramOptions {
  /** The working directory. */
  dir: string;
  /** All of its environment, PATH aside. */
  env: Record<string, string>;
  /** Standard output and error are pipes that are read, unless told. */
  stdio?: StdioOptions;
}

export class Program {
  readonly #chunks: string[] = [];
  /** The exit code; null when a signal ended it. */
  readonly exit: Promise<number | null>;

  private constructor(readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => this.#chunks.push(String(chunk)));
    this.exit = once(child, "exit").then(([code]) => (typeof code === "number" ? code : null));
  }

  static start(command: string, args: string[], { dir, env, stdio }: ProgramOptions): Program {
    const all = { PATH: process.env.PATH, ...env };
    return new Program(spawn(command, args, { cwd: dir, env: all, stdio: stdio ?? ["ignore", "pipe", "pipe"] }));
  }

  /** What it and its children have printed. */
  get output(): string {
    return this.#chunks.join("");
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

  async printed(text: string): Promise<void> {
    await until(
      () => this.output.includes(text),
      () => `never printed: ${text}\n${this.output}`,
    );
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

/** Half a minute of real time at most. */
export async function until(done: () => boolean, why: () => string): Promise<void> {
  for (let turn = 0; turn < TURNS && !done(); turn++) await new Promise((resolve) => setTimeout(resolve, TURN_MS));
  if (!done()) throw new Error(why());
}
