// Keeps the Home tabs true: drawn when they are opened, and drawn anew while something changes that they show.
//
// Each is drawn from what is stored, one drawing at a time in this process. Slack's hash of what stands there keeps another process
// from putting something older in its place.

import { randomBytes } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { Catalog } from "../../catalog/catalog.js";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import type { HealthStore } from "../../outages/store.js";
import type { RunStore } from "../../runs/store.js";
import { OneAtATime } from "../cards/one-at-a-time.js";
import { mayPass, retryPauseMs, type SlackFailure, slackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { isPosted, post } from "../connection/post.js";
import { publishedView, readAnswer } from "../connection/read-answer.js";
import type { SlackRefusals } from "../connection/refusals.js";
import type { Message } from "../messages/blocks.js";
import { brokenHomeText, hexSeen, homeBlocks, homeView, noHomeView } from "../messages/home.js";
import { plainText } from "../messages/plain.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { ownRuns } from "./own-runs.js";
import type { HomeStore, OpenedHome } from "./store.js";

export interface HomesOptions {
  slack: WebClient;
  homes: HomeStore;
  runs: RunStore;
  health: HealthStore;
  catalog: Pick<Catalog, "known">;
  slackRefusals: SlackRefusals;
  /** Hex's host, for people. */
  hexHost: string;
  /** Where projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  clock: Clock;
  log: Logger;
  /** Ends every pause when the bot stops. */
  signal: AbortSignal;
}

/** For how long (ms) after it was opened a Home tab is kept true. */
const KEPT_MS = 24 * 60 * 60_000;
/** The latest runs of a person that are looked at. */
const RUNS = 100;
/** Pause between two redraws of whomever, in ms: Slack takes about a hundred views a minute, and those that are opened come first. */
const PACE_MS = 1_000;
/** What has changed without a word is looked for this often, in ms. */
const SWEEP_MS = 60_000;
/** After so many failures a Home tab waits for its next change, or for the sweep. */
const ATTEMPTS = 6;
/** Far more people of other workspaces than look at a bot. */
const MOST_REFUSED = 1_000;

export class Homes {
  readonly #drawing = new OneAtATime((user) => this.#draw(user));
  /** Those that somebody waits for. */
  readonly #opened = new Set<string>();
  /** When the next redraw may take place, and until when Slack asks for nothing at all: by the monotonic clock, ms. */
  #nextAt = 0;
  #limitedUntil = 0;
  #sweptAt: number | null = null;
  /** Slack's words for what it has refused, each logged once until it takes a Home tab again. */
  readonly #logged = new Set<string>();
  /** Those who have been refused in a direct message. */
  readonly #refused = new Set<string>();

  constructor(private readonly options: HomesOptions) {}

  /** Somebody opens their Home tab. Never rejects. */
  async open(user: string): Promise<void> {
    const { homes, clock, log } = this.options;
    try {
      await homes.open(user, clock.now());
      this.#opened.add(user);
      await this.#drawing.do(user);
    } catch (err) {
      const reference = randomBytes(4).toString("hex");
      log.error({ err, user, reference }, "home");
      await this.#show(user, brokenHomeText(reference));
    }
  }

  /** Something of a person has changed. Never rejects. */
  redraw(user: string): Promise<void> {
    return this.#drawing.do(user);
  }

  /** Somebody presses something on it, which may have been open since long ago: it is kept true again. Never rejects. */
  async used(user: string): Promise<void> {
    const { homes, clock, log } = this.options;
    try {
      await homes.use(user, clock.now());
      await this.redraw(user);
    } catch (err) {
      log.warn({ err, user }, "a Home tab that is used is not redrawn");
    }
  }

  /** An answer that could be given nowhere else stands on the Home tab from now on. `notice`: mrkdwn. */
  async say(user: string, notice: string): Promise<void> {
    const { homes, clock } = this.options;
    await homes.use(user, clock.now());
    await homes.say(user, notice);
    await this.redraw(user);
  }

  /** Something was picked in the search field: it is emptied. */
  async searched(user: string): Promise<void> {
    const { homes, clock } = this.options;
    await homes.use(user, clock.now());
    await homes.searched(user);
    await this.redraw(user);
  }

  /** Somebody who may not see it opens it. Where Slack takes no Home tab for them, a direct message says so, once. Never rejects. */
  async refuse(user: string, refusal: Message): Promise<void> {
    if ((await this.#show(user, plainText(refusal))) || this.#refused.has(user)) return;
    if (this.#refused.size < MOST_REFUSED) this.#refused.add(user);
    const told = await post(this.options.slack, { channel: user }, refusal);
    if (!isPosted(told)) this.#warn(user, told);
  }

  /**
   * Begins to draw what has changed without a word: how Hex is, and what a process has stored that died then. Does not wait for
   * the drawings: of many Home tabs they take minutes.
   */
  async sweep(): Promise<void> {
    const { homes, clock } = this.options;
    const now = clock.monotonic();
    if (this.#sweptAt !== null && now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    const users = await homes.usersSince(clock.now() - KEPT_MS);
    for (const user of users) void this.redraw(user);
  }

  /** Forgets those that are kept true no longer. */
  removeOld(): Promise<void> {
    return this.options.homes.removeOpenedBefore(this.options.clock.now() - KEPT_MS);
  }

  /** Resolves when none is being drawn. */
  idle(): Promise<void> {
    return this.#drawing.idle();
  }

  /** Never rejects. */
  async #draw(user: string): Promise<void> {
    const { log } = this.options;
    const isOpened = this.#opened.delete(user);
    try {
      await this.#drawUntilTaken(user, isOpened);
    } catch (err) {
      if (!isOpened) return log.warn({ err, user }, "a Home tab is not redrawn");
      const reference = randomBytes(4).toString("hex");
      log.error({ err, user, reference }, "home");
      await this.#show(user, brokenHomeText(reference));
    }
  }

  /** Something else in the place of the Home tab, which is not kept true. `text`: mrkdwn. @returns whether Slack has taken it */
  async #show(user: string, text: string): Promise<boolean> {
    const failure = await this.options.slack.views
      .publish({ user_id: user, view: noHomeView(text) })
      .then(() => null, slackFailure);
    if (failure !== null) this.#warn(user, failure);
    return failure === null;
  }

  async #drawUntilTaken(user: string, isOpened: boolean): Promise<void> {
    const { homes, clock, signal } = this.options;
    let hasTurn = false;
    /** What Slack does not know any more: something newer stands there, or what was stored of it got lost. */
    let refusedHash: string | null = null;
    for (let failures = 0; failures < ATTEMPTS; ) {
      const drawing = await this.#read(user);
      if (drawing === null || drawing.shown === drawing.home.shown) return;
      if (!hasTurn) {
        hasTurn = true;
        // What it shows may have changed meanwhile.
        const hasWaited = await this.#waitForTurn(isOpened);
        // The next process draws what is left: all of them at once are more than Slack takes.
        if (signal.aborted && !isOpened) return;
        if (hasWaited) continue;
      }
      const { viewHash } = drawing.home;
      const failure = await this.#publish(drawing, viewHash === refusedHash ? null : viewHash);
      if (failure === null) return;
      failures += 1;
      if (failure.word === "hash_conflict") {
        refusedHash = viewHash;
        continue;
      }
      this.#warn(user, failure);
      // Until they open it again: what Slack refuses now, it refuses at the next change too.
      if (failure.kind === "other") return homes.remove(user);
      if (!mayPass(failure) || signal.aborted) return;
      const pauseMs = retryPauseMs(failure, failures);
      if (failure.kind === "rate_limited") {
        this.#limitedUntil = Math.max(this.#limitedUntil, clock.monotonic() + pauseMs);
        hasTurn = false;
      } else await clock.sleep(pauseMs, signal);
    }
  }

  /** From what is stored at this moment; null when it is not kept true. */
  async #read(user: string): Promise<Drawing | null> {
    const { homes, runs, health, catalog, clock, slackRefusals, hexHost, hexPlace, log } = this.options;
    const home = await homes.openedSince(user, clock.now() - KEPT_MS);
    if (home === null) return null;
    const [asked, memory] = await Promise.all([
      runs.askedForBy(user, RUNS),
      health.memory().catch((err: unknown) => {
        log.warn({ err }, "a Home tab does not say how Hex is");
        return null;
      }),
    ]);
    const blocks = homeBlocks({
      hex: memory === null ? null : hexSeen(memory, clock.now()),
      host: hexHost,
      place: hexPlace(),
      runs: ownRuns(asked, (id) => catalog.known(id)?.title ?? null),
      directMessagesOff: slackRefusals.now().directMessagesOff,
      notice: home.notice,
      searches: home.searches,
    });
    return { home, blocks, shown: fingerprint(blocks) };
  }

  /** Those that are opened wait for a limit of Slack's alone. @returns whether there was anything to wait for */
  async #waitForTurn(isOpened: boolean): Promise<boolean> {
    const { clock, signal } = this.options;
    const now = clock.monotonic();
    const at = Math.max(now, this.#limitedUntil, isOpened ? 0 : this.#nextAt);
    if (!isOpened) this.#nextAt = at + PACE_MS;
    await clock.sleep(at - now, signal);
    return at > now;
  }

  /** `hash`: of what it replaces; null: whatever stands there. @returns why Slack has not taken it, or null */
  async #publish({ home, blocks, shown }: Drawing, hash: string | null): Promise<SlackFailure | null> {
    const { slack, homes, clock } = this.options;
    try {
      const view = homeView(blocks, clock.now());
      const answer = await slack.views.publish({ user_id: home.user, view, ...(hash === null ? {} : { hash }) });
      const { hash: viewHash = null } = readAnswer("views.publish", publishedView, answer).view;
      await homes.published(home, { shown, viewHash });
      this.#logged.clear();
      return null;
    } catch (error) {
      return slackFailure(error);
    }
  }

  /** Once for each of Slack's words. */
  #warn(user: string, failure: SlackFailure): void {
    if (this.#logged.has(failure.word)) return;
    this.#logged.add(failure.word);
    const { todo } = slackRemedy(failure.word);
    this.options.log.warn({ user, failure, todo }, "Slack did not accept a Home tab: %s", failure.word);
  }
}

interface Drawing {
  home: OpenedHome;
  blocks: KnownBlock[];
  shown: string;
}
