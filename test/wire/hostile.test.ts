// What people never send: forged requests, broken payloads, and buttons from other versions.

import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deliver, sign, signedHeaders } from "../sandbox/slack/server.js";
import { breathe, Harness, MODES, shown } from "./harness.js";

const OPEN = "apps.connections.open";
const FORM = "application/x-www-form-urlencoded";

describe("over HTTP", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("http");
  });
  afterEach(() => harness.stop());

  const body = "command=%2Fhex&text=status&trigger_id=1.2.3&user_id=U1&channel_id=C1&team_id=T1";
  const url = () => harness.slack.eventsUrl ?? "";
  const now = () => Math.floor(harness.clock.now() / 1_000);

  test.each<[string, (secret: string) => Record<string, string>]>([
    [
      "a forged signature",
      () => ({ "x-slack-request-timestamp": String(now()), "x-slack-signature": `v0=${"0".repeat(64)}` }),
    ],
    [
      "an old timestamp",
      (secret) => {
        const at = now() - 301;
        return { "x-slack-request-timestamp": String(at), "x-slack-signature": sign(secret, at, body) };
      },
    ],
    ["no signature", () => ({})],
    [
      "a signature of another body",
      (secret) => ({
        "x-slack-request-timestamp": String(now()),
        "x-slack-signature": sign(secret, now(), `${body}x`),
      }),
    ],
  ])("%s is refused and does nothing", async (_, headers) => {
    const answer = await deliver(url(), {
      body,
      headers: { "content-type": FORM, ...headers(harness.slack.signingSecret) },
    });
    expect(answer.status).toBe(401);
    expect(harness.asked).toEqual([]);
    expect(harness.slack.messages).toEqual([]);
  });

  test("a payload that is no JSON is refused, and the bot keeps running", async () => {
    for (const broken of ["payload=%7Bnot+json", "payload="]) {
      const headers = signedHeaders(harness.slack.signingSecret, broken, FORM, harness.clock.now());
      const answer = await deliver(url(), { body: broken, headers });
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test("a body larger than anything that Slack sends is not read", async () => {
    const large = await fetch(url(), { method: "POST", body: "x".repeat(1_000_001) }).catch(() => null);
    expect(large?.status ?? 413).toBe(413);
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test("a large body that does not state its size is not read either", async () => {
    const { port } = new URL(url());
    const socket = connect(Number(port), "127.0.0.1").on("error", () => undefined);
    const closed = new Promise((done) => socket.once("close", done));
    socket.write("POST /slack/events HTTP/1.1\r\nhost: bot\r\ntransfer-encoding: chunked\r\n\r\n");
    const chunk = `${(100_000).toString(16)}\r\n${"x".repeat(100_000)}\r\n`;
    for (let i = 0; i < 50 && !socket.destroyed; i++) await new Promise((sent) => socket.write(chunk, sent));
    // It never ends, and the bot does not wait for it.
    await closed;
    expect(await harness.ask("help")).toContain("/hex status");
  });

  describe.each(["/slack/events/", "/slack/commands", "/"])("signed requests to %s", (path) => {
    const at = () => url().replace("/slack/events", path);
    const warnings = () => harness.log.filter((line) => line.includes("Slack sends its requests to"));
    const signed = (text: string) =>
      deliver(at(), {
        body: text,
        headers: signedHeaders(harness.slack.signingSecret, text, FORM, harness.clock.now()),
      });

    test("the person who typed a command reads which address is right, and the log says so once a minute", async () => {
      const answer = await signed(body);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).toMatchObject({
        response_type: "ephemeral",
        text: expect.stringContaining("/slack/events"),
      });
      await signed(body);
      expect(warnings()).toHaveLength(1);
      expect(warnings()[0]).toContain(`Slack sends its requests to ${path}, where the bot does not accept them`);
      expect(warnings()[0]).toContain("/slack/events");
      harness.clock.advance(60_000);
      await signed(body);
      expect(warnings()).toHaveLength(2);
      expect(harness.asked).toEqual([]);
    });

    test("anything else gets a 404 whose answer names the right address", async () => {
      const answer = await signed("payload=%7B%22type%22%3A%22block_actions%22%7D");
      expect(answer.status).toBe(404);
      expect(answer.body).toContain("/slack/events");
    });

    test("what is not signed gets a plain 404", async () => {
      for (const signature of [{}, { "x-slack-request-timestamp": String(now()), "x-slack-signature": "v0=0" }]) {
        const answer = await deliver(at(), { body, headers: { "content-type": FORM, ...signature } });
        expect([answer.status, answer.body]).toEqual([404, "Not found\n"]);
      }
      expect(warnings()).toEqual([]);
    });
  });

  test("other paths and methods get plain answers", async () => {
    const base = url().replace("/slack/events", "");
    expect((await fetch(`${base}/healthz`)).status).toBe(200);
    expect((await fetch(`${base}/`)).status).toBe(404);
    expect((await fetch(`${base}//healthz/..%2f`)).status).toBe(404);
    expect((await fetch(url())).status).toBe(405);
  });
});

describe.each(MODES)("%s mode", (mode) => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start(mode);
  });
  afterEach(() => harness.stop());

  const click = (action: Record<string, unknown>) => {
    const { slack } = harness;
    return {
      type: "block_actions",
      team: { id: slack.teamId, domain: "acme" },
      user: { id: slack.people.ada.id, username: "ada", team_id: slack.teamId },
      api_app_id: slack.appId,
      container: { type: "message", message_ts: "1.1", channel_id: slack.channels.data.id, is_ephemeral: false },
      channel: { id: slack.channels.data.id, name: "data" },
      actions: [{ type: "button", block_id: "b", action_ts: "1.2", ...action }],
    };
  };

  test.each([
    ["a button of another version", { action_id: "launch_rocket", value: "1" }],
    ["a button of a run that nobody remembers", { action_id: "cancel_run", value: "no such run" }],
    ["a button without a value", { action_id: "run_again" }],
    ["a value that is no JSON", { action_id: "run_project", value: "{" }],
    ["a value of another shape", { action_id: "projects_next", value: '{"page":"two"}' }],
    ["an element that is no button", { type: "datepicker", action_id: "run_again", selected_date: "2026-01-01" }],
  ])("%s gets a polite answer", async (_, action) => {
    const { id, ack } = await harness.slack.sendInteraction(click(action));
    expect(ack).toMatchObject({ ok: true });
    const answer = await harness.slack.waitForMessage((message) => message.responseUrlOf === id);
    expect(shown(answer)).toContain("another version of the bot");
    expect(harness.asked).toEqual([]);
    expect(harness.log.filter((line) => line.includes('"level":"error"'))).toEqual([]);
  });

  test("if Hex hangs, a command is still acknowledged immediately", async () => {
    harness.hex.faults.add({ kind: { type: "hang" }, times: Number.POSITIVE_INFINITY });
    const { ack } = await harness.slack.command("projects");
    expect(ack).toMatchObject({ ok: true });
    await harness.until(
      () => harness.slack.messages.some((message) => shown(message).includes("did not answer in time")),
      200,
    );
  });
});

