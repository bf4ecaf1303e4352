// Over HTTP, the bot accepts only what Slack has signed within five minutes of now, and in only one way.

import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { deliver, sign } from "../sandbox/slack/server.js";
import { Harness } from "./harness.js";

const FORM = "application/x-www-form-urlencoded";
const BODY = "command=%2Fhex&text=help&trigger_id=1.2.3&user_id=U1&channel_id=C1&team_id=T1";
const FIVE_MINUTES_S = 300;

let harness: Harness;
beforeEach(async () => {
  harness = await Harness.start("http");
});
afterEach(() => harness.stop());

const now = () => Math.floor(harness.clock.now() / 1_000);
const secret = () => harness.slack.signingSecret;

/** `timestamp`: as in the header and in the signed text. */
async function send(timestamp: string, headers: Record<string, string | string[]> = {}) {
  const signature = sign(secret(), timestamp, BODY);
  return deliver(harness.slack.eventsUrl ?? "", {
    body: BODY,
    headers: {
      "content-type": FORM,
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": signature,
      ...headers,
    },
  });
}

const refusals = () => harness.log.filter((line) => line.includes("A request to the bot's URL for Slack was refused"));

test.each([-FIVE_MINUTES_S, -1, 0, 1, FIVE_MINUTES_S])(
  "a request signed %i s from now is accepted",
  async (seconds) => {
    expect((await send(String(now() + seconds))).status).toBe(200);
  },
);

test.each([
  ["an hour ahead", () => String(now() + 3_600)],
  ["ten years ahead", () => String(now() + 10 * 365 * 86_400)],
  ["301 s ahead", () => String(now() + FIVE_MINUTES_S + 1)],
  ["301 s old", () => String(now() - FIVE_MINUTES_S - 1)],
  ["Infinity", () => "Infinity"],
  ["NaN", () => "NaN"],
  ["a fraction", () => `${now()}.5`],
  ["an exponent", () => `${now() / 1e9}e9`],
  ["hexadecimal", () => `0x${now().toString(16)}`],
  ["negative", () => "-1"],
  ["a plus sign", () => `+${now()}`],
  ["empty", () => ""],
])("a timestamp that is %s is refused despite its valid signature, and the log says why", async (_, timestamp) => {
  expect((await send(timestamp())).status).toBe(401);
  expect(refusals()).toHaveLength(1);
  expect(harness.slack.messages).toEqual([]);
});

test("the log tells a wrong clock from a wrong secret", async () => {
  await send(String(now() + 3_600));
  expect(refusals()[0]).toMatch(/signed 3600 s ahead of this machine's clock: set the clock/);
  await send(String(now() - 3_600));
  expect(refusals()[1]).toMatch(/signed 3600 s behind this machine's clock: set the clock/);
  await send(String(now()), { "x-slack-signature": sign("another", String(now()), BODY) });
  expect(refusals()[2]).toContain("does not match SLACK_SIGNING_SECRET");
});

test("if the machine's clock is set back by an hour, requests are refused until it is right again", async () => {
  const slacksTime = now();
  harness.clock.set(-3_600_000);
  expect((await send(String(slacksTime))).status).toBe(401);
  harness.clock.set(3_600_000);
  expect((await send(String(slacksTime))).status).toBe(200);
});

describe("a header that comes twice", () => {
  test.each(["x-slack-signature", "x-slack-request-timestamp"])("%s is refused", async (name) => {
    const value = name === "x-slack-signature" ? sign(secret(), String(now()), BODY) : String(now());
    expect((await send(String(now()), { [name]: [value, value] })).status).toBe(401);
  });
});

test.each([
  ["of another version", () => sign(secret(), String(now()), BODY).replace("v0", "v1")],
  ["cut off", () => sign(secret(), String(now()), BODY).slice(0, -1)],
  ["without its version", () => sign(secret(), String(now()), BODY).slice(3)],
  ["in capitals", () => sign(secret(), String(now()), BODY).toUpperCase()],
  ["of other characters", () => `v0=${"ü".repeat(32)}`],
])("a signature %s is refused", async (_, signature) => {
  const headers = { "x-slack-signature": Buffer.from(signature()).toString("latin1") };
  expect((await send(String(now()), headers)).status).toBe(401);
});

test("the content type may name a charset", async () => {
  expect((await send(String(now()), { "content-type": `${FORM}; charset=utf-8` })).status).toBe(200);
});

test("an event is no command, whatever content type somebody gives it who sends it again", async () => {
  const typed = "&command=%2Fhex&text=help&user_id=U0GRACEHOPP&channel_id=C0DATATEAM1&team_id=T0LOCALTEAM&";
  const event = {
    type: "message",
    channel_type: "im",
    channel: "D0ADALOVELA",
    ts: "1793610000.000100",
    user: "U0ADALOVELA",
    text: typed.replaceAll("&", "&amp;"),
    // Slack escapes nothing here.
    blocks: [
      { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text: typed }] }] },
    ],
  };
  const body = JSON.stringify({ type: "event_callback", team_id: "T0LOCALTEAM", event });
  const headers = {
    "content-type": FORM,
    "x-slack-request-timestamp": String(now()),
    "x-slack-signature": sign(secret(), String(now()), body),
  };
  expect((await deliver(harness.slack.eventsUrl ?? "", { body, headers })).status).toBe(200);
  await harness.until(() => harness.log.some((line) => line.includes('"message ')));
  expect(harness.log.filter((line) => line.includes("command help"))).toEqual([]);
});

test("the time to read a form with very many fields is proportional to its length", async () => {
  const body = Array.from({ length: 130_000 }, (_, index) => index.toString(36)).join("&");
  const headers = {
    "content-type": FORM,
    "x-slack-request-timestamp": String(now()),
    "x-slack-signature": sign(secret(), String(now()), body),
  };
  // Longer than Slack waits: a busy machine takes seconds for as many fields, and minutes if each makes the next one slower.
  const timeoutMs = 20_000;
  expect((await deliver(harness.slack.eventsUrl ?? "", { body, headers, timeoutMs })).status).toBe(200);
});

test("a certificate check from Slack is short, so a long one without a signature is not read", async () => {
  const body = `ssl_check=1&${"a".repeat(20_000)}`;
  const { status } = await deliver(harness.slack.eventsUrl ?? "", { body, headers: { "content-type": FORM } });
  expect(status).toBe(401);
});

test("Slack's certificate check needs no signature, and does nothing else", async () => {
  const body = `ssl_check=1&${BODY}`;
  const { status } = await deliver(harness.slack.eventsUrl ?? "", { body, headers: { "content-type": FORM } });
  expect(status).toBe(200);
  expect(harness.log.filter((line) => line.includes("command help"))).toEqual([]);
});

test("Slack's check of the address is answered only with a signature", async () => {
  const body = JSON.stringify({ type: "url_verification", token: "t", challenge: "c-123" });
  const headers = {
    "content-type": "application/json",
    "x-slack-request-timestamp": String(now()),
    "x-slack-signature": sign(secret(), String(now()), body),
  };
  const url = harness.slack.eventsUrl ?? "";
  expect(await deliver(url, { body, headers })).toMatchObject({ status: 200, body: '{"challenge":"c-123"}' });
  expect((await deliver(url, { body, headers: { "content-type": "application/json" } })).status).toBe(401);
});
