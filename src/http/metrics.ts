// `GET /metrics`: what happens, in Prometheus' text format. Every label has a bounded set of values, and is never an id or text that
// somebody else wrote.

import type { RequestListener } from "node:http";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import type { HeldBack, RequestRecord } from "../hex/client.js";
import type { Clock } from "../lib/clock.js";
import { withSharedTimeout } from "../lib/with-timeout.js";
import type { Glance } from "../outages/store.js";
import { isOverdue, type Probe } from "../outages/watchdog-state.js";
import { READ_TABLES } from "../store/row-reader.js";
import { collectProcess } from "./process-metrics.js";
import { PARTS, type Parts } from "./readyz.js";

/** What is read once at each scrape. Anything that rejects or takes longer than a second shows as NaN. */
export interface MetricSources {
  clock: Clock;
  budget: { left: number; perMinute: number };
  /** How many runs are in flight in each state. */
  runsByState: () => Promise<ReadonlyMap<string, number>>;
  /** What `/readyz` says. */
  parts: () => Promise<Parts>;
  slackConnected: () => boolean;
  /** Whether this process polls Hex about the runs. */
  isLeader: () => boolean;
  /** Whether this process cannot use the policy file as it is, and keeps to earlier rules. */
  isPolicyBroken: () => boolean;
  /** How many different sets of rules the replicas use. */
  policyVersions: () => number;
  /** How many of this process's alerts Slack is refusing. */
  alertsHeld: () => number;
  /** How many outages and troubles the paging service did not accept an event about. */
  pagesHeld: () => Promise<number>;
  health: () => Promise<Glance>;
  /** How many stored rows cannot be read, by table. */
  setAside: () => Promise<ReadonlyMap<string, number>>;
}

/** The states of runs in flight, so that each one always has a value. */
const STATES = ["awaiting", "approved", "starting", "waiting", "pending", "running", "cancelling"] as const;
const QUICK = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3];
const REQUEST = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const CARD = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300];

