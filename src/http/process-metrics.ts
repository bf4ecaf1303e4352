// What Prometheus clients usually report about their process, under the usual names. This does not use prom-client's own collection,
// which cannot be stopped and leaves an observer of garbage collection behind.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { Counter, Gauge, type Registry } from "prom-client";

const RESOLUTION_MS = 20;
const NS = 1e9;

/** @returns a function that ends the collection */
export function collectProcess(registry: Registry): () => void {
  const registers = [registry];
  const lag = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  lag.enable();
  const gauge = (name: string, help: string, value: () => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  new Counter({
    name: "process_cpu_seconds_total",
    help: "CPU time spent, user and system.",
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / 1e6);
    },
  });
  const startedAt = Date.now() / 1_000 - process.uptime();
  gauge("process_start_time_seconds", "When the process started, in seconds since 1970.", () => startedAt);
  gauge("process_resident_memory_bytes", "Resident memory.", () => process.memoryUsage.rss());
  gauge("nodejs_heap_size_used_bytes", "Heap in use.", () => process.memoryUsage().heapUsed);
  gauge("nodejs_heap_size_total_bytes", "Heap allocated.", () => process.memoryUsage().heapTotal);
  gauge("nodejs_active_resources", "What keeps the event loop alive.", () => process.getActiveResourcesInfo().length);
  gauge("nodejs_eventloop_lag_p99_seconds", "Delay of the event loop since the last scrape: 99 % were less.", () => {
    const seconds = lag.percentile(99) / NS;
    lag.reset();
    return seconds;
  });
  return () => {
    lag.disable();
  };
}
