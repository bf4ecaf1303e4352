// The real bot between the simulated Hex and the local Slack, over real HTTP and WebSockets, on a clock that the test controls.

import { rm } from "node:fs/promises";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect } from "vitest";
import type { PolicyTrouble } from "../../src/access/load-policy.js";
import { parsePolicy } from "../../src/access/parse-policy.js";
import type { Policy } from "../../src/access/policy.js";
import type { AppOptions } from "../../src/app/settings.js";
import { type RunningApp, startApp } from "../../src/app/start-app.js";
import { readConfig } from "../../src/config/config.js";
import { RenewedSecrets } from "../../src/config/renewed-secrets.js";
import { withSecretFiles } from "../../src/config/secret-files.js";
import { secretsOf } from "../../src/config/secrets.js";
import { createLogger } from "../../src/log/logger.js";
import { aheadOf, ManualClock, unset } from "../sandbox/clock.js";
import {
  isStart,
  type RecordedRequest,
  type SimulatedHex,
  startHex,
  type TokenOptions,
} from "../sandbox/hex/server.js";
import { OpenRequests } from "../sandbox/open-requests.js";
import {
  type ApiCall,
  type LocalSlack,
  PersonInSlack,
  type SlackMessage,
  type SlackOptions,
  startSlack,
  unknownMarks,
  visibleText,
} from "../sandbox/slack/server.js";
import { type LocalStatusPage, startStatusPage } from "../sandbox/status-page.js";
import { folderWithNewStore } from "./new-store.js";

export type Mode = "http" | "socket";
export const MODES: Mode[] = ["http", "socket"];

const STEPS = 1_200;
/** Real ms that `until` waits at least, and that it waits between two steps after it has made its steps. */
const PATIENCE_MS = 10_000;
const SLOW_STEP_MS = 20;
/** Real ms: long enough for a busy machine to answer in, short enough for the tests in which nobody answers. */
const HEX_TIMEOUT_MS = 3_000;
const HEX_BACKOFF_MS = 100;
const PAGE_TIMEOUT_MS = 1_000;
/**
 * Real ms. For this long, a busy machine can stand still before the bot considers its WebSocket dead and loses an envelope with it.
 */
const SLACK_PING_MS = 4_000;
/** So little that a million readings move the clock by ten ms. */
const TICK_MS = 1e-5;
/** In ms of the clock, which advances by a second at each turn. The local Slack is never this slow unless a test wants it. */
const CARD_TIMEOUT_MS = 60 * 60_000;
const SLOW_ANSWER_MS = 60 * 60_000;
/** The first pause before a second attempt, and after how long (real ms) the clock must advance for it. */
const HEX_PAUSE_MS = 1.5 * HEX_BACKOFF_MS;
const SLOW_MS = 300;
/** How many turns of the event loop the first probe and the first reading of the projects may take on a busy machine. */
const PROBE_TURNS = 2_000;
/** The shortest second, in real ms. */
const SECOND_MS = 2;
/** After this many turns of the event loop in a row without a request in progress, no more requests are expected. */
const QUIET_TURNS = 4;
/** After this many turns something is waited for that takes its time, such as an answer that never comes. Turning costs CPU time. */
const BUSY_TURNS = 100;
const SLOW_TURNS = 2;
/**
 * Answers after which Slack's client makes a call once more, half a second of real time later, as in `clientOptions`. And how long
 * (real ms) a busy machine may take for that: a call without an answer is given up after ten seconds.
 */
const REPEATED = /^(reset|hang|http_\d+)$/;
const REPEAT_MS = 2_000;
const HANG_MS = 15_000;