describe("Socket Mode", () => {
  let harness: Harness;
  beforeEach(async () => {
    harness = await Harness.start("socket");
  });
  afterEach(() => harness.stop());

  test("a connection that Slack wants to refresh is opened again", async () => {
    harness.slack.socket.disconnect("refresh_requested");
    await harness.slack.socket.waitForConnection();
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test("a connection that breaks while Slack is down is opened again when Slack is back", async () => {
    harness.slack.faults.add({ method: "apps.connections.open", times: 1, kind: { type: "reset" } });
    harness.slack.faults.add({ method: "apps.connections.open", times: 1, kind: { type: "status", status: 503 } });
    harness.slack.socket.drop();
    await harness.until(() => harness.slack.socket.connections === 1);
    expect(await harness.ask("help")).toContain("/hex status");
  });

  test.each([
    // In both cases, seen from Slack: the bot has not received the address, or the hello, yet.
    [
      "asked for",
      () => harness.slack.waitForCall(({ method, answer }) => OPEN === method && answer.ok, harness.slack.calls.length),
    ],
    ["made", () => harness.slack.socket.waitForConnection()],
  ])("a stop while a new connection is being %s is orderly", async (_, moment) => {
    const unheard: unknown[] = [];
    const onRejection = (reason: unknown) => unheard.push(reason);
    process.on("unhandledRejection", onRejection);
    harness.slack.socket.drop();
    await moment();
    await harness.stopBot();
    for (let i = 0; i < 100; i++) await breathe();
    expect(harness.slack.socket.connections).toBe(0);
    harness.slack.socket.drop();
    for (let i = 0; i < 20; i++) await breathe();
    process.off("unhandledRejection", onRejection);
    expect(unheard).toEqual([]);
  });

  test("an envelope that is delivered twice starts one run", async () => {
    const project = harness.hex.workspace.addProject();
    const command = await harness.slack.command(`run ${project.id}`);
    harness.slack.socket.disconnect("refresh_requested");
    await harness.slack.socket.waitForConnection();
    await harness.slack.redeliver(command);
    await harness.cardShows("Completed");
    expect(harness.starts).toHaveLength(1);
  });
});