export class Metrics {
  readonly #registry = new Registry();
  #stopProcess: () => void = () => undefined;
  readonly #commands = this.#counter("hexbot_commands_total", "Commands.", ["command", "outcome"]);
  readonly #buttons = this.#counter("hexbot_buttons_total", "Clicks on buttons.", ["button", "outcome"]);
  readonly #forms = this.#counter("hexbot_forms_total", "Forms that were submitted.", ["form", "outcome"]);
  readonly #shortcuts = this.#counter("hexbot_shortcuts_total", "Shortcuts.", ["shortcut", "outcome"]);
  readonly #acknowledged = this.#histogram("hexbot_ack_seconds", "Until Slack had its acknowledgement.", QUICK, []);
  readonly #hexRequests = this.#counter("hexbot_hex_requests_total", "Requests to Hex that ended.", [
    "operation",
    "status",
  ]);
  readonly #hexSeconds = this.#histogram("hexbot_hex_request_seconds", "Requests to Hex.", REQUEST, ["operation"]);
  readonly #hexHeldBack = this.#counter(
    "hexbot_hex_requests_held_back_total",
    "Requests to Hex that were not sent, because the budget was spent or Hex had asked to wait.",
    ["operation", "why"],
  );
  readonly #cardDelay = this.#histogram("hexbot_card_delay_seconds", "From a run's end to its card.", CARD, []);
  readonly #slackCalls = this.#counter("hexbot_slack_calls_total", "Calls of Slack.", ["method", "outcome"]);
  readonly #slackLimited = this.#counter("hexbot_slack_rate_limited_total", "Calls that Slack answered with 429.", [
    "method",
  ]);
  readonly #slackUnreadable = this.#counter(
    "hexbot_slack_unreadable_total",
    "What Slack sent and the bot could not read.",
    ["kind"],
  );

  readonly #pages = this.#counter("hexbot_pages_total", "Events sent to the paging service.", ["action", "outcome"]);

  /** From now on, a scrape also reads the values that are not counted here, and measures the process. */
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

  /** Never rejects, and takes little more than a second when the store hangs. */
  text(): Promise<string> {
    return this.#registry.metrics();
  }

  /** `command` is one of the bot's, or "unknown". `outcome`, here and below, is one of a few words. */
  command(command: string, outcome: string): void {
    this.#commands.inc({ command, outcome });
  }

  /** `button` is one of the bot's action ids, or "unknown". */
  button(button: string, outcome: string): void {
    this.#buttons.inc({ button, outcome });
  }

  /** `form` is one of the bot's callback ids, or "unknown". */
  form(form: string, outcome: string): void {
    this.#forms.inc({ form, outcome });
  }

  /** `shortcut` is one of the bot's callback ids, or "unknown". */
  shortcut(shortcut: string, outcome: string): void {
    this.#shortcuts.inc({ shortcut, outcome });
  }

  acknowledged(ms: number): void {
    this.#acknowledged.observe(ms / 1_000);
  }

  /** For a request without an answer, the status is why there was none, such as "timeout". */
  hexRequest({ operation, status, durationMs, error }: RequestRecord): void {
    this.#hexRequests.inc({ operation, status: status === null ? (error?.kind ?? "none") : String(status) });
    this.#hexSeconds.observe({ operation }, durationMs / 1_000);
  }

  hexHeldBack({ operation, error }: HeldBack): void {
    this.#hexHeldBack.inc({ operation, why: error.kind });
  }

  /** A card shows the end of a run for the first time, `ms` after it. */
  cardShownAfter(ms: number): void {
    this.#cardDelay.observe(Math.max(0, ms) / 1_000);
  }

  /** `outcome` is "ok" or the kind of failure. */
  slackCall(method: string, outcome: string): void {
    this.#slackCalls.inc({ method, outcome });
    if (outcome === "rate_limited") this.#slackLimited.inc({ method });
  }

  /** `outcome` is "ok" or the kind of failure. */
  page(action: string, outcome: string): void {
    this.#pages.inc({ action, outcome });
  }

  /** `kind` is the kind of payload, such as "command", or "frame" or "request" when it was not a payload. */
  slackUnreadable(kind: string): void {
    this.#slackUnreadable.inc({ kind });
  }

  #gauges(sources: MetricSources): void {
    const { clock, budget } = sources;
    this.#gauge(
      "hexbot_hex_budget_left",
      "Requests to Hex that may go now, by what this process has sent.",
      () => budget.left,
    );
    this.#gauge("hexbot_hex_budget_per_minute", "Requests to Hex in a minute at most.", () => budget.perMinute);
    this.#gauge("hexbot_slack_connected", "1 while Slack and the bot are connected.", () =>
      Number(sources.slackConnected()),
    );
    this.#gauge("hexbot_watching", "1 while this process watches the runs.", () => Number(sources.isLeader()));
    this.#gauge("hexbot_policy_broken", "1 while the policy file cannot be used and earlier rules are in force.", () =>
      Number(sources.isPolicyBroken()),
    );
    this.#gauge(
      "hexbot_policy_versions",
      "Different sets of rules that the replicas use; 1 when all use the same.",
      () => sources.policyVersions(),
    );
    this.#gauge("hexbot_alerts_held", "Alerts that Slack does not take at present.", () => sources.alertsHeld());
    this.#healthGauges(sources);
    this.#gaugeBy("part", PARTS, {
      name: "hexbot_ready",
      help: "1 while a part works, as /readyz says.",
      read: async () => {
        const parts = await sources.parts();
        return new Map(PARTS.map((part) => [part, Number(parts[part].ok)]));
      },
    });
    this.#gaugeBy("state", STATES, {
      name: "hexbot_runs_in_flight",
      help: "Runs that have not ended.",
      read: withSharedTimeout(clock, sources.runsByState),
    });
    this.#gaugeBy("table", READ_TABLES, {
      name: "hexbot_rows_set_aside",
      help: "Stored rows that cannot be read.",
      read: withSharedTimeout(clock, sources.setAside),
    });
    this.#gauge(
      "hexbot_pages_held",
      "Outages and troubles of which the paging service has not accepted the last event.",
      withSharedTimeout(clock, sources.pagesHeld),
    );
  }

  #healthGauges({ clock, health }: MetricSources): void {
    const read = withSharedTimeout(clock, health);
    const ofProbe = async (figure: (probe: Probe) => number) => {
      const { probe } = await read();
      return probe === null ? Number.NaN : figure(probe);
    };
    this.#gauge(
      "hexbot_hex_up",
      "1 when Hex could be used at the last look, NaN before the first and when another one is overdue.",
      () => ofProbe((probe) => (isOverdue(probe, clock.now()) ? Number.NaN : Number(probe.ok))),
    );
    this.#gauge("hexbot_hex_last_look_timestamp_seconds", "When that was, in seconds since 1970.", () =>
      ofProbe(({ at }) => at / 1_000),
    );
    this.#gauge(
      "hexbot_hex_outage",
      "1 from the beginning of an outage of Hex until it has been quiet for five minutes, NaN while not known.",
      async () => Number((await read()).outage),
    );
    this.#gauge(
      "hexbot_hex_token_days_left",
      "Days until the Hex token expires, NaN while not known.",
      async () => (await read()).tokenDaysLeft ?? Number.NaN,
    );
  }

  /** `read` is called at each scrape. */
  #gauge(name: string, help: string, read: () => number | Promise<number>): void {
    new Gauge({
      name,
      help,
      registers: [this.#registry],
      async collect() {
        this.set(await Promise.resolve(read()).catch(() => Number.NaN));
      },
    });
  }

  /** A gauge for each value of a label. What is read has none for those that are 0. */
  #gaugeBy(
    label: string,
    values: readonly string[],
    { name, help, read }: { name: string; help: string; read: () => Promise<ReadonlyMap<string, number>> },
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.#registry],
      async collect() {
        const counts = await read().catch(() => null);
        for (const value of values)
          this.set({ [label]: value }, counts === null ? Number.NaN : (counts.get(value) ?? 0));
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
