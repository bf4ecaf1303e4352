// Socket Mode without gaps: opens another connection before Slack ends one, and as soon as one is lost. Slack allows ten at a time
// and delivers each envelope on one of them. Source: https://docs.slack.dev/apis/events-api/using-socket-mode

import type { App, Receiver } from "@slack/bolt";
import { UnrecoverableSocketModeStartError } from "@slack/socket-mode";
import type { Clock } from "../../lib/clock.js";
import { dropOldest } from "../../lib/keep-latest.js";
import { PollingLoop } from "../../lib/polling-loop.js";
import { DAY, MINUTE } from "../../lib/time.js";
import { withoutStack } from "../../log/errors.js";
import type { Logger } from "../../log/logger.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { AppToken } from "./app-token.js";
import type { Deliveries } from "./deliveries.js";
import { slackFailureOf } from "./failures.js";
import type { Frame } from "./frames.js";
import { SocketConnection, type SocketConnectionOptions } from "./socket-connection.js";
import { OtherAppError, SocketModeError, SocketModeOffError, TurnedAwayError } from "./socket-mode-errors.js";

export interface SocketReceiverOptions extends Pick<SocketConnectionOptions, "send" | "openMs"> {
  /** For Slack's client, apart from the app token. */
  client: Omit<SocketConnectionOptions["client"], "appToken">;
  appToken: AppToken;
  deliveries: Deliveries;
  clock: Clock;
  log: Logger;
  /** Called after the start when Slack no longer accepts connections from this app. */
  onRefused: (error: SocketModeError | SocketModeOffError) => void;
}

/**
 * How long to wait after an attempt before the next one, in ms, by the number of attempts since a connection last held. No wait
 * after the first: whatever ended the last connection may have ended that attempt too.
 */
const PAUSES_MS = [0, 1_000, 2_000, 5_000, 10_000, 30_000];
const LAST_PAUSE_MS = MINUTE;
/** The longest pause, however long Slack asks to wait, because people are waiting too. */
const MAX_PAUSE_MS = 5 * MINUTE;
/** In ms. A connection that lived for this long has held. */
const HELD_MS = MINUTE;
/** How long a connection that Slack is about to end stays open next to its successor, for envelopes on their way, in ms. */
const LINGER_MS = 10_000;
/** How many envelopes are remembered, because Slack may deliver one again on another connection. */
const REMEMBERED = 1_000;

interface Link {
  connection: SocketConnection;
  /** The app token that it was opened with. */
  token: string;
  /** Monotonic ms. */
  openedAt: number;
  /** Slack is about to end the connection. */
  isLeaving: boolean;
}

export class SocketReceiver implements Receiver {
  /** The open connections. */
  readonly #links = new Set<Link>();
  #opening: SocketConnection | null = null;
  /** The bot's app, as Slack called it on the first connection. */
  #appId: string | null = null;
  readonly #loop: PollingLoop;
  #keeping: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();
  /** The number of attempts since a connection last held. */
  #attempts = 0;
  /** The earliest time of the next attempt, monotonic ms. */
  #notBefore = 0;
  #state: { open: boolean; since: number };
  /** When Slack could last reach the bot, monotonic ms. */
  #reachedAt: number;
  /** The ids of the latest envelopes. */
  readonly #delivered = new Set<string>();
  #start: { resolve: () => void; reject: (error: unknown) => void } | null = null;

  constructor(private readonly options: SocketReceiverOptions) {
    const { clock } = options;
    this.#loop = new PollingLoop(clock);
    this.#state = { open: false, since: clock.now() };
    this.#reachedAt = clock.monotonic();
  }

  init(app: App): void {
    this.options.deliveries.handOnTo(app);
  }

