// `GET /metrics`: what happens, in Prometheus' text format. Every label has a bounded set of values: never an id, never a text
// of somebody else's.

import type { RequestListener } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { RequestRecord } from "../hex/client.js";
import type { Probe } from "./memory.js";
import { collectProcess } from "./process.js";

/** How a command or a click ended: done, with a failure of Hex that was explained, or with a fault of the bot. */
export type Outcome = "ok" | "hex_failed" | "fault";

/** What is asked for at each scrape. What cannot be known is null or rejects, and shows as NaN or not at all. */
export interface MetricSources {
  budget: { left: number; perMinute: number };
  /** How many runs are in flight in each state. */
  runsByState: () => Promise<ReadonlyMap<string, number>>;
  slackConnected: () => boolean;
  /** Whether this process watches the runs. */
  watching: () => boolean;
  lastProbe: () => Promise<Probe | null>;
  /** Whether an outage of Hex is under way. */
  outage: () => Promise<boolean | null>;
  tokenDaysLeft: () => Promise<number | null>;
  /** How many alerts this process has that Slack does not take. */
  alertsHeld: () => number;
}

/** States that a run in flight can be in, so that each always has a value. */
const STATES = ["starting", "waiting", "pending", "running", "cancelling"] as const;
const QUICK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const REQUEST = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CARD = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];

export class Metrics {
  readonly #registry = new Registry();
  #stopProcess: () => void = () => undefined;
  readonly #commands = this.#counter("hexbot_commands_total", "Commands.", ["command", "outcome"]);
  readonly #buttons = this.#counter("hexbot_buttons_total", "Clicks on buttons.", ["button", "outcome"]);
  readonly #acknowledged = this.#histogram("hexbot_ack_seconds", "Until Slack had its acknowledgement.", QUICK, []);
  readonly #hexRequests = this.#counter("hexbot_hex_requests_total", "Requests to Hex that ended.", [
    "operation",
    "status",
  ]);
  readonly #hexSeconds = this.#histogram("hexbot_hex_request_seconds", "Requests to Hex.", REQUEST, ["operation"]);
  readonly #cardDelay = this.#histogram("hexbot_card_delay_seconds", "From a run's end to its card.", CARD, []);
  readonly #slackCalls = this.#counter("hexbot_slack_calls_total", "Calls of Slack.", ["method", "outcome"]);
  readonly #slackLimited = this.#counter("hexbot_slack_rate_limited_total", "Calls that Slack answered with 429.", [
    "method",
  ]);

  /** From now on a scrape also asks for what is not counted, and measures the process. */
  start(sources: MetricSources): void {
    this.#gauges(sources);
    this.#stopProcess = collectProcess(this.#registry);
  }

  /** Ends what `start` began. */
  stop(): void {
    this.#stopProcess();
    this.#registry.clear();
  }

  readonly answer: RequestListener = (_, response) => {
    this.text().then(
      (text) => response.writeHead(200, { "content-type": this.#registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  };

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** `command`: one of the bot's, or "unknown". */
  command(command: string, outcome: Outcome): void {
    this.#commands.inc({ command, outcome });
  }

  /** `button`: an action id of the bot's, or "unknown". */
  button(button: string, outcome: Outcome): void {
    this.#buttons.inc({ button, outcome });
  }

  acknowledged(ms: number): void {
    this.#acknowledged.observe(ms / 1_000);
  }

  /** The status of a request without an answer is why there was none, such as "timeout". */
  hexRequest({ operation, status, durationMs, error }: RequestRecord): void {
    this.#hexRequests.inc({ operation, status: status === null ? (error?.kind ?? "none") : String(status) });
    this.#hexSeconds.observe({ operation }, durationMs / 1_000);
  }

  /** The card shows the end of a run for the first time, `ms` after it. */
  cardShownAfter(ms: number): void {
    this.#cardDelay.observe(Math.max(0, ms) / 1_000);
  }

  /** `outcome`: "ok", or the kind of the failure. */
  slackCall(method: string, outcome: string): void {
    this.#slackCalls.inc({ method, outcome });
    if (outcome === "rate_limited") this.#slackLimited.inc({ method });
  }

  #gauges(sources: MetricSources): void {
    const { budget } = sources;
    this.#gauge("hexbot_hex_budget_left", "Requests to Hex that may go now.", () => budget.left);
    this.#gauge("hexbot_hex_budget_per_minute", "Requests to Hex in a minute at most.", () => budget.perMinute);
    this.#gauge("hexbot_slack_connected", "1 while Slack and the bot are connected.", () =>
      Number(sources.slackConnected()),
    );
    this.#gauge("hexbot_watching", "1 while this process watches the runs.", () => Number(sources.watching()));
    this.#gauge("hexbot_hex_outage", "1 during an outage of Hex, NaN while that is not known.", async () => {
      const outage = await sources.outage();
      return outage === null ? Number.NaN : Number(outage);
    });
    this.#gauge("hexbot_hex_token_days_left", "Days until the Hex token expires, NaN while not known.", async () => {
      return (await sources.tokenDaysLeft()) ?? Number.NaN;
    });
    this.#gauge("hexbot_alerts_held", "Alerts that Slack does not take at present.", () => sources.alertsHeld());
    this.#gauge("hexbot_hex_up", "1 when Hex could be used at the last look, NaN before the first.", async () => {
      const probe = await sources.lastProbe();
      return probe === null ? Number.NaN : Number(probe.ok);
    });
    this.#gauge("hexbot_hex_last_look_timestamp_seconds", "When that was, in seconds since 1970.", async () => {
      const probe = await sources.lastProbe();
      return probe === null ? Number.NaN : probe.at / 1_000;
    });
    const inFlight = new Gauge({
      ...{ name: "hexbot_runs_in_flight", help: "Runs that have not ended.", labelNames: ["state"] },
      registers: [this.#registry],
      collect: async () => {
        const counts = await sources.runsByState().catch(() => null);
        for (const state of STATES) inFlight.set({ state }, counts === null ? Number.NaN : (counts.get(state) ?? 0));
      },
    });
  }

  #gauge(name: string, help: string, value: () => number | Promise<number>): void {
    const gauge = new Gauge({
      ...{ name, help, registers: [this.#registry] },
      collect: async () => {
        try {
          gauge.set(await value());
        } catch {
          gauge.set(Number.NaN);
        }
      },
    });
  }

  #counter(name: string, help: string, labelNames: string[]): Counter {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #histogram(name: string, help: string, buckets: number[], labelNames: string[]): Histogram {
    return new Histogram({ name, help, buckets, labelNames, registers: [this.#registry] });
  }
}
