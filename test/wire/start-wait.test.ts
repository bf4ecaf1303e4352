// If Slack cannot be reached, the start waits for it, says so, and answers liveness checks.

import { createServer } from "node:tls";
import { WebClient } from "@slack/web-api";
import { afterEach, describe, expect, test } from "vitest";
import { createLogger } from "../../src/log/logger.js";
import { identifyOnceReached } from "../../src/slack/connection/identity.js";
import { selfSigned } from "../sandbox/certificate.js";
import { ManualClock } from "../sandbox/clock.js";
import { freePort, listen } from "../sandbox/local-server.js";
import { startSlack } from "../sandbox/slack/server.js";
import type { FaultKind } from "../sandbox/slack/types.js";
import { breathe, Harness, MODES } from "./harness.js";

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  afterEach(() => harness.stop());

  test.each<[string, FaultKind]>([
    ["HTTP 503", { type: "status", status: 503 }],
    ["ratelimited", { type: "ratelimited", retryAfter: 7 }],
    ["network", { type: "reset" }],
    ["internal_error", { type: "error", error: "internal_error" }],
  ])(
    "after %s to auth.test, the bot waits, answers /healthz and /metrics, is not ready, and starts when Slack is back",
    async (word, kind) => {
      harness = await Harness.start(mode, { idle: true });
      harness.slack.faults.add({ method: "auth.test", kind });
      const port = await freePort();
      let isStarted = false;
      const started = harness.startBot({ PORT: String(port) }).then(() => {
        isStarted = true;
      });
      const asked = () => harness.slack.calls.filter(({ method }) => method === "auth.test").length;
      await harness.until(() => asked() >= 6);
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
      expect((await get("/healthz")).status).toBe(200);
      const ready = await get("/readyz");
      expect([ready.status, await ready.json()]).toMatchObject([503, { ok: false, slack: { ok: false, why: word } }]);
      expect((await get("/slack/events")).status).toBe(404);
      expect(await (await get("/metrics")).text()).toMatch(
        /hexbot_slack_calls_total\{method="auth\.test",outcome="\w+"\} [1-9]/,
      );
      const troubles = harness.log.filter((line) => /"level":"(warn|error)"/.test(line));
      expect(troubles).toEqual([expect.stringMatching(/"todo":"\w+.*the start waits for it/)]);
      harness.slack.faults.clear();
      await harness.until(() => isStarted);
      await started;
      expect(await harness.ask("help")).toContain("/hex status");
    },
  );

  test("a refusal ends the start immediately", async () => {
    harness = await Harness.start(mode, { idle: true });
    await expect(harness.startBot({ SLACK_BOT_TOKEN: "xoxb-1-2-wrong" })).rejects.toThrow("invalid_auth");
    expect(harness.log.filter((line) => line.includes("the start waits for it"))).toEqual([]);
  });
});

describe("why Slack cannot be reached", () => {
  /** The first line of the log that is about a trouble, and what `/readyz` says. */
  async function said(apiUrl: string) {
    const harness = await Harness.start("http", { idle: true });
    const port = await freePort();
    const stopping = new AbortController();
    const env = { SLACK_API_URL: apiUrl, PORT: String(port) };
    const started = harness.startBot(env, { signal: stopping.signal }).catch(() => undefined);
    const first = () => harness.log.find((line) => /"level":"(warn|error)"/.test(line));
    await harness.until(() => first() !== undefined);
    const ready = await (await fetch(`http://127.0.0.1:${port}/readyz`)).json();
    stopping.abort(new Error("stop"));
    await started;
    await harness.stop();
    return { line: first(), ready };
  }

  test("its host is not found", async () => {
    const { line, ready } = await said("https://slack.invalid/api/");
    expect(line).toMatch(
      /"code":"(ENOTFOUND|EAI_AGAIN)".*"msg":"Slack's host was not found, and the start waits for it/,
    );
    expect(ready).toMatchObject({ slack: { ok: false, why: "dns" } });
  });

  test("its certificate is not trusted", async () => {
    const server = createServer(selfSigned(Date.now()));
    const port = await listen(server);
    const { line, ready } = await said(`https://localhost:${port}/api/`);
    expect(line).toMatch(/"code":"DEPTH_ZERO_SELF_SIGNED_CERT".*could not make a secure connection to Slack/);
    expect(line).toContain("NODE_EXTRA_CA_CERTS");
    expect(ready).toMatchObject({ slack: { ok: false, why: "tls" } });
    server.close();
  });
});

test("a stop ends the wait, whatever is being waited for", async () => {
  const clock = new ManualClock();
  const slack = await startSlack({ clock });
  const log = createLogger({ level: "silent", pretty: false, secrets: [] });
  const client = new WebClient(slack.botToken, { slackApiUrl: slack.apiUrl, retryConfig: { retries: 0 } });
  for (const kind of [{ type: "hang" }, { type: "status", status: 503 }] as const) {
    slack.faults.clear();
    slack.faults.add({ method: "auth.test", kind });
    const stopping = new AbortController();
    const waiting = identifyOnceReached(client, { clock, log, signal: stopping.signal });
    const ended = expect(waiting).rejects.toThrow("stop");
    const asked = slack.calls.length;
    for (let turns = 0; turns < 500 && slack.calls.length === asked && clock.sleeping === 0; turns++) await breathe();
    stopping.abort(new Error("stop"));
    await ended;
  }
  await slack.stop();
});
