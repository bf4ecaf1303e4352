import { accessSync, constants, statfsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** Files in memory, where a commit need not wait for a disk. */
const MEMORY = "/dev/shm";
/** What the stores, the Postgres servers and the browsers of all tests take at most, in bytes. */
const ROOM = 2 * 2 ** 30;

// Every store of the tests is made in the folder for temporary files.
if (process.env.TMPDIR === undefined && hasRoom(MEMORY)) process.env.TMPDIR = MEMORY;

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Builds the program that the process tests run.
    globalSetup: "test/build.ts",
    // Nothing is global in src: files can share a worker, and each module is then loaded once.
    isolate: false,
    // For a machine that others use too: nothing waits this long when all is well.
    testTimeout: 240_000,
    hookTimeout: 240_000,
    expect: { poll: { timeout: 20_000 } },
    restoreMocks: true,
    // One more than there are cores: whoever tests processes mostly waits for them.
    maxWorkers: availableParallelism() + 1,
  },
});

function hasRoom(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize >= ROOM;
  } catch {
    return false;
  }
}
