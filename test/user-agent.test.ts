import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { USER_AGENT } from "../src/user-agent.js";

test("Hex is told the version of the package", () => {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  expect(version).toMatch(new RegExp(`^${/\/([\d.]+) /.exec(USER_AGENT)?.[1]}\\.`));
});
