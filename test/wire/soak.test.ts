// A time in which everything that the peers can do wrong goes wrong at random, including hostile answers and payloads (the same
// each time). At its end, nothing is stuck, every card tells the truth, everybody was answered, and the process is no larger than
// after a quarter of an hour.

import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Socket } from "node:net";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HOSTILE_ANSWERS } from "../sandbox/hex/hostile.js";
import type { FaultKind as HexFault } from "../sandbox/hex/types.js";
import { seeded } from "../sandbox/seeded.js";
import type { FaultKind as SlackFault, SlackMessage } from "../sandbox/slack/server.js";
import type { PageAnswer } from "../sandbox/status-page.js";
import { breathe, buttonsOf, Harness, shown } from "./harness.js";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const SEED = Number(process.env.SOAK_SEED ?? 20_261_102);
/** The longest time for which the bot leaves Hex alone when it asks for a pause, for example until the year 9999. */
const LONGEST_PAUSE = 60 * MINUTE;
/** Half an hour, or several hours with the following seeds: `npm run soak`. */
const SEEDS = Array.from({ length: Number(process.env.SOAK_HOURS ?? 1) }, (_, index) => SEED + index);
const MINUTES = process.env.SOAK_HOURS ? 60 : 30;
/** At least this many runs are asked for. */
const RUNS = MINUTES / 3;
/** By then, everything that is kept on purpose is full. */
const SETTLED = 15;
const REAL_LIMIT_MS = 240_000;
/** After this many real seconds, at most, connections that nobody uses are closed. */
const IDLE_SECONDS = 15;
/** What cannot be read need not be acknowledged. In real ms. */
const NONSENSE_MS = 200;
/** Long enough for the watchdog to be sure. */
const OUTAGE_MINUTES = 4;
const OUTAGES_A_MINUTE = 0.1;

const HEX: HexFault[] = [
  { type: "hang" },
  { type: "reset" },
  { type: "status", status: 500 },
  { type: "status", status: 503 },
  { type: "rateLimited", retryAfter: 5 },
  { type: "rateLimited", retryAfter: 0 },
  { type: "rateLimited", retryAfter: -1 },
  { type: "rateLimited", retryAfter: "Fri, 31 Dec 9999 23:59:59 GMT" },
  { type: "rateLimited" },
  { type: "stall" },
  { type: "bareText", status: 502, text: "Bad gateway" },
  { type: "slow", ms: 3_000 },
  { type: "html" },
  { type: "truncated" },
  { type: "emptyBody" },
  ...Object.values(HOSTILE_ANSWERS),
];
/** Nobody can see that the id of a new run belongs to another run. If the bot does not ask by id, it believes Hex. */
const ASKED_BY_ID: ReadonlySet<HexFault | undefined> = new Set([HOSTILE_ANSWERS["about another run"]]);
const SLACK: SlackFault[] = [
  { type: "reset" },
  { type: "status", status: 503 },
  { type: "ratelimited", retryAfter: 7 },
  { type: "error", error: "internal_error" },
  { type: "error", error: "invalid_auth" },
  { type: "error", error: "missing_scope", extra: { needed: "chat:write", provided: "commands" } },
  { type: "error", error: "a_word_of_tomorrow" },
  { type: "ratelimited", retryAfter: 0 },
  { type: "ratelimited", retryAfter: -1 },
  { type: "status", status: 200, body: "<html>Sign in to the network</html>" },
];
/**
 * While Hex says only one of these, nothing can be done with it. Requests that hang end by the machine's clock: on a busy machine, the
 * minutes of an outage would be over before the bot knows of one.
 */
