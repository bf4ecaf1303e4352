// The log's lines reach their reader and wait for nobody, over real pipes.

import { execFileSync } from "node:child_process";
import {
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { LogDestination } from "../../src/log/destination.js";

let dir: string;
let open: number[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "hex-bot-"));
  open = [];
});
afterEach(() => {
  for (const fd of open) closeSync(fd);
  rmSync(dir, { recursive: true });
});

/** A real pipe. The writing end stays open, since the destination goes on holding it. */
function pipe(): { reader: number; writer: number } {
  const path = join(dir, "pipe");
  execFileSync("mkfifo", [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(path, constants.O_WRONLY) };
}

/** All that can be read at present. */
function readAll(fd: number): string {
  const chunk = Buffer.alloc(65_536);
  const chunks: Buffer[] = [];
  for (;;) {
    try {
      const size = readSync(fd, chunk);
      if (size === 0) return Buffer.concat(chunks).toString();
      chunks.push(Buffer.from(chunk.subarray(0, size)));
    } catch {
      return Buffer.concat(chunks).toString();
    }
  }
}

const lostLines = (count: number) => `lost ${count}\n`;
const linesOf = (text: string) => text.split("\n").slice(0, -1);

test("a file: each line is there at once", () => {
  const path = join(dir, "file");
  const fd = openSync(path, "a");
  open.push(fd);
  const destination = new LogDestination({ fd, lostLines });
  destination.write("one\n");
  expect(readFileSync(path, "utf8")).toBe("one\n");
  destination.write("two\n");
  expect(readFileSync(path, "utf8")).toBe("one\ntwo\n");
});

describe("a pipe", () => {
  test("with a reader: each line is there at once", () => {
    const { reader, writer } = pipe();
    open.push(reader);
    const destination = new LogDestination({ fd: writer, lostLines });
    destination.write("one\n");
    expect(readAll(reader)).toBe("one\n");
  });

  test("whose reader stalls and then continues: no line is torn, and lost lines are counted", async () => {
    const { reader, writer } = pipe();
    open.push(reader);
    const destination = new LogDestination({ fd: writer, lostLines });
    const written = 3_000;
    for (let i = 0; i < written; i++) destination.write(`${String(i).padStart(6, "0")} ${"x".repeat(1_000)}\n`);
    let read = "";
    await vi.waitFor(
      () => {
        const more = readAll(reader);
        read += more;
        expect(more).toBe("");
      },
      { timeout: 20_000, interval: 120 },
    );
    destination.write("afterwards\n");
    await vi.waitFor(() => {
      read += readAll(reader);
      expect(read).toContain("afterwards");
    }, 20_000);
    const lines = linesOf(read);
    const whole = lines.filter((line) => /^\d{6} x{1000}$/.test(line));
    const lost = lines.flatMap((line) => /^lost (\d+)$/.exec(line)?.[1] ?? []).map(Number);
    expect(lost).toHaveLength(1);
    expect(whole.length + (lost[0] ?? 0)).toBe(written);
    expect(whole.length).toBeGreaterThan(900);
    expect(lines.at(-1)).toBe("afterwards");
    expect(lines.length).toBe(whole.length + 2);
  });

  test("whose reader has gone: nothing is thrown", () => {
    const { reader, writer } = pipe();
    const destination = new LogDestination({ fd: writer, lostLines });
    closeSync(reader);
    for (let i = 0; i < 100; i++) destination.write("nobody reads this\n");
  });
});

test("a full disk: nothing is thrown, and when there is room again, it says how many lines are missing", () => {
  const path = join(dir, "small");
  // A file system of one page.
  execFileSync("mkdir", [path]);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=4k", "tmpfs", path], { stdio: "ignore" });
  } catch {
    return;
  }
  try {
    const file = join(path, "log");
    const fd = openSync(file, "a");
    const destination = new LogDestination({ fd, lostLines });
    for (let i = 0; i < 100; i++) destination.write(`${"y".repeat(99)}\n`);
    expect(linesOf(readFileSync(file, "utf8")).length).toBeLessThan(45);
    truncateSync(file, 0);
    destination.write("room again\n");
    closeSync(fd);
    const text = readFileSync(file, "utf8");
    expect(text).toMatch(/^\n?lost 60\nroom again\n$/);
  } finally {
    execFileSync("umount", [path]);
  }
});

test("/dev/full: nothing is thrown", () => {
  const fd = openSync("/dev/full", "w");
  open.push(fd);
  expect(() => writeSync(fd, "x")).toThrow("ENOSPC");
  const destination = new LogDestination({ fd, lostLines });
  for (let i = 0; i < 100; i++) destination.write("no room\n");
});
