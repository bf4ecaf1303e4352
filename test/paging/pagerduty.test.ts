// The client for the paging service, against the local receiver: what it sends fits, and what it hears becomes a kind of failure.

import { afterEach, beforeEach, expect, test } from "vitest";
import { type PageContent, type PageError, PagerDuty } from "../../src/paging/pagerduty.js";
import { ManualClock } from "../sandbox/clock.js";
import { type LocalPagerDuty, startPagerDuty } from "../sandbox/pagerduty.js";

let receiver: LocalPagerDuty;
beforeEach(async () => {
  receiver = await startPagerDuty();
});
afterEach(() => receiver.stop());

const CONTENT: PageContent = {
  summary: "Failed: Weekly revenue",
  source: "app.hex.tech",
  severity: "error",
  since: Date.UTC(2026, 10, 2, 7),
  component: "Weekly revenue",
  details: { owner: "olga@acme.test" },
  links: [{ href: "https://app.hex.tech/acme/app/x/latest", text: "Open the project in Hex" }],
};
const service = (url = receiver.url) =>
  new PagerDuty({
    url,
    routingKey: receiver.routingKey,
    userAgent: "hex-bot/test",
    fetch,
    clock: new ManualClock(),
    timeoutMs: 3_000,
  });
const send = (content: PageContent | null = CONTENT, url?: string) =>
  service(url).send(
    { action: content === null ? "resolve" : "trigger", dedupKey: "hex-bot trouble a", content },
    new AbortController().signal,
  );
const refusal = (content?: PageContent | null, url?: string): Promise<PageError | null> =>
  send(content, url).then(
    () => null,
    (error: PageError) => error,
  );

test("an event as PagerDuty takes it; those that follow need no content", async () => {
  await send();
  expect(receiver.received[0]).toMatchObject({
    status: 202,
    event: {
      dedup_key: "hex-bot trouble a",
      payload: { timestamp: "2026-11-02T07:00:00.000Z", source: "app.hex.tech" },
    },
  });
  await send(null);
  expect(receiver.received[1]).toMatchObject({ action: "resolve", status: 202 });
});

test("however long the texts are, the event is accepted, and characters are whole", async () => {
  const long = `${"x".repeat(1_023)}\u{1F600}${"y".repeat(600_000)}`;
  await send({ ...CONTENT, summary: long, source: long, component: long, details: { owner: long } });
  const { summary } = receiver.received[0] ?? {};
  expect(summary?.length).toBeLessThanOrEqual(1_024);
  expect(() => encodeURIComponent(summary ?? "")).not.toThrow();
});

test.each([
  ["refused", 400, "", null],
  ["denied", 403, "", null],
  ["denied", 302, "", null],
  ["rate_limited", 429, "", 90_000],
  ["failed", 503, "", null],
  // A page of somebody else in between, and an answer that does not say success.
  ["failed", 200, "<html>Sign in</html>", null],
  ["failed", 200, '{"status":"queued?"}', null],
] as const)("%s: %d %s", async (kind, status, body, retryAfterMs) => {
  receiver.fault = { type: "status", status, body, headers: retryAfterMs === null ? {} : { "retry-after": "90" } };
  expect(await refusal()).toMatchObject({ kind, status, retryAfterMs });
});

test("accepted: 202 whatever stands in it, or another success that says so", async () => {
  receiver.fault = { type: "status", status: 202, body: "" };
  expect(await refusal()).toBeNull();
  receiver.fault = { type: "status", status: 200, body: '{"status":"success"}' };
  expect(await refusal()).toBeNull();
});

test("the receiver's words are told, without the key that it repeats, and not all of them", async () => {
  const errors = [`'${receiver.routingKey}' is no key`, "x".repeat(5_000)];
  const body = JSON.stringify({ status: "invalid event", message: "Event object is invalid", errors });
  receiver.fault = { type: "status", status: 400, body };
  const error = await refusal();
  expect(error?.message).toMatch(/^400: Event object is invalid: '\[key\]' is no key/);
  expect(error?.message.length).toBeLessThanOrEqual(300);
});

test("nobody is there, or does not answer", async () => {
  receiver.fault = { type: "hang" };
  expect(await refusal()).toMatchObject({ kind: "timeout", status: null });
  const { url } = receiver;
  await receiver.stop();
  expect(await refusal(CONTENT, url)).toMatchObject({ kind: "unreachable", message: "ECONNREFUSED" });
});

test("a redirect to another host is not followed: the key stays here", async () => {
  const other = await startPagerDuty();
  const headers = { location: `${other.url}/v2/enqueue` };
  receiver.fault = { type: "status", status: 307, body: "", headers };
  expect(await refusal()).toMatchObject({ kind: "denied", status: 307 });
  expect(other.received).toEqual([]);
  await other.stop();
});

/** Sends one event with a key that the receiver repeats or refuses. */
async function sentWith(routingKey: string, status: number, body = "") {
  receiver.fault = { type: "status", status, body };
  const seen = { renewed: 0, message: "" };
  const { url } = receiver;
  const pagerDuty = new PagerDuty({
    url,
    routingKey,
    userAgent: "hex-bot/test",
    fetch,
    clock: new ManualClock(),
    timeoutMs: 1_000,
    keyInFile: () => "another key",
    onKeyRenewed: () => {
      seen.renewed += 1;
    },
  });
  await pagerDuty
    .send({ action: "resolve", dedupKey: "hex-bot trouble a", content: null }, new AbortController().signal)
    .catch((error: PageError) => {
      seen.message = error.message;
    });
  return seen;
}

test("a key that is repeated as in an address is not told, either", async () => {
  const { message } = await sentWith("k/ey", 503, '{"message":"no service for key=k%2Fey"}');
  expect(message).toBe("503: no service for key=[key]");
});

test.each([
  [400, 1],
  [403, 1],
  [429, 0],
  [503, 0],
])("after %d, the key's file is read again: %d", async (status, times) => {
  expect((await sentWith("old", status)).renewed).toBe(times);
});
