// A start that fails halfway leaves nothing open, and a bot that is told to stop twice stops once.

import { afterEach, describe, expect, test } from "vitest";
import { type ConnectProxy, startConnectProxy } from "../sandbox/connect-proxy.js";
import { breathe, Harness, MODES } from "./harness.js";

let harness: Harness;
let proxy: ConnectProxy | null = null;
afterEach(async () => {
  await harness.stop();
  await proxy?.stop();
  proxy = null;
});

const TURNS = 500;
async function closed(open: () => number): Promise<void> {
  for (let turn = 0; turn < TURNS && open() > 0; turn++) await breathe();
  expect(open()).toBe(0);
}

test.each(MODES)("%s: two stops count as one", async (mode) => {
  harness = await Harness.start(mode);
  await Promise.all([harness.app?.stop(), harness.app?.stop()]);
});

describe("a start that fails", () => {
  test("because Slack refuses the bot token leaves no connection to the proxy", async () => {
    proxy = await startConnectProxy();
    harness = await Harness.start("http", { idle: true, env: { HTTP_PROXY: proxy.url } });
    await expect(harness.startBot({ SLACK_BOT_TOKEN: "xoxb-1-2-wrong" })).rejects.toThrow("invalid_auth");
    expect(proxy.asked).not.toEqual([]);
    await closed(() => proxy?.connections ?? 0);
  });

  test("because Slack refuses the app token leaves the store and the connections free for the next start", async () => {
    proxy = await startConnectProxy();
    harness = await Harness.start("socket", { idle: true, env: { HTTP_PROXY: proxy.url } });
    await expect(harness.startBot({ SLACK_APP_TOKEN: "xapp-1-wrong" })).rejects.toThrow("Socket Mode");
    await closed(() => proxy?.connections ?? 0);
    await harness.startBot();
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test("because the store cannot be used leaves no connection to the proxy", async () => {
    proxy = await startConnectProxy();
    harness = await Harness.start("http", {
      idle: true,
      env: { HTTP_PROXY: proxy.url, HEX_BOT_DATA_DIR: "/dev/null/no" },
    });
    await expect(harness.startBot()).rejects.toThrow();
    await closed(() => proxy?.connections ?? 0);
  });
});
