// What is read of Slack's answers, and what is passed on, whatever their size and wherever they end.

import { describe, expect, test } from "vitest";
import { observedFetch, type SlackCall } from "../../../src/slack/connection/calls.js";

const POST = "https://slack.com/api/chat.postMessage";
const ANSWER_URL = "https://hooks.slack.com/commands/T1/2/secret";
const CHUNK = new TextEncoder().encode("x".repeat(64 * 1_024));

/** Sends one request that is answered like this. */
async function ask(url: string, answer: () => Response) {
  const calls: SlackCall[] = [];
  const send = observedFetch(
    async () => answer(),
    (call) => calls.push(call),
  );
  const outcome = await send(url, { method: "POST", body: "" }).catch((error: unknown) => error);
  return { outcome, calls };
}

/** A body that never ends, and how much of it was taken. */
function endless() {
  const taken = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      // Whoever reads it to its end must not take all of the machine's memory for it.
      if (taken.bytes > 20_000_000) return controller.close();
      taken.bytes += CHUNK.byteLength;
      controller.enqueue(CHUNK);
    },
    cancel() {
      taken.cancelled = true;
    },
  });
  return { body, taken };
}

describe("an answer that never ends", () => {
  test.each([
    [POST, 200],
    [POST, 500],
    [ANSWER_URL, 200],
    [ANSWER_URL, 400],
  ])("from %s with %d: a megabyte of it is read, and nothing handed on", async (url, status) => {
    const { body, taken } = endless();
    const headers = { "x-oauth-scopes": "commands,chat:write" };
    const { outcome, calls } = await ask(url, () => new Response(body, { status, statusText: "So", headers }));
    expect(taken.bytes).toBeLessThan(1_500_000);
    expect(taken.cancelled).toBe(true);
    expect(calls).toMatchObject([{ ok: false, status, word: "unreadable", scopes: ["commands", "chat:write"] }]);
    const response = outcome instanceof Response ? outcome : Response.error();
    expect(response).toMatchObject({ status, statusText: "So" });
    expect(response.headers.get("x-oauth-scopes")).toBe("commands,chat:write");
    expect(await response.text()).toBe("");
  });
});

test("an answer of common size is handed on as it came", async () => {
  const text = JSON.stringify({ ok: true, message: { text: "ü".repeat(100_000) } });
  const { outcome, calls } = await ask(POST, () => new Response(text));
  expect(outcome instanceof Response && (await outcome.text())).toBe(text);
  expect(calls).toMatchObject([{ ok: true, status: 200 }]);
});

test.each([204, 205, 304])("an answer of %d, which has no body", async (status) => {
  const { outcome } = await ask(ANSWER_URL, () => new Response(null, { status }));
  expect(outcome).toMatchObject({ status, body: null });
});

test("an answer that breaks off is no answer", async () => {
  const broken = new TypeError("terminated");
  const body = () => new ReadableStream({ pull: (controller) => controller.error(broken) });
  const { outcome, calls } = await ask(POST, () => new Response(body()));
  expect(outcome).toBe(broken);
  expect(calls).toMatchObject([{ ok: false, status: null, word: "network" }]);
});