const NO_OUTAGE = ["rateLimited", "slow", "altered", "endless", "hang", "stall"];
const OUTAGES = HEX.filter(({ type }) => !NO_OUTAGE.includes(type));
/** Faults that an answer survives, because it is sent again. */
const ANSWER: SlackFault[] = [
  { type: "reset" },
  { type: "status", status: 503 },
  { type: "ratelimited", retryAfter: 1 },
];
/** Refuses a place for good: a card that is already there is continued in another. */
const PLACE: SlackFault[] = [
  { type: "error", error: "ekm_access_denied" },
  { type: "error", error: "is_archived" },
];
/** What Slack never sends. */
const PAYLOADS: Record<string, unknown>[] = [
  { type: "block_actions", user: { id: true }, actions: null },
  { type: "block_actions", user: { id: 7 }, actions: [{ action_id: "cancel_run", value: false }] },
  { type: "view_submission", view: { state: [] } },
  { type: null, channel: { id: {} } },
];
const PAGE: PageAnswer[] = [
  { type: "summary" },
  { type: "hang" },
  { type: "raw", status: 500, body: "" },
  { type: "stall" },
  { type: "endless", unpacked: true },
  { type: "summary", incidents: [{ name: "Slow", status: "investigating", impact: "minor" }] },
];
/** How the message of an outage begins when it is over, and how a reply begins for which Slack refused the thread. */
const OVER = /^(Connected to Hex again|(:\w+: )?(It is over|The cause has changed))/;
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

/** Commands that may get lost at the end. */
const ATTEMPTS = 20;

let harness: Harness;
beforeEach(async () => {
  for (const noted of [warnings, asked]) noted.length = 0;
  answered.clear();
  process.on("warning", onWarning);
  subscribe("net.client.socket", onSocket);
  harness = await Harness.start("socket", { idle: true, slackPingMs: 300 });
  harness.slack.limits.enforce = true;
  await harness.startBot({
    LOG_LEVEL: "info",
    HEX_PROBE_SECONDS: "60",
    HEX_ALERT_CHANNEL: harness.slack.channels.team.id,
  });
});
afterEach(async () => {
  unsubscribe("net.client.socket", onSocket);
  process.off("warning", onWarning);
  await harness.stop();
});

test.each(SEEDS)(
  `${MINUTES} minutes of trouble, seed %i`,
  async (seed) => {
    const random = seeded(seed);
    const pick = <T>(from: readonly T[]): T | undefined => from[Math.floor(random() * from.length)];
    const projects = [20, 45, 100, 400].map((seconds, index) =>
      harness.hex.workspace.addProject({
        title: `Project ${index}`,
        run: { runningMs: seconds * SECOND, outcome: index === 1 ? "ERRORED" : "COMPLETED" },
      }),
    );

    warmUp();
    let early: Footprint | null = null;
    let outageEnds = 0;
    for (let minute = 1; minute <= MINUTES; minute++) {
      if (minute >= outageEnds) {
        trouble(random, pick);
        if (random() < OUTAGES_A_MINUTE) outageEnds = outage(minute, pick);
      }
      for (let count = 1 + Math.floor(random() * 2); count > 0; count--) {
        await harness.until(() => harness.slack.socket.connections > 0);
        await doSomething(pick(projects)?.id ?? "", pick, random);
        await harness.pass(15 * SECOND);
      }
      await harness.pass(MINUTE / 2);
      noteAnswers();
      if (minute === SETTLED) early = await footprint();
    }
    expect(asked.filter(({ isRun }) => isRun).length).toBeGreaterThan(RUNS);

    // All is well again, so whatever is unfinished comes to its end.
    harness.hex.faults.clear();
    harness.slack.faults.clear();
    harness.hex.workspace.kernelsBusy = 0;
    await harness.until(() => harness.slack.socket.connections > 0);
    // What Hex still leaves unanswered ends by the machine's clock, and an answer to a command must come within half an hour.
    await harness.noRequestOpen();
    await harness.pass(LONGEST_PAUSE + 20 * MINUTE, 5 * SECOND);

    expect(await inFlight()).toBe(0);
    expect(untrue()).toEqual([]);
    noteAnswers();
    expect(unanswered()).toEqual([]);
    const alerts = harness.cards.filter(isAlert);
    expect(alerts.filter(({ text }) => !OVER.test(text)).map(shown)).toEqual([]);
    const status = await statusWhenConnected();
    // While Hex asks for a pause of an hour, the watchdog does not see it fail.
    expect(alerts.length > 0).toBe(!status.includes("*Last outage:* none known"));
    expect(status).toContain("Connected to Hex");
    expect(status).toContain("0 runs tracked");
    // The WebSocket may be on its way back.
    const ready = async () => (await harness.get("/readyz")).status;
    for (let second = 0; second < 120 && (await ready()) !== 200; second++) await harness.pass(1_000);
    expect(await ready()).toBe(200);

    // Connections that nobody uses any more close by the machine's clock.
    let late = await footprint();
    const most = (early?.sockets ?? 0) + 8;
    for (let second = 0; second < IDLE_SECONDS && late.sockets > most; second++) {
      await breathe(SECOND);
      late = await footprint();
    }
    expect(warnings.filter(({ name }) => name === "MaxListenersExceededWarning")).toEqual([]);
    expect(late.processListeners).toBe(early?.processListeners);
    expect(late.socketListeners).toBeLessThanOrEqual((early?.socketListeners ?? 0) + 2);
    expect(late.sockets).toBeLessThanOrEqual(most);
    expect(late.heap / (early?.heap ?? 1)).toBeLessThan(1.1);
  },
  REAL_LIMIT_MS,
);

