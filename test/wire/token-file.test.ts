// The Hex token in a file, renewed while the bot runs.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Harness, shown } from "./harness.js";

let harness: Harness;
let file: string;
beforeEach(async () => {
  harness = await Harness.start("http", { idle: true });
  file = join(harness.dataDir, "hex-token");
  await writeFile(file, harness.token);
  harness.hex.workspace.addProject({ title: "Revenue", run: { runningMs: 20_000 } });
  await harness.startBot({ HEX_API_TOKEN: "", HEX_API_TOKEN_FILE: file });
});
afterEach(() => harness.stop());

/** The admin renews the token: the old one is dead. */
async function renew({ isMounted }: { isMounted: boolean }): Promise<void> {
  harness.hex.workspace.revokeToken(harness.token);
  const token = harness.hex.workspace.addToken({ kind: "workspace" });
  if (isMounted) await writeFile(file, `${token}\n`);
}

describe("after a 401", () => {
  test("a start goes on with the new token, once, and nobody hears of it", async () => {
    await renew({ isMounted: true });
    await harness.slack.command(`run ${harness.hex.workspace.projects[0]?.id}`);
    await harness.cardShows("Completed");
    expect(harness.hex.workspace.runs).toHaveLength(1);
    expect(harness.log.join("")).toContain("HEX_API_TOKEN was renewed from its file");
    expect(harness.cards).toHaveLength(1);
    expect(await harness.ask("status")).toContain("Connected");
  });

  test("without a new token, people hear what to do", async () => {
    await renew({ isMounted: false });
    const asked = harness.asked.length;
    expect(await harness.ask("status")).toContain("token");
    expect(harness.asked.length).toBeGreaterThan(asked);
    expect(harness.log.join("")).not.toContain("renewed");
  });

  test("a file without a token is no new token", async () => {
    await renew({ isMounted: false });
    await writeFile(file, "");
    await harness.slack.command(`run ${harness.hex.workspace.projects[0]?.id}`);
    await harness.until(() => harness.slack.messages.some((message) => /does not accept|token/i.test(shown(message))));
    expect(harness.hex.workspace.runs).toHaveLength(0);
  });
});

test("when told to, the bot reads the file before Hex refuses anything", async () => {
  // No request of the start is on its way any more.
  await harness.until(() => harness.log.some((line) => line.includes("All projects have been read")));
  await harness.pass(5_000);
  await renew({ isMounted: true });
  const refusals = () => harness.hex.requests.filter(({ status }) => status === 401).length;
  const before = refusals();
  expect(await harness.app?.renewSecrets()).toEqual(["HEX_API_TOKEN"]);
  expect(await harness.app?.renewSecrets()).toEqual([]);
  expect(await harness.ask("status")).toContain("Connected");
  expect(refusals()).toBe(before);
});

test("when told to while Hex refuses the old one, the bot looks at once whether it accepts the new one", async () => {
  await renew({ isMounted: false });
  expect(await harness.ask("status")).toContain("token");
  await renew({ isMounted: true });
  const before = harness.asked.length;
  expect(await harness.app?.renewSecrets()).toEqual(["HEX_API_TOKEN"]);
  await harness.until(() => harness.asked.length > before, 0);
});
