// An hour in which things go wrong at random (the same each time): at its end nothing is stuck, every card tells the truth, and
// the process is no larger than after a quarter of it.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { seeded } from "../bench/watch.js";
import type { FaultKind as HexFault } from "../sandbox/hex/types.js";
import type { FaultKind as SlackFault, SlackMessage } from "../sandbox/slack/server.js";
import type { PageAnswer } from "../sandbox/status-page.js";
import { Bench, breathe, buttonsOf, shown } from "./bench.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SEED = 20_261_102;
const MINUTES = 60;
/** By then whatever is kept on purpose has been filled. */
const SETTLED = 15;
const REAL_LIMIT_MS = 120_000;
/** Long enough for the watchdog to be sure. */
const OUTAGE_MINUTES = 4;
const OUTAGES_A_MINUTE = 0.1;

const HEX: HexFault[] = [
  { type: "hang" },
  { type: "reset" },
  { type: "status", status: 500 },
  { type: "status", status: 503 },
  { type: "rateLimited", retryAfter: 5 },
  { type: "html" },
  { type: "truncated" },
  { type: "emptyBody" },
];
const SLACK: SlackFault[] = [
  { type: "reset" },
  { type: "status", status: 503 },
  { type: "ratelimited", retryAfter: 7 },
  { type: "error", error: "internal_error" },
  { type: "error", error: "invalid_auth" },
];
const PAGE: PageAnswer[] = [
  { type: "summary" },
  { type: "hang" },
  { type: "raw", status: 500, body: "" },
  { type: "summary", incidents: [{ name: "Slow", status: "investigating", impact: "minor" }] },
];
/** Hex's word for how a run ended, and the card's. */
const WORDS: Record<string, string> = {
  COMPLETED: "Completed",
  ERRORED: "Errored",
  KILLED: "Cancelled",
  UNABLE_TO_ALLOCATE_KERNEL: "No kernel",
};

const warnings: Error[] = [];
const onWarning = (warning: Error) => warnings.push(warning);
/** Connections that this process has opened. */
const sockets = new Set<WeakRef<Socket>>();
const onSocket = (message: unknown) => {
  if (typeof message !== "object" || message === null || !("socket" in message)) return;
  if (message.socket instanceof Socket) sockets.add(new WeakRef(message.socket));
};

let bench: Bench;
beforeEach(async () => {
  process.on("warning", onWarning);
  subscribe("net.client.socket", onSocket);
  bench = await Bench.start("socket", { idle: true, slackPingMs: 300 });
  await bench.startBot({ LOG_LEVEL: "info", HEX_PROBE_SECONDS: "60", HEX_ALERT_CHANNEL: bench.slack.channels.team.id });
});
afterEach(async () => {
  unsubscribe("net.client.socket", onSocket);
  process.off("warning", onWarning);
  await bench.stop();
});

test(
  "an hour of trouble",
  async () => {
    const random = seeded(SEED);
    const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
    const projects = [20, 45, 100, 400].map((seconds, index) =>
      bench.hex.workspace.addProject({
        title: `Project ${index}`,
        run: { runningMs: seconds * SECOND, outcome: index === 1 ? "ERRORED" : "COMPLETED" },
      }),
    );

    let early: Footprint | null = null;
    let outageEnds = 0;
    let started = 0;
    for (let minute = 1; minute <= MINUTES; minute++) {
      if (minute >= outageEnds) {
        trouble(random, pick);
        if (random() < OUTAGES_A_MINUTE) outageEnds = outage(minute, pick);
      }
      for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
        await bench.slack.socket.waitForConnection();
        started += await doSomething(pick(projects)?.id ?? "", pick, random);
        await bench.pass(15 * SECOND);
      }
      await bench.pass(MINUTE / 2);
      if (minute === SETTLED) early = await footprint();
    }
    expect(started).toBeGreaterThan(20);

    // All is well again: what is unfinished comes to its end.
    bench.hex.faults.clear();
    bench.slack.faults.clear();
    bench.hex.workspace.kernelsBusy = 0;
    await bench.slack.socket.waitForConnection();
    await bench.pass(20 * MINUTE);

    expect(await inFlight()).toBe(0);
    expect(untrue()).toEqual([]);
    const alerts = bench.cards.filter(isAlert);
    expect(alerts.length).toBeGreaterThan(0);
    expect(alerts.filter((alert) => !alert.text.startsWith("Connected to Hex again")).map(shown)).toEqual([]);
    const status = await bench.ask("status");
    expect(status).toContain("Connected to Hex");
    expect(status).toContain("0 runs watched");
    expect((await bench.get("/readyz")).status).toBe(200);

    const late = await footprint();
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
    expect(late.processListeners).toBe(early?.processListeners);
    expect(late.socketListeners).toBeLessThanOrEqual((early?.socketListeners ?? 0) + 2);
    expect(late.sockets).toBeLessThanOrEqual((early?.sockets ?? 0) + 8);
    expect(late.heap / (early?.heap ?? 1)).toBeLessThan(1.1);
  },
  REAL_LIMIT_MS,
);

