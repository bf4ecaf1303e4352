// What is measured of the process: in the units that the names promise, and anew at each scrape.

import { setImmediate as turn } from "node:timers/promises";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { collectProcess } from "../../src/http/process-metrics.js";

let registry: Registry;
let stop: () => void;
beforeEach(() => {
  registry = new Registry();
  stop = collectProcess(registry);
});
afterEach(() => stop());

const scraped = async (name: string) =>
  Number(new RegExp(`^${name} (.*)$`, "m").exec(await registry.metrics())?.[1] ?? Number.NaN);

test("the CPU time is that of the process, in seconds, however often it is scraped", async () => {
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  await registry.metrics();
  const before = spent();
  const seconds = await scraped("process_cpu_seconds_total");
  expect(seconds).toBeGreaterThanOrEqual(before);
  expect(seconds).toBeLessThanOrEqual(spent());
});

test("the process started in seconds since 1970", async () => {
  const started = Date.now() / 1_000 - process.uptime();
  expect(Math.abs((await scraped("process_start_time_seconds")) - started)).toBeLessThan(5);
});

test("the event loop's delay is in seconds, and of the time since the last scrape", async () => {
  const delayNow = () => scraped("nodejs_eventloop_lag_p99_seconds");
  const turning = async (ms: number) => {
    for (const until = performance.now() + ms; performance.now() < until; ) await turn();
  };
  await turning(100);
  for (const until = performance.now() + 200; performance.now() < until; );
  await turning(100);
  const delay = await delayNow();
  expect(delay).toBeGreaterThan(0.1);
  expect(delay).toBeLessThan(60);
  expect(await delayNow()).toBeLessThan(0.001);
});
