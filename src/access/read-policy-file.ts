// Reads the policy file from the disk. It takes bounded time and memory, whatever is at the path.

import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { LONGEST_FILE } from "./policy-file.js";

/** Why a file cannot be used. `code`: the system's, such as EACCES. */
export type FileProblem =
  | { kind: "missing" }
  /** A folder, a pipe or a device. */
  | { kind: "no_file" }
  | { kind: "unreadable"; code: string }
  /** In bytes. */
  | { kind: "too_large"; most: number }
  | { kind: "no_utf8" }
  /** Somebody was still writing it. */
  | { kind: "changing" };

export type FileReading = { ok: true; text: string } | { ok: false; problem: FileProblem };

/** A character takes up to four bytes in UTF-8. */
const MOST_BYTES = 4 * LONGEST_FILE;
const TRIES = 3;

/** Never rejects. The text has no byte order mark. */
export async function readPolicyFile(path: string): Promise<FileReading> {
  let file: FileHandle;
  try {
    // Without O_NONBLOCK, this would wait until somebody writes into a pipe.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return failed(problemOf(error));
  }
  try {
    return await readWhole(file);
  } catch (error) {
    return failed(problemOf(error));
  } finally {
    await file.close().catch(() => undefined);
  }
}

async function readWhole(file: FileHandle): Promise<FileReading> {
  for (let tried = 0; tried < TRIES; tried++) {
    const before = await file.stat();
    if (!before.isFile()) return failed({ kind: "no_file" });
    if (before.size > MOST_BYTES) return failed({ kind: "too_large", most: MOST_BYTES });
    // One byte more shows that the file has grown.
    const { bytesRead, buffer } = await file.read(Buffer.alloc(before.size + 1), 0, before.size + 1, 0);
    const after = await file.stat();
    if (bytesRead === before.size && after.size === before.size && after.mtimeMs === before.mtimeMs) {
      return decoded(buffer.subarray(0, bytesRead));
    }
  }
  return failed({ kind: "changing" });
}

function decoded(bytes: Uint8Array): FileReading {
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return failed({ kind: "no_utf8" });
  }
}

function problemOf(error: unknown): FileProblem {
  const code = error instanceof Error && "code" in error ? String(error.code) : "UNKNOWN";
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" };
  return code === "EISDIR" ? { kind: "no_file" } : { kind: "unreadable", code };
}

function failed(problem: FileProblem): FileReading {
  return { ok: false, problem };
}