/** Asks again when the WebSocket is lost with the command in it: on a busy machine, that happens without any fault. */
async function statusWhenConnected(): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    await harness.until(() => harness.slack.socket.connections > 0);
    const { id, ack } = await harness.slack.command("status");
    if (!ack.ok) continue;
    return shown(await harness.meanwhile(harness.slack.waitForMessage((message) => message.responseUrlOf === id)));
  }
  throw new Error(`The bot acknowledged none of ${ATTEMPTS} commands.`);
}

/** Nothing works for some minutes. @returns the minute in which that ends */
function outage(minute: number, pick: <T>(from: readonly T[]) => T | undefined): number {
  const kind = pick(OUTAGES);
  if (kind) harness.hex.faults.add({ kind, times: Number.POSITIVE_INFINITY });
  return minute + OUTAGE_MINUTES;
}

/** What goes wrong in the next minute. Each kind of fault happens less often than not. */
function trouble(random: () => number, pick: <T>(from: readonly T[]) => T | undefined): void {
  const { hex, slack, statusPage } = harness;
  hex.faults.clear();
  slack.faults.clear();
  const [hexKind, slackKind] = [pick(HEX), pick(SLACK)];
  if (hexKind && random() < 0.5) {
    const endpoint = ASKED_BY_ID.has(hexKind) ? { endpoint: "getRun" as const } : {};
    hex.faults.add({ kind: hexKind, times: 1 + Math.floor(random() * 12), ...endpoint });
  }
  if (slackKind && random() < 0.4) {
    const method = pick(["chat.update", "chat.postMessage"]) ?? "*";
    slack.faults.add({ method, kind: slackKind, times: 1 + Math.floor(random() * 4) });
  }
  const placeKind = pick(PLACE);
  if (placeKind && random() < 0.1) slack.faults.add({ method: "chat.postMessage", kind: placeKind, times: 1 });
  const answerKind = pick(ANSWER);
  if (answerKind && random() < 0.2) slack.faults.add({ method: "response_url", kind: answerKind, times: 1 });
  if (random() < 0.1) slack.socket.disconnect(pick(["refresh_requested", "warning"] as const) ?? "warning");
  if (random() < 0.1) slack.socket.drop();
  hex.workspace.kernelsBusy = random() < 0.2 ? 25 : 0;
  statusPage.answer = pick(PAGE) ?? { type: "summary" };
  // Somebody sets the machine's clock.
  if (random() < 0.1) harness.clock.set(Math.round((random() - 0.5) * 4 * MINUTE));
}

/** What somebody typed, and whether Slack got the acknowledgement. */
const asked: { id: string; text: string; isRun: boolean }[] = [];
const answered = new Set<string>();

/** Checked before messages that only one person sees are forgotten. */
function noteAnswers(): void {
  for (const { responseUrlOf } of harness.slack.messages) if (responseUrlOf !== undefined) answered.add(responseUrlOf);
}

/** The people who typed something that was acknowledged, but saw neither an answer nor, for a run, a card. */
function unanswered(): string[] {
  const silent = asked.filter(({ id }) => !answered.has(id));
  const withoutAnswer = silent.filter(({ isRun }) => !isRun).map(({ text }) => text);
  const withoutCard = silent.filter(({ isRun }) => isRun).length - runCards().length;
  return [...withoutAnswer, ...(withoutCard > 0 ? [`${withoutCard} runs without a card`] : [])];
}

