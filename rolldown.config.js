// The build: the program in a few files, because loading its 800 modules one by one takes three times as long.

import { defineConfig } from "rolldown";

export default defineConfig({
  input: {
    main: "src/main.ts",
    verify: "src/verify.ts",
    "export-audit": "src/export-audit.ts",
    policy: "src/policy.ts",
    // What the tests start with a clock of their own.
    "app/load-rules": "src/app/load-rules.ts",
    "app/start-app": "src/app/start-app.ts",
    "config/config": "src/config/config.ts",
    "config/secrets": "src/config/secrets.ts",
    "log/logger": "src/log/logger.ts",
  },
  platform: "node",
  // It loads the SQLite of this machine by its name.
  external: ["libsql"],
  // Such as a package that is not installed: the program could not start.
  onLog(level, log, report) {
    report(level === "warn" ? "error" : level, log);
  },
  output: {
    dir: "dist",
    cleanDir: true,
    chunkFileNames: "chunks/[name].js",
    sourcemap: true,
    // V8 keeps the source in memory: with two bytes a character as soon as one of them is beyond Latin-1.
    charset: "ascii",
    comments: false,
  },
});