  /** Resolves when the first connection is open. @throws SocketModeError when Slack refuses the app token */
  start(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#start = { resolve, reject };
      this.#keeping = this.#loop.until(this.#ending.signal, () => this.#round());
    });
  }

  /** Closes everything, including connections that are being opened. Never rejects. */
  async stop(): Promise<void> {
    this.#ending.abort();
    const connections = [...this.#links].map(({ connection }) => connection);
    if (this.#opening !== null) connections.push(this.#opening);
    await Promise.all([...connections.map((connection) => connection.close()), this.#keeping]);
  }

  /** Reads the app token's file. If there is another token, a connection with that one takes over. @returns whether there is */
  renewToken(): boolean {
    const isRenewed = this.options.appToken.renew();
    if (isRenewed) {
      this.#attempts = 0;
      this.#notBefore = 0;
      this.#loop.wake();
    }
    return isRenewed;
  }

  /** Whether Slack can reach the bot, and since when (epoch ms) that has been so. */
  get state(): { open: boolean; since: number } {
    return this.#state;
  }

  /** Makes sure that there is a connection that stays. @returns when to check again, in ms */
  async #round(): Promise<number> {
    if (this.#stays()) return DAY;
    const early = this.#notBefore - this.options.clock.monotonic();
    if (early > 0) return early;
    await this.#attempt();
    return 0;
  }

  #stays(): boolean {
    return [...this.#links].some(({ isLeaving, token }) => !isLeaving && token === this.options.appToken.now);
  }

  async #attempt(): Promise<void> {
    const { client, appToken, send, openMs, clock } = this.options;
    const token = appToken.now;
    this.#attempts += 1;
    const connection: SocketConnection = new SocketConnection({
      client: { ...client, appToken: token },
      send,
      openMs,
      isOwnApp: (appId) => this.#isOwnApp(appId),
      onFrame: (frame) => this.#onFrame(link, frame),
      onClosed: (reason) => this.#onClosed(link, reason),
    });
    const link: Link = { connection, token, openedAt: clock.monotonic(), isLeaving: false };
    this.#opening = connection;
    try {
      await connection.open();
      this.#pause(0);
      this.#onOpen(link);
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#onFailure(error);
    } finally {
      this.#opening = null;
    }
  }

  #isOwnApp(appId: string | null): boolean {
    this.#appId ??= appId;
    return appId === null || appId === this.#appId;
  }

  #onOpen(link: Link): void {
    const { clock, log, appToken } = this.options;
    appToken.proves(link.token);
    const leaving = [...this.#links];
    if (leaving.some(({ token }) => token !== link.token)) log.info("SLACK_APP_TOKEN was renewed from its file");
    link.openedAt = clock.monotonic();
    this.#links.add(link);
    if (this.#start !== null) log.info("Socket Mode: connected");
    else if (leaving.length > 0) log.info("Socket Mode: handed over to a new connection, nothing was missed");
    else log.info({ deafMs: Math.round(clock.monotonic() - this.#reachedAt) }, "Socket Mode: connected again");
    this.#note();
    this.#start?.resolve();
    this.#start = null;
    for (const old of leaving) void this.#letGo(old);
  }

  #onFailure(error: unknown): void {
    if (error instanceof TurnedAwayError && error.word === SWITCHED_OFF) {
      this.#refuse(new SocketModeOffError());
      return;
    }
    const failure = slackFailureOf(error);
    const refusal = whyRefused(error);
    if (refusal !== null) {
      if (!this.#hasOtherToken(refusal)) this.#refuse(new SocketModeError(error));
      return;
    }
    const pauseMs = this.#pause(failure?.facts.kind === "rate_limited" ? failure.facts.retryAfterMs : 0);
    const word = error instanceof TurnedAwayError ? wordOfFarewell(error.word) : (failure?.word ?? "network");
    const { what, todo } = slackRemedy(word);
    this.options.log.warn({ err: withoutStack(error), todo, pauseMs }, "Socket Mode: no connection yet: %s", what);
  }

  /** The app token does not work: whether there is another one to continue with, in the file or the old one. */
  #hasOtherToken(refusal: string): boolean {
    const { appToken, log } = this.options;
    switch (appToken.refused()) {
      case "in_file":
        log.info("SLACK_APP_TOKEN does not work (%s), but its file holds another one: trying that", refusal);
        return true;
      case "from_before":
        log.warn("The new SLACK_APP_TOKEN does not work (%s): the bot keeps using the old one", refusal);
        return true;
      case null:
        return false;
    }
  }

  /** The pause before the next attempt, in ms. `askedMs` is the pause that Slack asks for. */
  #pause(askedMs: number): number {
    const ownMs = PAUSES_MS[this.#attempts - 1] ?? LAST_PAUSE_MS;
    const pauseMs = Math.min(Math.max(ownMs, askedMs), MAX_PAUSE_MS);
    this.#notBefore = this.options.clock.monotonic() + pauseMs;
    return pauseMs;
  }

  /** Slack will not accept a connection, however often the bot tries. */
  #refuse(error: SocketModeError | SocketModeOffError): void {
    this.#ending.abort();
    if (this.#start !== null) this.#start.reject(error);
    else this.options.onRefused(error);
  }

  #onFrame(link: Link, frame: Exclude<Frame, { kind: "hello" }>): void {
    const { deliveries } = this.options;
    switch (frame.kind) {
      case "disconnect":
        if (frame.reason === SWITCHED_OFF) this.#refuse(new SocketModeOffError());
        else this.#onFarewell(link, frame.reason);
        break;
      case "envelope":
        this.#onEnvelope(link, frame);
        break;
      case "unreadable":
        deliveries.unreadable("frame", [frame.problem]);
        if (frame.id !== null) this.#acknowledge(link, frame.id);
    }
  }

  /** `reason` is Slack's word. The connection stays open for a few seconds for envelopes on their way. */
  #onFarewell(link: Link, reason: string): void {
    if (link.isLeaving || this.#ending.signal.aborted) return;
    link.isLeaving = true;
    if (reason === TOO_MANY) {
      const { what, todo } = slackRemedy(reason);
      this.options.log.warn({ reason, todo }, "Socket Mode: Slack is about to end a connection: %s", what);
    } else {
      this.options.log.info({ reason }, "Socket Mode: Slack is about to end a connection, and another one takes over");
    }
    this.#lost(link);
    if (this.#stays()) void this.#letGo(link);
  }

  #onClosed(link: Link, reason: Error | null): void {
    if (!this.#links.delete(link)) return;
    this.#note();
    if (link.isLeaving || this.#ending.signal.aborted) return;
    const facts = reason === null ? {} : { err: withoutStack(reason) };
    this.options.log.warn(facts, "Socket Mode: a connection was lost, and another one takes over");
    this.#lost(link);
  }

  /** Another connection is needed. One that ended soon counts as a failed attempt. */
  #lost({ openedAt }: Link): void {
    if (this.options.clock.monotonic() - openedAt >= HELD_MS) this.#attempts = 0;
    this.#loop.wake();
  }

  async #letGo(link: Link): Promise<void> {
    link.isLeaving = true;
    await this.options.clock.sleep(LINGER_MS, this.#ending.signal);
    await link.connection.close();
  }

  #note(): void {
    const { clock } = this.options;
    const open = this.#links.size > 0;
    if (open === this.#state.open) return;
    this.#state = { open, since: clock.now() };
    this.#reachedAt = clock.monotonic();
  }

  /** An envelope that comes again has already been handled: its acknowledgement was lost. */
  #onEnvelope(link: Link, { id, type, payload, retries }: Extract<Frame, { kind: "envelope" }>): void {
    const { deliveries, log } = this.options;
    if (this.#delivered.has(id)) {
      log.info(retries, "Slack delivered an envelope again: it is acknowledged, and nothing is done twice");
      this.#acknowledge(link, id);
      return;
    }
    this.#remember(id);
    const ack = (answer?: unknown) =>
      link.connection.acknowledge(id, answer).catch((error: unknown) => {
        // Slack will deliver it again, and it will be handled then.
        this.#delivered.delete(id);
        throw error;
      });
    void deliveries.take({ type, body: payload, ack, retries, requestId: null });
  }

  /** Acknowledges an envelope when nothing depends on it. */
  #acknowledge({ connection }: Link, id: string): void {
    connection.acknowledge(id).catch((err: unknown) => this.options.log.info({ err }, "not acknowledged"));
  }

  #remember(id: string): void {
    this.#delivered.add(id);
    dropOldest(this.#delivered, REMEMBERED);
  }
}

/** Slack's reason for ending a connection when somebody has switched Socket Mode off. */
const SWITCHED_OFF = "link_disabled";
/** Its reason when an app has too many connections. Where Slack says so is not documented: in place of its hello, or after it. */
const TOO_MANY = "too_many_websockets";

/** The word for the remedy. Whatever else Slack says in place of its hello, it may say hello at the next attempt. */
function wordOfFarewell(reason: string): string {
  return reason === TOO_MANY ? TOO_MANY : "service_unavailable";
}

const FINAL: readonly string[] = Object.values(UnrecoverableSocketModeStartError);

/** Why asking again with the same token is pointless, for the log; `null` when it is not. */
function whyRefused(error: unknown): string | null {
  if (error instanceof OtherAppError) return "it belongs to another app";
  const failure = slackFailureOf(error);
  return failure !== null && (failure.kind === "credentials" || FINAL.includes(failure.word)) ? failure.word : null;
}