interface HarnessOptions {
  /** Starts only the peers. */
  idle?: boolean;
  /** What the clock shows at the beginning, epoch ms. */
  startsAt?: number;
  /** Environment variables in addition to the usual ones. */
  env?: Record<string, string>;
  /** The bot's token. Default: a personal one that expires in 60 days and an hour. */
  token?: TokenOptions;
  /** Real ms. */
  hexTimeoutMs?: number;
  /** How far Hex's clock is ahead of the bot's, in ms. */
  hexAheadMs?: number;
  /** Hex's clock does not change when the bot's clock is set. */
  isHexTrue?: boolean;
  /** How soon a lost WebSocket is opened again, in real ms. */
  slackPingMs?: number;
  /** How long a requester waits for a card before the bot tells them without it, in ms of the clock. */
  cardTimeoutMs?: number;
  /** In ms of the clock. */
  slowAnswerMs?: number;
  /** Options for the local Slack, such as the manifest with which the app is installed. Default: the repository's. */
  slackOptions?: Omit<SlackOptions, "clock">;
  /** In HTTP mode: whether the manifest has an address for the options of pickers. */
  hasOptionsUrl?: boolean;
}

export class Harness {
  readonly log: string[] = [];
  /** The rules about who may do what; `null` for none. Tests set it with `rules`. */
  policy: Policy | null = null;
  /** Why the policy file cannot be used, as the bot is told. */
  policyTrouble: PolicyTrouble | null = null;
  /** Why Slack no longer accepts connections from the bot. */
  readonly refused: Error[] = [];
  app: RunningApp | null = null;
  /** How long a second lasts at least, in real ms. */
  secondMs = SECOND_MS;
  /** Whether something beside the requests is in progress, such as a statement of a Postgres. Time does not pass faster than it ends. */
  isBusy: () => boolean = () => false;
  /** For how many turns of the event loop, of a real millisecond each, a second lasts at most while requests are in progress. */
  slowTurns = SLOW_TURNS;
  /** Requests that were made before the test began. */
  #asked = 0;
  readonly #open = new OpenRequests();
  /** How many calls to Slack were searched for those that its client repeats. */
  #looked = 0;
  /** These calls, and until when (real ms) the repetition may still come. */
  readonly #repeats = new Map<string, number>();

  private constructor(
    readonly mode: Mode,
    readonly clock: ManualClock,
    readonly hex: SimulatedHex,
    readonly slack: LocalSlack,
    readonly statusPage: LocalStatusPage,
    readonly token: string,
    readonly dataDir: string,
    private readonly options: Required<
      Pick<HarnessOptions, "env" | "hexTimeoutMs" | "slackPingMs" | "cardTimeoutMs" | "slowAnswerMs" | "hasOptionsUrl">
    >,
  ) {}

  /**
   * Starts both peers, and the bot unless `idle`. When this resolves, the watchdog has probed once, and probes again after an hour
   * unless `env` says otherwise. The catalog has read all projects once, and reads them again after ten minutes.
   */
  static async start(
    mode: Mode,
    {
      idle = false,
      startsAt,
      env = {},
      token: tokenOptions = {},
      hexTimeoutMs = HEX_TIMEOUT_MS,
      slackPingMs = SLACK_PING_MS,
      hexAheadMs = 0,
      isHexTrue = false,
      slackOptions = {},
      cardTimeoutMs = CARD_TIMEOUT_MS,
      slowAnswerMs = SLOW_ANSWER_MS,
      hasOptionsUrl = true,
    }: HarnessOptions = {},
  ): Promise<Harness> {
    const clock = new ManualClock(startsAt, TICK_MS);
    const hex = await startHex({ clock: aheadOf(isHexTrue ? unset(clock) : clock, hexAheadMs) });
    const slack = await startSlack({ clock, ...slackOptions });
    const statusPage = await startStatusPage();
    const token = hex.workspace.addToken({
      user: { name: "Olga Ops", email: "olga@acme.test", role: "ADMIN" },
      expiresAt: clock.now() + (60 * 24 + 1) * 60 * 60_000,
      ...tokenOptions,
    });
    const dataDir = await folderWithNewStore();
    const options = { env, hexTimeoutMs, slackPingMs, cardTimeoutMs, slowAnswerMs, hasOptionsUrl };
    const harness = new Harness(mode, clock, hex, slack, statusPage, token, dataDir, options);
    if (idle) return harness;
    await harness.startBot();
    const has = (words: RegExp) => harness.log.some((line) => words.test(line));
    const isSettled = () =>
      has(/"operation":"me"/) && has(/All projects have been read|"operation":"listProjects".*"status":(?!200)/);
    for (let turn = 0; turn < PROBE_TURNS && !isSettled(); turn++) await breathe();
    harness.#asked = hex.requests.length;
    return harness;
  }

