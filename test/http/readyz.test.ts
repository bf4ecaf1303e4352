// `GET /readyz`: what it says of each part, over HTTP.

import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Readiness, type ReadyOptions } from "../../src/http/readyz.js";
import { type RunningServer, startServer } from "../../src/http/server.js";
import { MINUTE, SECOND } from "../../src/lib/time.js";
import { ManualClock } from "../sandbox/clock.js";

let clock: ManualClock;
/** What the parts say; a test changes what it is about. */
let parts: Omit<ReadyOptions, "clock">;
let server: RunningServer;

const agoOf = (ms: number) => new Date(clock.now() - ms).toISOString();

beforeEach(async () => {
  clock = new ManualClock();
  const start = clock.now();
  parts = {
    slack: () => ({ ok: true, since: start, why: null }),
    lastProbe: () => Promise.resolve({ at: start, ok: true, kind: null, until: start + MINUTE }),
    store: () => Promise.resolve({ at: start, since: start, why: null }),
    stalled: () => ({ ms: 0, isLimited: false }),
  };
  const readiness = new Readiness({
    clock,
    slack: () => parts.slack(),
    lastProbe: () => parts.lastProbe(),
    store: () => parts.store(),
    stalled: () => parts.stalled(),
  });
  server = await startServer({ port: 0, routes: { "/readyz": readiness.answer } });
});
afterEach(() => server.close());

async function ask(): Promise<{ status: number; headers: Headers; body: unknown }> {
  const response = await fetch(`http://127.0.0.1:${server.port}/readyz`);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

const works = () => ({
  slack: { ok: true, since: agoOf(0) },
  store: { ok: true, at: agoOf(0) },
  hex: { ok: true, at: agoOf(0) },
  watch: { ok: true },
});

test("all is well: 200, and nothing on the way keeps the answer", async () => {
  const { status, headers, body } = await ask();
  expect(status).toBe(200);
  expect(body).toEqual({ ok: true, ...works() });
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("content-type")).toBe("application/json");
});

test("Slack is not connected: 503, with the reason and since when", async () => {
  const since = clock.now() - 5 * MINUTE;
  parts.slack = () => ({ ok: false, since, why: "token_revoked" });
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({
    ...works(),
    ok: false,
    slack: { ok: false, since: agoOf(5 * MINUTE), why: "token_revoked" },
  });
});

test("the store does not work: when that was seen, and since when it is so", async () => {
  const [at, since] = [clock.now() - SECOND, clock.now() - MINUTE];
  parts.store = () => Promise.resolve({ at, since, why: "disk_full" });
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({
    ...works(),
    ok: false,
    store: { ok: false, at: agoOf(SECOND), since: agoOf(MINUTE), why: "disk_full" },
  });
});

test("Hex does not answer: 503, with the kind of the error", async () => {
  const at = clock.now();
  parts.lastProbe = () => Promise.resolve({ at, ok: false, kind: "timeout", until: at + MINUTE });
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({ ...works(), ok: false, hex: { ok: false, at: agoOf(0), why: "timeout" } });
});

test("Hex was never asked: 503", async () => {
  parts.lastProbe = () => Promise.resolve(null);
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({ ...works(), ok: false, hex: { ok: false, why: "not_probed_yet" } });
});

test("nobody asks Hex any more: 503, though the last answer was a good one", async () => {
  const at = clock.now() - 30 * MINUTE;
  parts.lastProbe = () => Promise.resolve({ at, ok: true, kind: null, until: at + MINUTE });
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({ ...works(), ok: false, hex: { ok: false, at: agoOf(30 * MINUTE), why: "probe_overdue" } });
});

test("how Hex is cannot be read from the store: 503", async () => {
  parts.lastProbe = () => Promise.reject(new Error("locked"));
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({ ...works(), ok: false, hex: { ok: false, why: "store" } });
});

test("the store does not say how Hex is: 503, within a second", async () => {
  parts.lastProbe = () => new Promise(() => undefined);
  const asked = ask();
  await vi.waitUntil(() => clock.nextWakeMs <= SECOND);
  clock.advance(SECOND);
  const { status, body } = await asked;
  expect(status).toBe(503);
  expect(body).toMatchObject({ ok: false, hex: { ok: false, why: "store" } });
});

test.each([
  ["Hex asks for that", true, "rate_limited"],
  ["nobody knows why", false, "standstill"],
])("runs in flight were not asked about for three minutes, and %s: 503, and since when", async (_, isLimited, why) => {
  parts.stalled = () => ({ ms: 3 * MINUTE - 1, isLimited });
  expect((await ask()).status).toBe(200);
  parts.stalled = () => ({ ms: 3 * MINUTE, isLimited });
  const { status, body } = await ask();
  expect(status).toBe(503);
  expect(body).toEqual({ ...works(), ok: false, watch: { ok: false, since: agoOf(3 * MINUTE), why } });
});
