// Slack's refusals, classified by what the bot can do about them, and how long the bot then waits.

import { describe, expect, test } from "vitest";
import { observedFetch, type SlackCall } from "../../../src/slack/connection/calls.js";
import {
  asSlackFailure,
  failureOfCall,
  losesPlace,
  retryPauseMs,
  SlackFailure,
  slackFailureOf,
} from "../../../src/slack/connection/failures.js";
import { SlackRefusals } from "../../../src/slack/connection/refusals.js";
import { pauseMsOf, withSaneRetryAfter } from "../../../src/slack/connection/retry-after.js";
import { ManualClock } from "../../sandbox/clock.js";

const HOUR_MS = 60 * 60_000;
const ANSWER_URL = "https://hooks.slack.com/commands/T1/2/secret";

/** What the bot makes of one of Slack's answers. */
async function seen(url: string, status: number, body: string | null) {
  const calls: SlackCall[] = [];
  const send = async () => new Response(body, { status });
  await observedFetch(send, (call) => calls.push(call))(url, { method: "POST", body: "" });
  const [call] = calls;
  if (call === undefined) throw new Error("nothing was seen");
  return { call, failure: failureOfCall(call) };
}

test("a failure of Slack is an error of its own, and what is none is thrown on", () => {
  const failure = new SlackFailure({ kind: "place", word: "is_archived" });
  expect(failure).toMatchObject({ name: "SlackFailure", kind: "place", word: "is_archived" });
  expect(failure.message).toBe("Slack: place (is_archived)");
  expect(asSlackFailure(failure)).toBe(failure);
  const fault = new TypeError("a mistake");
  expect(slackFailureOf(fault)).toBeNull();
  expect(() => asSlackFailure(fault)).toThrow(fault);
});

test.each([
  ["not_in_channel", true, true],
  ["access_denied", false, false],
  ["thread_not_found", false, true],
  ["message_not_found", false, false],
  ["msg_too_long", false, false],
])("%s loses a channel: %j, and a thread: %j", (word, channel, thread) => {
  const failure = failureOfCall({ method: "chat.postMessage", ok: false, status: 200, word });
  expect([false, true].map((isThread) => failure && losesPlace(failure, isThread))).toEqual([channel, thread]);
});

describe("a response_url", () => {
  test.each<[number, string | null]>([
    [200, "ok"],
    [200, '{"ok":true}'],
    [200, ""],
    [200, " ok\n"],
    [201, ""],
    [204, null],
  ])("took an answer: %d with %j", async (status, body) => {
    expect((await seen(ANSWER_URL, status, body)).failure).toBeNull();
  });

  test.each<[number, string, string, string]>([
    [401, "", "answer", "HTTP 401"],
    [403, "<html>Forbidden</html>", "answer", "HTTP 403"],
    [400, '{"ok":false,"error":"invalid_blocks"}', "answer", "invalid_blocks"],
    [401, '{"ok":false,"error":"invalid_auth"}', "answer", "invalid_auth"],
    [200, '{"ok":false,"error":"token_revoked"}', "answer", "token_revoked"],
    [403, '{"ok":false,"error":"channel_not_found"}', "answer", "channel_not_found"],
    [404, "", "gone", "expired_url"],
    [410, "", "gone", "expired_url"],
    [404, '{"ok":false,"error":"used_url"}', "gone", "used_url"],
    [500, "", "transient", "HTTP 500"],
    [200, "<html>Log in</html>", "transient", "unreadable"],
    [429, "", "rate_limited", "ratelimited"],
  ])("%d with %j is %s, and says nothing of the token", async (status, body, kind, word) => {
    const { call, failure } = await seen(ANSWER_URL, status, body);
    expect(failure).toMatchObject({ kind, word });
    const troubles = new SlackRefusals(new ManualClock());
    troubles.observe(call);
    expect(troubles.token).toMatchObject({ ok: true, word: null });
  });

  test("the same words from a method are about the token and the channel", async () => {
    const method = "https://slack.com/api/chat.postMessage";
    expect((await seen(method, 200, '{"ok":false,"error":"invalid_auth"}')).failure?.kind).toBe("credentials");
    expect((await seen(method, 200, "")).failure?.facts).toEqual({ kind: "transient", word: "unreadable" });
  });
});

describe("Retry-After", () => {
  test.each<[number, number]>([
    [5, 5_000],
    [0, 1_000],
    [-1, 1_000],
    [0.2, 1_000],
    [Number.NaN, 30_000],
    [2_147_484, HOUR_MS],
    [Number.POSITIVE_INFINITY, HOUR_MS],
  ])("%d s is a pause of %d ms", (seconds, ms) => expect(pauseMsOf(seconds)).toBe(ms));

  test.each<[string | null, string]>([
    ["7", "7"],
    ["0", "1"],
    ["-1", "1"],
    ["soon", "30"],
    ["", "30"],
    [null, "30"],
    ["9999999999", "3600"],
    ["Wed, 21 Oct 2026 07:28:00 GMT", "30"],
  ])("%j reaches the WebClient as %s", async (told, sane) => {
    const headers: Record<string, string> = told === null ? {} : { "retry-after": told };
    const send = async () => new Response("{}", { status: 429, headers });
    const response = await withSaneRetryAfter(send)("https://slack.com/api/auth.test");
    expect([response.status, response.headers.get("retry-after"), await response.text()]).toEqual([429, sane, "{}"]);
  });

  test("a limit that goes on is asked about less and less, and never sooner than Slack says", () => {
    const limited = (retryAfterMs: number) =>
      new SlackFailure({ kind: "rate_limited", word: "ratelimited", retryAfterMs });
    const pauses = (retryAfterMs: number) => [1, 2, 3, 4, 100].map((n) => retryPauseMs(limited(retryAfterMs), n));
    expect(pauses(1_000)).toEqual([1_000, 2_000, 4_000, 8_000, 300_000]);
    expect(pauses(7_000)).toEqual([7_000, 7_000, 7_000, 8_000, 300_000]);
  });
});
