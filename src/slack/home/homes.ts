// Keeps the Home tabs up to date: draws them when they are opened, and again when something that they show changes.
//
// Each tab is drawn from what is stored, one drawing at a time in this process. Slack's hash of the current view keeps another
// process from replacing it with something older.

import type { KnownBlock } from "@slack/types";
import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import { OneAtATime } from "../../lib/one-at-a-time.js";
import { newReference } from "../../lib/reference.js";
import { DAY, MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import type { HealthStore } from "../../outages/store.js";
import type { RunStore } from "../../runs/store.js";
import type { HomeRights, ShownProjects } from "../access/audience.js";
import { type OpenNow, openNow } from "../alerts/open-now.js";
import type { TroubleSources } from "../alerts/told-groups.js";
import { asSlackFailure, mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { isPosted, post } from "../connection/post.js";
import { drawnView, readAnswer } from "../connection/read-answer.js";
import type { SlackRefusals } from "../connection/refusals.js";
import { guestMessage } from "../messages/answers.js";
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
  troubleSources: TroubleSources;
  /** What a person may do there. Asked anew at each drawing. */
  rightsOf: (user: string) => Promise<HomeRights>;
  /** Whether they may not use the bot any more. */
  isTurnedAway: (user: string) => Promise<boolean>;
  slackRefusals: SlackRefusals;
  /** Hex's host, to show to people. */
  hexHost: string;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  clock: Clock;
  log: Logger;
  /** Ends every pause when the bot stops. */
  signal: AbortSignal;
}

/** How long (ms) a Home tab is kept up to date after it was opened. */
const KEPT_MS = DAY;
/** How many of a person's latest runs are examined. */
const RUNS = 100;
/** The pause between two redraws, in ms. Slack accepts about a hundred views a minute, and tabs that are being opened come first. */
const PACE_MS = 1_000;
/** How often to check for changes that nothing announces, in ms. */
const SWEEP_MS = MINUTE;
/** After this many failures, a Home tab waits for its next change or for the sweep. */
const ATTEMPTS = 6;
/** Far more people from other workspaces than ever look at a bot. */
const MOST_REFUSED = 1_000;

export class Homes {
  readonly #drawing = new OneAtATime((user) => this.#draw(user));
  /** The users who are waiting for their tab. */
  readonly #opened = new Set<string>();
  /** The earliest time of the next redraw, and until when Slack wants no calls at all: by the monotonic clock, in ms. */
  #nextAt = 0;
  #limitedUntil = 0;
  #sweptAt: number | null = null;
  /** Slack's error codes for refused tabs. Each is logged once until Slack accepts a Home tab again. */
  readonly #logged = new Set<string>();
  /** The users who have been told in a direct message that they may not use the tab. */
  readonly #refused = new Set<string>();

  constructor(private readonly options: HomesOptions) {}

  /** Somebody opens their Home tab. Never rejects. */
  async open(user: string): Promise<void> {
    const { homes, clock } = this.options;
    try {
      await homes.open(user, clock.now());
      this.#opened.add(user);
      await this.#drawing.do(user);
    } catch (err) {
      await this.#showBroken(user, err);
    }
  }

  /** Something that concerns a person has changed. Never rejects. */
  redraw(user: string): Promise<void> {
    return this.#drawing.do(user);
  }

  /** Somebody uses a tab that may have been open for a long time, so it is kept up to date again. Never rejects. */
  async used(user: string): Promise<void> {
    const { homes, clock, log } = this.options;
    try {
      await homes.use(user, clock.now());
      await this.redraw(user);
    } catch (err) {
      log.warn({ err, user }, "A Home tab in use was not redrawn");
    }
  }

  /** Shows an answer on the Home tab that could not be given anywhere else. `notice` is mrkdwn. */
  async say(user: string, notice: string): Promise<void> {
    await this.options.homes.say(user, notice);
    await this.redraw(user);
  }

  /** Something was picked in the search field, which is now emptied. */
  async searched(user: string): Promise<void> {
    await this.options.homes.searched(user);
    await this.redraw(user);
  }

  /** Somebody opens the tab who may not see it. If Slack accepts no Home tab for them, a direct message says so once. Never rejects. */
  async refuse(user: string, refusal: Message): Promise<void> {
    if ((await this.#show(user, plainText(refusal))) === null || this.#refused.has(user)) return;
    if (this.#refused.size < MOST_REFUSED) this.#refused.add(user);
    const told = await post(this.options.slack, { channel: user }, refusal);
    if (!isPosted(told)) this.#warn(user, told);
  }

  /**
   * Starts to draw changes that nothing announced: how Hex is, and what a process stored before it died. Does not wait for the
   * drawings, which can take minutes for many Home tabs.
   */
  async sweep(): Promise<void> {
    const { homes, clock } = this.options;
    const now = clock.monotonic();
    if (this.#sweptAt !== null && now - this.#sweptAt < SWEEP_MS) return;
    this.#sweptAt = now;
    const users = await homes.usersSince(clock.now() - KEPT_MS);
    for (const user of users) void this.redraw(user);
  }

  /** Removes the tabs that are no longer kept up to date. */
  removeOld(): Promise<void> {
    return this.options.homes.removeOpenedBefore(this.options.clock.now() - KEPT_MS);
  }

  /** Resolves when no tab is being drawn. */
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
      if (!isOpened) return log.warn({ err, user }, "A Home tab was not redrawn");
      await this.#showBroken(user, err);
    }
  }

  async #showBroken(user: string, err: unknown): Promise<void> {
    const reference = newReference();
    this.options.log.error({ err, user, reference }, "A Home tab could not be drawn");
    await this.#show(user, brokenHomeText(reference));
  }

  /** Shows something else in place of the Home tab and does not keep it up to date. `text` is mrkdwn. @returns why Slack refused it, or `null` */
  async #show(user: string, text: string): Promise<SlackFailure | null> {
    const failure = await this.options.slack.views
      .publish({ user_id: user, view: noHomeView(text) })
      .then(() => null, asSlackFailure);
    if (failure !== null) this.#warn(user, failure);
    return failure;
  }

  /** Draws what is stored until Slack accepts it, or trying again is no use. */
  async #drawUntilTaken(user: string, isOpened: boolean): Promise<void> {
    let hasTurn = false;
    /** The hash that Slack no longer knows: there is something newer on the tab, or the stored hash got lost. */
    let refusedHash: string | null = null;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const drawing = await (hasTurn ? this.#readChanged(user) : this.#readInTurn(user, isOpened));
      if (drawing === null) return;
      if (await this.options.isTurnedAway(user)) return this.#turnAway(drawing.home);
      const { viewHash } = drawing.home;
      const failure = await this.#publish(drawing, viewHash === refusedHash ? null : viewHash);
      if (failure === null) return;
      if (failure.word === "hash_conflict") refusedHash = viewHash;
      else if (!(await this.#mayTryAgain(drawing.home, failure, attempt))) return;
      // After a limit, it queues again behind the tabs that are being opened.
      hasTurn = failure.kind !== "rate_limited";
    }
  }

  /** Somebody may not see their tab any more. */
  async #turnAway(home: OpenedHome): Promise<void> {
    const failure = await this.#show(home.user, plainText(guestMessage()));
    if (failure === null || failure.kind === "other") await this.options.homes.remove(home);
  }

  /** What to draw once it is this tab's turn; `null` when there is nothing to draw, or when the next process draws it. */
  async #readInTurn(user: string, isOpened: boolean): Promise<Drawing | null> {
    const drawing = await this.#readChanged(user);
    if (drawing === null) return null;
    const hasWaited = await this.#waitForTurn(isOpened);
    // The next process draws the rest. All of them at once would be more than Slack accepts.
    if (this.options.signal.aborted && !isOpened) return null;
    // What it shows may have changed in the meantime.
    return hasWaited ? this.#readChanged(user) : drawing;
  }

  /** Resolves when it is time to try again, or at once with `false` when that is no use. `failures`: how many in a row. */
  async #mayTryAgain(home: OpenedHome, failure: SlackFailure, failures: number): Promise<boolean> {
    const { homes, clock, signal } = this.options;
    this.#warn(home.user, failure);
    // Until they open it again: Slack would refuse the next change as well.
    if (failure.kind === "other") await homes.remove(home);
    if (!mayPass(failure) || signal.aborted) return false;
    const pauseMs = retryPauseMs(failure, failures);
    // A limit is for all tabs: they wait for it as they wait for their turn.
    if (failure.kind === "rate_limited") this.#limitedUntil = Math.max(this.#limitedUntil, clock.monotonic() + pauseMs);
    else await clock.sleep(pauseMs, signal);
    return true;
  }

  /** `null` when what should be shown is already shown, or when the tab is not kept up to date. */
  async #readChanged(user: string): Promise<Drawing | null> {
    const drawing = await this.#read(user);
    return drawing === null || drawing.shown === drawing.home.shown ? null : drawing;
  }

  /** Reads what to draw from the store; `null` when the tab is not kept up to date. */
  async #read(user: string): Promise<Drawing | null> {
    const { homes, runs, health, rightsOf, clock, slackRefusals, hexHost, hexPlace, log } = this.options;
    const home = await homes.openedSince(user, clock.now() - KEPT_MS);
    if (home === null) return null;
    const { projects, mayStart } = await rightsOf(user);
    const [asked, open, memory] = await Promise.all([
      runs.askedForBy(user, RUNS),
      this.#openFor(user, projects),
      health.state().catch((err: unknown) => {
        log.warn({ err }, "A Home tab cannot show how Hex is");
        return null;
      }),
    ]);
    const blocks = homeBlocks({
      hex: memory === null ? null : hexSeen(memory, clock.now()),
      host: hexHost,
      place: hexPlace(),
      open,
      now: clock.now(),
      runs: ownRuns(
        asked.filter(({ project }) => projects.has(project.id)),
        (id) => projects.known(id)?.title ?? null,
      ),
      mayStart,
      directMessagesOff: slackRefusals.now().directMessagesOff,
      notice: home.notice,
      searches: home.searches,
    });
    return { home, blocks, shown: fingerprint(blocks) };
  }

  /** What is not over, for one person: the outage, and the troubles of what they watch or have taken. `null` when the store cannot say. */
  async #openFor(user: string, projects: ShownProjects): Promise<OpenNow | null> {
    const { troubleSources, health, clock, log } = this.options;
    return openNow(
      { ...troubleSources, health },
      clock.now(),
      projects,
      (watches, { taken }) => taken?.by === user || watches.some(({ setBy }) => setBy === user),
    ).catch((err: unknown) => {
      log.warn({ err }, "A Home tab cannot show what is open");
      return null;
    });
  }

  /** Tabs that are being opened wait only for Slack's limits. @returns whether there was anything to wait for */
  async #waitForTurn(isOpened: boolean): Promise<boolean> {
    const { clock, signal } = this.options;
    const now = clock.monotonic();
    const at = Math.max(now, this.#limitedUntil, isOpened ? 0 : this.#nextAt);
    if (!isOpened) this.#nextAt = at + PACE_MS;
    await clock.sleep(at - now, signal);
    return at > now;
  }

  /** `hash` is that of the view to replace; `null` to replace any view. @returns why Slack refused it, or `null` */
  async #publish({ home, blocks, shown }: Drawing, hash: string | null): Promise<SlackFailure | null> {
    const { slack, homes, clock } = this.options;
    try {
      const view = homeView(blocks, clock.now());
      const answer = await slack.views.publish({ user_id: home.user, view, ...(hash === null ? {} : { hash }) });
      const viewHash = readAnswer("views.publish", drawnView, answer).view?.hash ?? null;
      await homes.published(home, { shown, viewHash });
      this.#logged.clear();
      return null;
    } catch (error) {
      return asSlackFailure(error);
    }
  }

  /** Logs each of Slack's error codes once. */
  #warn(user: string, failure: SlackFailure): void {
    if (this.#logged.has(failure.word)) return;
    this.#logged.add(failure.word);
    const { what, todo } = slackRemedy(failure.word);
    this.options.log.warn({ user, failure: failure.facts, todo }, "Slack did not accept a Home tab: %s", what);
  }
}

interface Drawing {
  home: OpenedHome;
  blocks: KnownBlock[];
  shown: string;
}