/** Nothing works for some minutes. @returns the minute in which it ends */
function outage(minute: number, pick: <T>(from: readonly T[]) => T | undefined): number {
  const kind = pick(HEX.filter(({ type }) => type !== "rateLimited"));
  if (kind) bench.hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
  return minute + OUTAGE_MINUTES;
}

/** What goes wrong in the next minute: of each kind less often than not. */
function trouble(random: () => number, pick: <T>(from: readonly T[]) => T | undefined): void {
  const { hex, slack, statusPage } = bench;
  hex.faults.clear();
  slack.faults.clear();
  const [hexKind, slackKind] = [pick(HEX), pick(SLACK)];
  if (hexKind && random() < 0.5) hex.faults.add({ kind: hexKind, times: 1 + Math.floor(random() * 12) });
  if (slackKind && random() < 0.4) {
    const method = pick(["chat.update", "chat.postMessage", "response_url"]) ?? "*";
    slack.faults.add({ method, kind: slackKind, times: 1 + Math.floor(random() * 4) });
  }
  if (random() < 0.1) slack.socket.disconnect("refresh_requested");
  if (random() < 0.1) slack.socket.drop();
  hex.workspace.kernelsBusy = random() < 0.2 ? 25 : 0;
  statusPage.answer = pick(PAGE) ?? { type: "summary" };
}

/** One command or click. @returns how many runs it asks for */
async function doSomething(
  projectId: string,
  pick: <T>(from: readonly T[]) => T | undefined,
  random: () => number,
): Promise<number> {
  const { slack } = bench;
  const press = async (actionId: string) => {
    const card = pick(runCards().filter((one) => buttonsOf(one).includes(actionId)));
    if (card) await slack.click(card, actionId);
  };
  const what = random();
  if (what < 0.5) {
    await slack.command(`run ${projectId}`);
    return 1;
  }
  if (what < 0.6) await press("cancel_run");
  else if (what < 0.7) await press("run_again");
  else await slack.command(pick(["status", "projects", "runs", `runs ${projectId}`, "help"]) ?? "help");
  return 0;
}

const isAlert = (message: SlackMessage) => message.channel === bench.slack.channels.team.id;

function runCards(): SlackMessage[] {
  return bench.cards.filter((message) => !isAlert(message));
}

async function inFlight(): Promise<number> {
  const { text } = await bench.get("/metrics");
  const counts = [...text.matchAll(/^hexbot_runs_in_flight\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  expect(counts).toHaveLength(5);
  return counts.reduce((sum, count) => sum + count, 0);
}

/** Cards that do not show what Hex knows. A start whose answer was lost and that is not listed may be "Not known". */
function untrue(): string[] {
  const { runs } = bench.hex.workspace;
  const isTrue = (card: SlackMessage) => {
    const run = runs.find(({ id }) => shown(card).includes(id));
    const word = card.text.split(":")[0] ?? "";
    return run === undefined ? ["Not started", "Not known"].includes(word) : word === WORDS[run.status];
  };
  const cards = runCards().filter((card) => card.edits > 0);
  const unseen = runs.filter((run) => !cards.some((card) => shown(card).includes(run.id)));
  const unknown = cards.filter((card) => card.text.startsWith("Not known"));
  return [
    ...cards.filter((card) => !isTrue(card)).map(shown),
    ...(unseen.length > unknown.length ? [`${unseen.length} runs have no card`] : []),
  ];
}

interface Footprint {
  /** In bytes, of what is still used. */
  heap: number;
  processListeners: number;
  sockets: number;
  /** The most that one connection has. */
  socketListeners: number;
}

/** What the process holds, without what the peers have recorded. */
async function footprint(): Promise<Footprint> {
  bench.hex.forget(Number.POSITIVE_INFINITY);
  bench.slack.forget();
  bench.log.length = 0;
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  for (let round = 0; round < 5; round++) {
    if (typeof collect === "function") collect();
    await breathe();
  }
  const open = [...sockets].flatMap((ref) => ref.deref() ?? []).filter((socket) => !socket.destroyed);
  const listeners = (socket: Socket) => socket.eventNames().reduce((sum, name) => sum + socket.listenerCount(name), 0);
  return {
    heap: process.memoryUsage().heapUsed,
    processListeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    sockets: open.length,
    socketListeners: Math.max(0, ...open.map(listeners)),
  };
}
