import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Builds the program that the process tests run.
    globalSetup: "test/build.ts",
    // For a machine that others use too: nothing waits this long when all is well.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // Most of the time is waited for processes and sockets: two at a time serve two cores.
    maxWorkers: 2,
  },
});
