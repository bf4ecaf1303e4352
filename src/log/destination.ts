// Where the log goes: a file descriptor that is written to at once if possible, and never waited for. The log may lose lines; the
// service must lose nothing.

import { constants, fstatSync, openSync, writeSync } from "node:fs";
import { Socket } from "node:net";
import { isatty } from "node:tty";

export interface LogDestinationOptions {
  /** A file descriptor that is open for writing. */
  fd: number;
  /** Makes a finished line that says how many lines were lost. */
  lostLines: (count: number) => string;
}

/** The unwritten rest of a line. */
interface Rest {
  bytes: Buffer;
  /** Whether the beginning of the line has been written. */
  isBegun: boolean;
  /** How many lines are lost if this one is. A line that says how many were lost counts for all of those. */
  counts: number;
}

/** How much is kept for a reader that has stalled, in bytes. */
const KEEP_BYTES = 1_000_000;
/** How often to retry such a reader, in ms. */
const RETRY_MS = 50;
/** How long an exit waits for such a reader, and how often it retries, in ms. */
const EXIT_MS = 500;
const EXIT_STEP_MS = 10;

export class LogDestination {
  readonly #fd: number;
  /** Oldest first. */
  readonly #queue: Rest[] = [];
  #queuedBytes = 0;
  #lost = 0;
  /** A line was cut off in the middle, and the next one must not continue it. */
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
    // The lines before this one are still waiting.
    if (this.#retry === null) this.#drain();
  }

  #keep(line: string, counts: number): void {
    const bytes = Buffer.from(this.#isTorn ? `\n${line}` : line);
    this.#isTorn = false;
    this.#queue.push({ bytes, isBegun: false, counts });
    this.#queuedBytes += bytes.length;
  }

  /** Writes what is kept until the reader accepts no more, and comes back to the rest later. */
  #drain(): void {
    this.#retry = this.#writeAll() ? null : setTimeout(() => this.#drain(), RETRY_MS).unref();
  }

  /** Writes what is kept before the process ends. */
  #flush(): void {
    const pause = new Int32Array(new SharedArrayBuffer(4));
    for (let waited = 0; !this.#writeAll() && waited < EXIT_MS; waited += EXIT_STEP_MS) {
      Atomics.wait(pause, 0, 0, EXIT_STEP_MS);
    }
  }

  /** Returns false when the reader accepts no more for now. Lines that cannot be written at all are lost. */
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

/** Sockets that keep a descriptor in non-blocking mode. They are never written to. */
const holders: Socket[] = [];

/** The descriptor, or another one for the same reader, on which a write fails instead of waiting. If that is not possible, the same one. */
function withoutWaiting(fd: number): number {
  if (process.platform === "win32") return fd;
  try {
    const kind = fstatSync(fd);
    if (kind.isFIFO() || kind.isSocket()) {
      // Node has no other way to set O_NONBLOCK on a descriptor that is already open.
      holders.push(new Socket({ fd, readable: false, writable: true }).unref());
    } else if (isatty(fd)) {
      // Ctrl-S in a terminal must not stop the bot. The terminal is opened again, so that the shell's own descriptor stays as it is.
      return openSync(terminalOf(fd), constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    }
  } catch {
    // For example another user's terminal. The log is written all the same.
  }
  return fd;
}

function terminalOf(fd: number): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : "/dev/tty";
}
