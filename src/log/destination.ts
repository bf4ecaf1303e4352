// Where the log goes: a file descriptor that is written to at once where that is possible, and never waited for. The log may
// lose lines, the service nothing.

import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";

export interface LogDestinationOptions {
  /** A file descriptor that is open for writing. */
  fd: number;
  /** A finished line that says how many were lost. */
  lostLines: (count: number) => string;
}

/** What has not been written of a line. */
interface Rest {
  bytes: Buffer;
  /** The beginning of the line is written. */
  isBegun: boolean;
  /** How many lines are lost with it: of the line that says how many were lost, as many as it says. */
  counts: number;
}

/** How much is kept for a reader that stands still, in bytes. */
const KEEP_BYTES = 1_000_000;
/** How often such a reader is tried again, in ms. */
const RETRY_MS = 50;
/** How long an exit waits for such a reader, and how often it tries, in ms. */
const EXIT_MS = 500;
const EXIT_STEP_MS = 10;

export class LogDestination {
  readonly #fd: number;
  /** Oldest first. */
  readonly #queue: Rest[] = [];
  #queuedBytes = 0;
  #lost = 0;
  /** A line was broken off in its middle: the next one must not continue it. */
  #isTorn = false;
  #retry: NodeJS.Timeout | null = null;

  constructor(private readonly options: LogDestinationOptions) {
    this.#fd = withoutWaiting(options.fd);
    process.on("exit", () => this.#flush());
  }

  /** Writes a line, keeps it for later, or loses it. Never throws, and never waits. */
  write(line: string): void {
    if (this.#queuedBytes > KEEP_BYTES) {
      this.#lost++;
      return;
    }
    if (this.#lost > 0) {
      const count = this.#lost;
      this.#lost = 0;
      this.#keep(this.options.lostLines(count), count);
    }
    this.#keep(line, 1);
    // The lines before this one are on their way.
    if (this.#retry === null) this.#drain();
  }

  #keep(line: string, counts: number): void {
    const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
    this.#isTorn = false;
    this.#queue.push({ bytes, isBegun: false, counts });
    this.#queuedBytes += bytes.length;
  }

  /** Writes what is kept until the reader takes no more, and comes back to it later. */
  #drain(): void {
    this.#retry = this.#writeAll() ? null : setTimeout(() => this.#drain(), RETRY_MS).unref();
  }

  /** Before the process ends. */
  #flush(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; !this.#writeAll() && waited < EXIT_MS; waited += EXIT_STEP_MS) {
      Atomics.wait(pause, 0, 0, EXIT_STEP_MS);
    }
  }

  /** False when the reader takes no more at present. What cannot be written at all is lost. */
  #writeAll(): boolean {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      try {
        const written = writeSync(this.#fd, next.bytes);
        this.#queuedBytes -= written;
        if (written === next.bytes.length) this.#queue.shift();
        else this.#queue[0] = { ...next, bytes: next.bytes.subarray(written), isBegun: true };
      } catch (error) {
        if (isBusy(error)) return false;
        this.#lose(next);
      }
    }
    return true;
  }

  #lose({ bytes, isBegun, counts }: Rest): void {
    this.#queue.shift();
    this.#queuedBytes -= bytes.length;
    this.#isTorn ||= isBegun;
    this.#lost += counts;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EAGAIN" || error.code === "EBUSY");
}

/** Sockets that hold a descriptor in the mode in which a write never waits. They are never written to. */
const holders: Socket[] = [];

/** The descriptor, or another one for the same reader, on which a write fails rather than wait. Where that cannot be had, the same. */
function withoutWaiting(fd: number): number {
  if (process.platform === "win32") return fd;
  try {
    const kind = fstatSync(fd);
    if (kind.isFIFO() || kind.isSocket()) {
      // Node knows no other way to set O_NONBLOCK on a descriptor that is open already.
      holders.push(new Socket({ fd, readable: false, writable: true }).unref());
    } else if (isatty(fd)) {
      // Whoever stops a terminal with Ctrl-S must not stop the bot. Opened anew, so that the shell's own stays as it is.
      return openSync(terminalOf(fd), constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    }
  } catch {
    // Such as a terminal of another user's: the log is written all the same.
  }
  return fd;
}

function terminalOf(fd: number): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : "/dev/tty";
}
