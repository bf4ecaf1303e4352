// Builds the program if it has not been built yet: node scripts/build-once.js dist/main.js
// What the build prints goes to stderr, so that stdout holds only what the program prints.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const [builtFile = "dist/main.js"] = process.argv.slice(2);
if (!existsSync(builtFile)) {
  const { status } = spawnSync("npm run build", { shell: true, stdio: ["ignore", 2, 2] });
  process.exit(status ?? 1);
}
