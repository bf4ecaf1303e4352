import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Builds the program that the process tests run.
    globalSetup: "test/build.ts",
    testTimeout: 10_000,
    hookTimeout: 20_000,
    restoreMocks: true,
    // Most of the time is waited for processes and sockets: two at a time serve two cores.
    maxWorkers: 2,
  },
});