  /** The environment with which the bot is started. */
  env(): Record<string, string> {
    return {
      SLACK_BOT_TOKEN: this.slack.botToken,
      ...(this.mode === "socket"
        ? { SLACK_APP_TOKEN: this.slack.appToken }
        : { SLACK_SIGNING_SECRET: this.slack.signingSecret }),
      SLACK_API_URL: this.slack.apiUrl,
      HEX_API_TOKEN: this.token,
      HEX_WORKSPACE_URL: this.hex.origin,
      HEX_STATUS_URL: this.statusPage.origin,
      HEX_BOT_DATA_DIR: this.dataDir,
      PORT: "0",
      LOG_LEVEL: "trace",
      HEX_PROBE_SECONDS: "3600",
      ...this.options.env,
    };
  }

  /** `env` has the variables that differ from before, for this start. */
  async startBot(
    env: Record<string, string> = {},
    settings: Pick<AppOptions, "isOpen" | "policy" | "signal"> = {},
  ): Promise<void> {
    const whole = { ...this.env(), ...env };
    const reading = withSecretFiles(whole, readConfig);
    if (!reading.ok) throw new Error(reading.problems.join("\n"));
    const { config } = reading;
    const destination = { write: (line: string) => this.log.push(line) };
    const secrets = new Set(secretsOf(config));
    const log = createLogger({ ...config.log, destination, secrets });
    const renewed = new RenewedSecrets({
      env: whole,
      onRead: (values) => {
        for (const value of values) secrets.add(value);
      },
      onUnusable: (problem) => log.warn("%s. The bot keeps using the old value", problem),
    });
    this.app = await startApp({
      config,
      log,
      clock: this.clock,
      random: () => 0.5,
      secretInFile: (name) => renewed.inFile(name),
      policy: () => this.policy,
      policyTrouble: () => this.policyTrouble,
      hexTimeoutMs: this.options.hexTimeoutMs,
      hexBackoffMs: HEX_BACKOFF_MS,
      statusTimeoutMs: 600,
      cardTimeoutMs: this.options.cardTimeoutMs,
      slowAnswerMs: this.options.slowAnswerMs,
      statusPageMs: 1_000,
      pageTimeoutMs: PAGE_TIMEOUT_MS,
      slackPingMs: this.options.slackPingMs,
      stopMs: 60_000,
      onRefused: (error) => this.refused.push(error),
      ...settings,
    });
    if (this.mode === "http") {
      this.slack.eventsUrl = `http://127.0.0.1:${this.app.port}/slack/events`;
      this.slack.optionsUrl = this.options.hasOptionsUrl ? this.slack.eventsUrl : null;
    } else await this.slack.socket.waitForConnection();
  }

  /** Puts rules in force, as in a policy file: `rules("{ allow: see, people: everyone }")`. */
  rules(...rules: string[]): void {
    const reading = parsePolicy(`rules:\n${rules.map((rule) => `  - ${rule}\n`).join("")}`);
    if (!reading.ok) throw new Error(JSON.stringify(reading.mistakes));
    this.policy = reading.policy;
  }

  /** Makes the watchdog forget that it has probed. Only while the bot is stopped. */
  async forgetHealth(): Promise<void> {
    await rm(this.dataDir, { recursive: true, force: true });
  }

  /** Time stands still, unless the bot must wait for something before it can stop. */
  async stopBot(): Promise<void> {
    const slow = setInterval(() => this.clock.advance(1_000), SLOW_MS);
    try {
      await this.app?.stop();
    } finally {
      clearInterval(slow);
    }
    this.app = null;
  }

