// The bot behind a company's proxy: all that it asks goes through, and what the proxy refuses is told with its remedy.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ConnectProxy, startConnectProxy } from "../sandbox/connect-proxy.js";
import { Bench, MODES } from "./harness.js";

let proxy: ConnectProxy;
let bench: Bench;
beforeEach(async () => {
  proxy = await startConnectProxy("olga:s3cret-pass");
});
afterEach(async () => {
  await bench.stop();
  await proxy.stop();
});

const hostOf = (url: string) => new URL(url).host;

describe.each(MODES)("over %s", (mode) => {
  test("Slack, Hex and Hex's status page are asked through the proxy", async () => {
    bench = await Bench.start(mode, { env: { HTTP_PROXY: proxy.url } });
    expect(await bench.ask("status")).toContain("Connected to Hex");
    expect(proxy.asked).toContain(hostOf(bench.hex.origin));
    expect(proxy.asked).toContain(hostOf(bench.statusPage.origin));
    expect(proxy.asked).toContain(hostOf(bench.slack.apiUrl));
    expect(bench.log.join("")).not.toContain("s3cret-pass");
  });

  test("NO_PROXY: nothing goes through it", async () => {
    bench = await Bench.start(mode, { env: { HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1" } });
    expect(await bench.ask("status")).toContain("Connected to Hex");
    expect(proxy.asked).toEqual([]);
  });
});

test("Socket Mode goes through the proxy, again after it has cut the connection", async () => {
  bench = await Bench.start("socket", { env: { HTTP_PROXY: proxy.url } });
  // Nothing else is under way: what is cut is the WebSocket.
  proxy.cut();
  await bench.until(() => bench.slack.socket.connections === 0);
  await bench.until(() => bench.slack.socket.connections > 0);
  expect(await bench.ask("status")).toContain("Connected to Hex");
});

test("a proxy that keeps the bot from Slack is named in the log, with what to do", async () => {
  bench = await Bench.start("http", { env: { HTTP_PROXY: proxy.url } });
  proxy.cut();
  proxy.refuses = 407;
  await bench.slack.command("help");
  await bench.until(() => bench.log.some((line) => line.includes("verify HTTPS_PROXY")));
  proxy.refuses = null;
});

test.each([
  [403, "did not let the bot through", "Ask whoever runs the proxy to allow"],
  [407, "does not know the bot (407)", "Verify `HTTPS_PROXY`"],
  [502, "(502)", "Ask whoever runs the proxy to allow"],
])("a proxy that answers %i: named, with what to do", async (status, what, todo) => {
  bench = await Bench.start("http", { idle: true, env: { HTTP_PROXY: proxy.url } });
  // Slack stays reachable: it is told there.
  await bench.startBot({ NO_PROXY: hostOf(bench.slack.apiUrl) });
  proxy.refuses = status;
  const answer = await bench.ask("status");
  expect(answer).toContain(`The proxy ${proxy.host}`);
  expect(answer).toContain(what);
  expect(answer).toContain(todo);
  expect(answer).toContain("`NO_PROXY`");
});

test("a start that the proxy refuses is not started, and says why", async () => {
  bench = await Bench.start("http", { idle: true, env: { HTTP_PROXY: proxy.url } });
  await bench.startBot({ NO_PROXY: hostOf(bench.slack.apiUrl) });
  const project = bench.hex.workspace.addProject({ title: "Revenue" });
  await bench.ask("projects");
  proxy.cut();
  proxy.refuses = 403;
  await bench.slack.command(`run ${project.id}`);
  await bench.cardShows("Not started");
  expect(bench.starts).toHaveLength(0);
});
