// Builds the program once, before any test that runs it as a process.

import { execFileSync } from "node:child_process";

export function setup(): void {
  execFileSync(process.execPath, ["node_modules/typescript/bin/tsc"], { stdio: "inherit" });
}
