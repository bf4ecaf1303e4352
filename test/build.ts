// Before all tests: builds the program that the process tests run, and says which tests will be skipped.

import { execFileSync } from "node:child_process";
import { chromiumPath, NO_CHROMIUM } from "./browser/chromium.js";

export function setup(): void {
  if (chromiumPath === null) process.stderr.write(`The tests in a browser are skipped. ${NO_CHROMIUM}\n`);
  execFileSync("npm", ["run", "--silent", "build"], { stdio: "inherit" });
}
