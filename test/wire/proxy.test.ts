// The bot behind a company's proxy: all its requests go through it, and what the proxy refuses is reported with its remedy.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ConnectProxy, startConnectProxy } from "../sandbox/connect-proxy.js";
import { Harness, MODES } from "./harness.js";

let proxy: ConnectProxy;
let harness: Harness;
beforeEach(async () => {
  proxy = await startConnectProxy("olga:s3cret-pass");
});
afterEach(async () => {
  await harness.stop();
  await proxy.stop();
});

const hostOf = (url: string) => new URL(url).host;

describe.each(MODES)("over %s", (mode) => {
  test("Slack, Hex and Hex's status page are asked through the proxy", async () => {
    harness = await Harness.start(mode, { env: { HTTP_PROXY: proxy.url } });
    expect(await harness.ask("status")).toContain("Connected to Hex");
    expect(proxy.asked).toContain(hostOf(harness.hex.origin));
    expect(proxy.asked).toContain(hostOf(harness.statusPage.origin));
    expect(proxy.asked).toContain(hostOf(harness.slack.apiUrl));
    expect(harness.log.join("")).not.toContain("s3cret-pass");
  });

  test("with NO_PROXY, nothing goes through the proxy", async () => {
    harness = await Harness.start(mode, { env: { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" } });
    expect(await harness.ask("status")).toContain("Connected to Hex");
    expect(proxy.asked).toEqual([]);
  });
});

test("Socket Mode goes through the proxy, and does so again after the proxy has cut the connection", async () => {
  harness = await Harness.start("socket", { env: { HTTP_PROXY: proxy.url } });
  // Nothing else is in progress, so it is the WebSocket that gets cut.
  proxy.cut();
  await harness.until(() => harness.log.some((line) => line.includes("Socket Mode: connected again")));
  expect(await harness.ask("status")).toContain("Connected to Hex");
});

test("a proxy that keeps the bot from Slack is named in the log, with what to do", async () => {
  harness = await Harness.start("http", { env: { HTTP_PROXY: proxy.url } });
  proxy.cut();
  proxy.refuses = 407;
  await harness.slack.command("help");
  await harness.until(() => harness.log.some((line) => line.includes("check HTTPS_PROXY")));
  proxy.refuses = null;
});

test.each([
  [403, "did not let the bot through", "Ask whoever runs the proxy to allow"],
  [407, "does not accept the bot's user and password (407)", "Check `HTTPS_PROXY`"],
  [502, "(502)", "Ask whoever runs the proxy to allow"],
])("if the proxy answers %i, people read so, and what to do", async (status, what, todo) => {
  harness = await Harness.start("http", { idle: true, env: { HTTP_PROXY: proxy.url } });
  // Slack stays reachable, so people are told there.
  await harness.startBot({ NO_PROXY: hostOf(harness.slack.apiUrl) });
  proxy.refuses = status;
  const answer = await harness.ask("status");
  expect(answer).toContain(`The proxy ${proxy.host}`);
  expect(answer).toContain(what);
  expect(answer).toContain(todo);
  expect(answer).toContain("`NO_PROXY`");
});

test("if the proxy refuses the start of a run, nothing is started, and the card says why", async () => {
  harness = await Harness.start("http", { idle: true, env: { HTTP_PROXY: proxy.url } });
  await harness.startBot({ NO_PROXY: hostOf(harness.slack.apiUrl) });
  const project = harness.hex.workspace.addProject({ title: "Revenue" });
  await harness.ask("projects");
  proxy.cut();
  proxy.refuses = 403;
  await harness.slack.command(`run ${project.id}`);
  await harness.cardShows("Not started");
  expect(harness.starts).toHaveLength(0);
});
