// The unit tests of the cores alone: a test over the wire that notices a change as well takes longer and says less.

import { defineConfig } from "vitest/config";
import { CORES } from "../../stryker.config.mjs";

export default defineConfig({
  test: {
    include: CORES.map((core) => core.replace(/^src/, "test").replace(/\.ts$/, ".test.ts")),
    setupFiles: ["test/mutation/properties.ts"],
    testTimeout: 30_000,
    restoreMocks: true,
    maxWorkers: 1,
  },
});
