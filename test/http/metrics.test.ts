// The metrics on their own: nothing global, nothing left behind, and a scrape that no source can break.

import { setImmediate } from "node:timers/promises";
import { register } from "prom-client";
import { expect, test } from "vitest";
import { type MetricSources, Metrics } from "../../src/http/metrics.js";
import { ManualClock } from "../sandbox/clock.js";

const GLANCE = {
  probe: { at: 1_793_610_000_000, ok: false, kind: "unauthorized" as const, until: 1_793_610_240_000 },
  outage: true,
  tokenDaysLeft: 12.5,
};
const SOURCES: MetricSources = {
  clock: new ManualClock(),
  budget: { left: 30, perMinute: 30 },
  runsByState: async () => new Map([["running", 2]]),
  parts: async () => ({ slack: { ok: true }, store: { ok: true }, hex: { ok: true }, watch: { ok: true } }),
  slackConnected: () => true,
  isLeader: () => false,
  isPolicyBroken: () => false,
  policyVersions: () => 1,
  alertsHeld: () => 0,
  pagesHeld: async () => 0,
  health: async () => GLANCE,
  setAside: async () => new Map([["runs", 1]]),
};

function started(change: Partial<MetricSources> = {}): Metrics {
  const metrics = new Metrics();
  metrics.start({ ...SOURCES, ...change });
  return metrics;
}

test("two bots in one process have metrics of their own, and none is global", async () => {
  const [one, other] = [started(), started()];
  one.command("status", "ok");
  expect(await one.text()).toContain('hexbot_commands_total{command="status",outcome="ok"} 1');
  expect(await other.text()).not.toContain('command="status"');
  expect(register.getMetricsAsArray()).toEqual([]);
  for (const metrics of [one, other]) metrics.stop();
  expect((await one.text()).trim()).toBe("");
});

test("what is asked for at each scrape", async () => {
  const metrics = started();
  const text = await metrics.text();
  for (const line of [
    "hexbot_hex_budget_left 30",
    'hexbot_runs_in_flight{state="running"} 2',
    'hexbot_runs_in_flight{state="waiting"} 0',
    "hexbot_watching 0",
    "hexbot_hex_up 0",
    "hexbot_hex_outage 1",
    "hexbot_hex_token_days_left 12.5",
    "hexbot_hex_last_look_timestamp_seconds 1793610000",
  ]) {
    expect(text.split("\n")).toContain(line);
  }
  metrics.stop();
});

test("a source that fails shows as NaN, and the rest is there", async () => {
  const fails = () => Promise.reject(new Error("the store is gone"));
  const metrics = started({ runsByState: fails, health: fails, setAside: fails, pagesHeld: fails });
  const text = await metrics.text();
  expect(text).toMatch(/^hexbot_runs_in_flight\{state="running"\} NaN$/im);
  expect(text).toMatch(/^hexbot_rows_set_aside\{table="runs"\} NaN$/im);
  expect(text).toMatch(/^hexbot_pages_held NaN$/im);
  for (const name of ["up", "outage", "token_days_left", "last_look_timestamp_seconds"]) {
    expect(text).toMatch(new RegExp(`^hexbot_hex_${name} NaN$`, "im"));
  }
  expect(text).toContain("process_cpu_seconds_total");
  expect(text).not.toContain("store is gone");
  metrics.stop();
});

test("an old probe without a successor does not say how Hex is", async () => {
  const clock = new ManualClock();
  const probe = { ...GLANCE.probe, ok: true, until: clock.now() };
  const metrics = started({ clock, health: async () => ({ ...GLANCE, probe }) });
  expect(await metrics.text()).toMatch(/^hexbot_hex_up 1$/m);
  clock.advance(1);
  expect(await metrics.text()).toMatch(/^hexbot_hex_up NaN$/im);
  metrics.stop();
});

test("a scrape asks the store once for each thing, and is there after a second when the store hangs", async () => {
  const clock = new ManualClock();
  let asked = 0;
  let answer: (glance: typeof GLANCE) => void = () => undefined;
  const health = () => {
    asked++;
    return new Promise<typeof GLANCE>((resolve) => {
      answer = resolve;
    });
  };
  const metrics = started({ clock, health });
  const well = metrics.text();
  answer(GLANCE);
  expect(await well).toMatch(/^hexbot_hex_outage 1$/m);
  expect(asked).toBe(1);
  const hung = metrics.text();
  await setImmediate();
  clock.advance(1_000);
  const text = await hung;
  expect(text).toMatch(/^hexbot_hex_outage NaN$/im);
  expect(text).toContain('hexbot_runs_in_flight{state="running"} 2');
  metrics.stop();
});

test("a scrape is there after a second when every table of the store hangs", async () => {
  const clock = new ManualClock();
  const hangs = () => new Promise<never>(() => undefined);
  const metrics = started({ clock, runsByState: hangs, setAside: hangs, pagesHeld: hangs, health: hangs });
  const hung = metrics.text();
  await setImmediate();
  clock.advance(1_000);
  const text = await hung;
  expect(text).toMatch(/^hexbot_runs_in_flight\{state="running"\} NaN$/im);
  expect(text).toMatch(/^hexbot_rows_set_aside\{table="runs"\} NaN$/im);
  expect(text).toMatch(/^hexbot_pages_held NaN$/im);
  expect(text).toContain("hexbot_hex_budget_left 30");
  metrics.stop();
});

test("a request without an answer is counted by why there was none", async () => {
  const metrics = started();
  const record = {
    operation: "me" as const,
    reference: "secret-reference",
    priority: "command" as const,
    method: "GET",
    path: "users/me",
    durationMs: 250,
    leftOut: null,
  };
  metrics.hexRequest({ ...record, status: 200, error: null });
  metrics.hexRequest({ ...record, status: null, error: null });
  metrics.slackCall("chat.update", "rate_limited");
  const text = await metrics.text();
  expect(text).toContain('hexbot_hex_requests_total{operation="me",status="200"} 1');
  expect(text).toContain('hexbot_hex_requests_total{operation="me",status="none"} 1');
  expect(text).toContain('hexbot_hex_request_seconds_sum{operation="me"} 0.5');
  expect(text).toContain('hexbot_slack_rate_limited_total{method="chat.update"} 1');
  expect(text).not.toContain("secret-reference");
  metrics.stop();
});

test("times are in seconds, and none is negative", async () => {
  const metrics = started();
  metrics.acknowledged(250);
  metrics.cardShownAfter(-5);
  const text = await metrics.text();
  expect(text).toContain("hexbot_ack_seconds_sum 0.25");
  expect(text).toContain("hexbot_card_delay_seconds_sum 0\n");
  metrics.stop();
});