async function type(text: string, isRun = false): Promise<void> {
  const { id, ack } = await harness.slack.command(text);
  // If something is lost with a broken connection, Slack itself tells the person.
  if (ack.ok) asked.push({ id, text, isRun });
}

/** One command, click or piece of nonsense. */
async function doSomething(
  projectId: string,
  pick: <T>(from: readonly T[]) => T | undefined,
  random: () => number,
): Promise<void> {
  const { slack } = harness;
  const press = async (actionId: string) => {
    const card = pick(runCards().filter((one) => buttonsOf(one).includes(actionId)));
    if (card) await slack.click(card, actionId);
  };
  const what = random();
  if (what < 0.45) await type(`run ${projectId}`, true);
  else if (what < 0.55) await press("cancel_run");
  else if (what < 0.65) await press("run_again");
  else if (what < 0.7) await slack.sendInteraction(pick(PAYLOADS) ?? {}, { timeoutMs: NONSENSE_MS });
  else if (what < 0.75) await type(`run ${projectId} a=${"[".repeat(900)}${"]".repeat(900)}`);
  else await type(pick(["status", "projects", "runs", `runs ${projectId}`, "help"]) ?? "help");
}

const isAlert = (message: SlackMessage) => message.channel === harness.slack.channels.team.id;

function runCards(): SlackMessage[] {
  return harness.cards.filter((message) => !isAlert(message));
}

async function inFlight(): Promise<number> {
  const { text } = await harness.get("/metrics");
  const counts = [...text.matchAll(/^hexbot_runs_in_flight\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  expect(counts).toHaveLength(7);
  return counts.reduce((sum, count) => sum + count, 0);
}

/**
 * Cards that do not show what Hex knows, and runs without a card. A start whose answer was lost and that is not listed may be "Not
 * known". If Hex gave a link to another host, the card has none, and is matched by its project.
 */
function untrue(): string[] {
  const { runs, projects } = harness.hex.workspace;
  const cards = runCards().filter((card) => card.edits > 0);
  const cardOf = (id: string) => cards.find((card) => shown(card).includes(id));
  const titleOf = (projectId: string) => projects.find(({ id }) => id === projectId)?.title ?? "";
  const wrong = runs.flatMap((run) => {
    const card = cardOf(run.id);
    return card === undefined || wordOf(card) === WORDS[run.status] ? [] : [`${run.status}: ${shown(card)}`];
  });
  const unlinked = cards.filter((card) => !runs.some(({ id }) => shown(card).includes(id)));
  const told = unlinked.map((card) => `${wordOf(card)}: ${/Project \d/.exec(card.text)?.[0]}`);
  const untold = runs
    .filter(({ id }) => cardOf(id) === undefined)
    .map((run) => `${WORDS[run.status]}: ${titleOf(run.projectId)}`);
  const without = untold.filter((run) => !take(told, run));
  const open = told.filter((card) => !/^(Not started|Not known)/.test(card));
  const unknown = told.filter((card) => card.startsWith("Not known")).length;
  return [...wrong, ...open, ...(without.length > unknown ? without : [])];
}

/** The first words of a card, such as "Completed", also of one that Slack took only without blocks. */
function wordOf({ text }: SlackMessage): string {
  return /^(?::\w+: \*)?([^:*]+)/.exec(text)?.[1] ?? "";
}

function take<T>(from: T[], what: T): boolean {
  const index = from.indexOf(what);
  if (index !== -1) from.splice(index, 1);
  return index !== -1;
}

/** The peer creates its longest answers once, when they are first needed. That is no growth of the bot. */
function warmUp(): void {
  for (const kind of HEX)
    if (kind.type === "altered") JSON.stringify(kind.alter({ title: "", runUrl: "", traceId: "" }));
}

interface Footprint {
  /** The memory still in use, in bytes. */
  heap: number;
  processListeners: number;
  sockets: number;
  /** The most that any one connection has. */
  socketListeners: number;
}

/** What the process holds, without the peers' records. */
async function footprint(): Promise<Footprint> {
  harness.hex.forget(Number.POSITIVE_INFINITY);
  harness.slack.forget();
  harness.log.length = 0;
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