  /**
   * Advances time until `done`, for at most twenty minutes, or ten seconds of the machine's time if those are longer. Lets the
   * bot's requests happen in between. With steps of 0 ms, time stands still.
   */
  async until(done: () => boolean, stepMs = 1_000): Promise<void> {
    const patience = performance.now() + PATIENCE_MS;
    for (let passed = 0; passed < STEPS * stepMs || performance.now() < patience; ) {
      if (done()) return;
      const isQuiet = await this.#settle();
      // What is still to come needs the machine's time more than the clock's.
      if (stepMs > 0 && passed >= STEPS * stepMs) await breathe(SLOW_STEP_MS);
      if (done()) return;
      passed += this.#step(stepMs, STEPS * stepMs, isQuiet);
    }
    throw new Error(
      `It did not happen in ${STEPS} steps. Messages:\n${this.slack.messages.map(shown).join("\n---\n")}`,
    );
  }

  /** Lets time pass, by default a second at a time. */
  async pass(ms: number, stepMs = 1_000): Promise<void> {
    for (let passed = 0; passed < ms; ) passed += this.#step(stepMs, ms - passed, await this.#settle());
    await breathe();
  }

  /** Advances time by one step, or by several at once (`atMost` ms) if nobody wakes in between. @returns by how much, in ms */
  #step(stepMs: number, atMost: number, isQuiet: boolean): number {
    const { nextWakeMs } = this.clock;
    const steps =
      stepMs > 0 && isQuiet && Number.isFinite(nextWakeMs) ? Math.max(1, Math.ceil(nextWakeMs / stepMs)) : 1;
    const ms = Math.min(atMost, steps * stepMs);
    this.clock.advance(ms);
    return ms;
  }

  /**
   * Waits until nobody waits for anything but the clock. Gives up after so many turns of the event loop, and not after a time, in which
   * a busy machine may not have turned it at all. @returns whether it is so
   */
  async #settle(): Promise<boolean> {
    if (this.secondMs !== SECOND_MS || this.#isRealTimeWaitedFor()) {
      await breathe(this.secondMs);
      return false;
    }
    let quiet = 0;
    for (let turn = 0; quiet < QUIET_TURNS && (quiet > 0 || turn < BUSY_TURNS + this.slowTurns); turn++) {
      await (turn < BUSY_TURNS ? nextTurn() : breathe(1));
      quiet = this.#open.count === 0 && !this.isBusy() ? quiet + 1 : 0;
    }
    return quiet === QUIET_TURNS;
  }

  /** Waits in real time, for ten seconds at most, until no request waits for its answer. The clock stands still. */
  async noRequestOpen(): Promise<void> {
    await this.until(() => this.#open.count === 0, 0);
  }

  /** Slack's own clients wait in real time before they ask again and before they connect again. */
  #isRealTimeWaitedFor(): boolean {
    const { calls, socket } = this.slack;
    this.#looked = Math.min(this.#looked, calls.length);
    for (const call of calls.slice(this.#looked)) this.#noteRepeat(call);
    this.#looked = calls.length;
    const now = performance.now();
    for (const [call, until] of this.#repeats) if (until < now) this.#repeats.delete(call);
    return this.#repeats.size > 0 || (this.mode === "socket" && socket.connections === 0);
  }

  #noteRepeat({ method, args, answer: { error } }: ApiCall): void {
    const call = `${method} ${JSON.stringify(args)}`;
    // No call is repeated twice.
    if (this.#repeats.delete(call) || typeof error !== "string" || !REPEATED.test(error)) return;
    this.#repeats.set(call, performance.now() + (error === "hang" ? HANG_MS : REPEAT_MS));
  }

  /**
   * Types a command as Ada in #data, and waits only for the answer to it. Time stands still, unless the machine is so slow that the
   * bot gives up a request to Hex and waits before the second attempt.
   */
  async ask(text: string, options: Parameters<LocalSlack["command"]>[1] = {}): Promise<string> {
    const { id, ack } = await this.slack.command(text, options);
    expect(ack).toMatchObject({ ok: true });
    return shown(await this.meanwhile(this.slack.waitForMessage((message) => message.responseUrlOf === id)));
  }

  /**
   * Somebody in Slack, who mentions, writes, presses, opens, fills and submits: `harness.person("ada").mention(channel, "status")`.
   * Time stands still in the meantime, as in `ask`.
   */
  person(name: keyof LocalSlack["people"]): PersonInSlack {
    return new PersonInSlack(this.slack, this.slack.people[name], (work) => this.meanwhile(work));
  }

  /** Waits for `work`. Time passes only if that takes long. */
  async meanwhile<T>(work: Promise<T>): Promise<T> {
    const slow = setInterval(() => this.clock.advance(HEX_PAUSE_MS), SLOW_MS);
    return work.finally(() => clearInterval(slow));
  }

  /** The answer of the bot's own server at a path such as `/readyz`. */
  async get(path: string): Promise<{ status: number; text: string }> {
    const response = await fetch(`http://127.0.0.1:${this.app?.port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  /** The run cards in a channel, oldest first: everything in the channel except replies. */
  get cards(): SlackMessage[] {
    return this.slack.messages.filter((message) => message.via === "postMessage" && message.threadTs === undefined);
  }

  card(index = 0): SlackMessage {
    const card = this.cards[index];
    if (!card) throw new Error(`There is no card ${index}`);
    return card;
  }

  /** Waits until a card shows `text`, and lets time pass. */
  async cardShows(text: string | RegExp, index = 0): Promise<SlackMessage> {
    await this.until(() => {
      const card = this.cards[index];
      return card !== undefined && (typeof text === "string" ? shown(card).includes(text) : text.test(shown(card)));
    });
    return this.card(index);
  }

  get replies(): SlackMessage[] {
    return this.slack.messages.filter((message) => message.threadTs !== undefined);
  }

  /** The requests to Hex since the bot was ready, without the watchdog's first probe. */
  get asked(): readonly RecordedRequest[] {
    return this.hex.requests.slice(this.#asked);
  }

  /** The same for one of its endpoints. */
  requests(endpoint: RecordedRequest["endpoint"]): RecordedRequest[] {
    return this.asked.filter((request) => request.endpoint === endpoint);
  }

  /** The starts of runs, without the dry runs that prove a scope. */
  get starts(): RecordedRequest[] {
    return this.asked.filter(isStart);
  }

  /**
   * Ends everything, and checks that Slack never had to refuse a message or a view, that each message has a text, that none holds
   * an `<…>` which Slack would swallow or stands where nobody sees it, that every form and picker was answered in time and as Slack
   * expects, and that no secret is in a log line.
   */
  async stop(): Promise<void> {
    await this.stopBot();
    const log = this.log.join("");
    const leaks = [this.token, ...this.slack.secrets].filter((secret) => log.includes(secret));
    // Slack accepts a message with only blocks, but its notification, and what a screen reader reads, would be empty.
    const mute = this.slack.messages.filter(({ via, text }) => via !== "person" && text.trim() === "");
    const written = this.slack.messages.filter(({ via }) => via !== "person").flatMap(({ history }) => history);
    const swallowed = written.flatMap(unknownMarks);
    // Beside blocks, the text is for notifications, which show no links and no dates.
    const unspoken = written.filter(({ text, blocks }) => blocks.length > 0 && /<!date|<https?:/.test(text));
    const refused = this.slack.refused.map(({ method, answer, args }) => ({ method, answer, args }));
    const unseen = this.slack.messages.filter((message) => message.unseen === true).map(shown);
    const troubles = [...this.slack.troubles];
    this.#open.stop();
    await this.slack.stop();
    await this.hex.stop();
    await this.statusPage.stop();
    await rm(this.dataDir, { recursive: true, force: true });
    expect(refused).toEqual([]);
    expect(mute).toEqual([]);
    expect(unseen).toEqual([]);
    expect(troubles).toEqual([]);
    expect(swallowed).toEqual([]);
    expect(unspoken).toEqual([]);
    expect(leaks).toEqual([]);
  }
}

/** What people read in a message, including its buttons. */
export function shown(message: SlackMessage): string {
  return visibleText(message);
}

/** The action_ids of a message's buttons. */
export function buttonsOf(message: SlackMessage): string[] {
  return [...JSON.stringify(message.blocks).matchAll(/"action_id":"([^"]+)"/g)].map(([, id]) => id ?? "");
}

/** Waits for a few turns of the real event loop, for requests that are on their way. */
export async function breathe(ms = 2): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
