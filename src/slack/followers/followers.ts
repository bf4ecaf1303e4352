// Tells the people who pressed *Tell me* how their run ended, each of them once for each end, in a direct message, or in the card's
// thread when Slack accepts no direct message.
//
// A process claims a follower before it tells them, and notes it afterwards. If it dies in between, the next one tells them again, and
// says that it may be a repeat.

import type { WebClient } from "@slack/web-api";
import type { Answer } from "../../access/answer.js";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import { OneAtATime } from "../../lib/one-at-a-time.js";
import { whileRenewed } from "../../lib/renewed.js";
import { DAY, HOUR, SECOND } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { type EndedRun, isEnded } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { Seldom } from "../../store/seldom.js";
import type { Audience } from "../access/audience.js";
import type { Card, CardStore } from "../cards/store.js";
import { isDirect } from "../connection/conversation.js";
import { asSlackFailure, retryPauseMs, SlackFailure } from "../connection/failures.js";
import { isPosted, isRefusedHere, post } from "../connection/post.js";
import { permalinkOf, readAnswer } from "../connection/read-answer.js";
import type { Message } from "../messages/blocks.js";
import { endedMessage } from "../messages/followers.js";
import { repeated } from "../messages/repeat.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Claimed, Follower, FollowerStore, Press } from "./store.js";

export interface FollowersOptions {
  slack: WebClient;
  followers: FollowerStore;
  cards: CardStore;
  runs: RunStore;
  clock: Clock;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  /** Whether a project may be shown to somebody now; `null` when that is not known. */
  mayBeShownTo: (audience: Audience, projectId: string) => Promise<Answer>;
  log: Logger;
  seldom: Seldom;
}

/** How long (ms) a claim lasts. If its process dies, another one tells the follower after this time. */
const CLAIM_MS = 15 * SECOND;
/** How often (ms) a process renews its claim while Slack takes its time. */
const RENEW_MS = 5 * SECOND;
/**
 * How long (ms) to keep retrying a message that Slack refuses. A scope may still be granted, and a token replaced. A word that the bot
 * does not know may pass, too.
 */
const KEEP_TRYING_MS: Partial<Record<SlackFailure["kind"], number>> = {
  rate_limited: DAY,
  transient: DAY,
  credentials: DAY,
  other: HOUR,
};

/** Slack has not said who somebody is, so that it is not known what they may see. */
const UNSURE = new SlackFailure({ kind: "transient", word: "person_not_known" });

/** How many times in a row Slack has refused a message, since when, and when to try again: by the monotonic clock, in ms. */
interface Refusals {
  count: number;
  since: number;
  until: number;
}

export class Followers {
  readonly #telling = new OneAtATime((runKey) =>
    this.#tell(runKey).catch((error: unknown) => {
      // Set aside and logged once, because the sweep comes here again and again.
      if (!(error instanceof UnreadableRow)) this.#sayUntold(error, runKey);
    }),
  );
  readonly #refusals = new Map<string, Refusals>();
  readonly #sayUntold: (error: unknown, runKey: string) => void;

  constructor(private readonly options: FollowersOptions) {
    this.#sayUntold = options.seldom((err, runKey) =>
      options.log.error({ err, runKey }, "The followers of a run could not be told of its end: the bot tries again"),
    );
  }

  /** Somebody pressed *Tell me*. @returns whether they will be told at the end */
  press(press: Press): Promise<boolean> {
    return this.options.followers.press(press);
  }

  /** If the run has ended, tells everybody who has not been told. Never rejects. */
  tell(runKey: string): Promise<void> {
    return this.#telling.do(runKey);
  }

  /** Tells everybody who has not been told, because the process that saw the end has died or Slack refused the message. */
  async sweep(): Promise<void> {
    const untold = await this.options.followers.untold();
    const ids = new Set(untold.map(idOf));
    for (const id of this.#refusals.keys()) if (!ids.has(id)) this.#refusals.delete(id);
    await Promise.all([...new Set(untold.map(({ runKey }) => runKey))].map((runKey) => this.tell(runKey)));
  }

  /** Resolves when nobody is being told. */
  idle(): Promise<void> {
    return this.#telling.idle();
  }

  async #tell(runKey: string): Promise<void> {
    const { followers, cards, runs } = this.options;
    const run = await runs.get(runKey);
    if (run === null || !isEnded(run)) return;
    const untold = (await followers.untoldOf(runKey, run.state)).filter((one) => !this.#isHeldUp(one));
    if (untold.length === 0) return;
    const card = await cards.get(runKey);
    const cardUrl = await this.#linkTo(card);
    for (const follower of untold) await this.#tellOne(follower, run, card, cardUrl);
  }

  async #tellOne(follower: Follower, run: EndedRun, card: Card | null, cardUrl: string | null): Promise<void> {
    const { followers, clock, log } = this.options;
    const claimed = await followers.claim(follower, run.state, CLAIM_MS);
    if (claimed === null) return;
    const renew = () => followers.renew(follower, CLAIM_MS);
    const onError = (err: unknown) =>
      log.warn({ err, runKey: run.key }, "The claim on telling a follower could not be renewed");
    await whileRenewed(clock, RENEW_MS, { renew, onError }, () => this.#tellClaimed(claimed, run, card, cardUrl));
  }

  async #tellClaimed(follower: Claimed, run: EndedRun, card: Card | null, cardUrl: string | null): Promise<void> {
    const { followers, log } = this.options;
    const { user } = follower;
    const isShown = await this.options.mayBeShownTo({ channel: user, person: user }, run.project.id);
    if (isShown === null) return this.#notNow(follower, run, UNSURE, follower.mayBeTold);
    if (!isShown) {
      log.info({ runKey: run.key, user }, "A follower may not see the project any more, and is not told");
      return followers.settle(follower, run.state);
    }
    const failure = await this.#send(follower, run, card, cardUrl);
    if (failure === null) {
      this.#refusals.delete(idOf(follower));
      return followers.settle(follower, run.state);
    }
    await this.#notNow(follower, run, failure, failure.kind === "transient" || follower.mayBeTold);
  }

  /** Tries again later, or gives up. */
  async #notNow(follower: Follower, run: EndedRun, failure: SlackFailure, mayBeTold: boolean): Promise<void> {
    const { followers } = this.options;
    const isWorthRepeating = this.#hold(follower, failure);
    this.#warn(follower, run, failure, isWorthRepeating);
    if (isWorthRepeating) await followers.release(follower, mayBeTold);
    else await followers.settle(follower, run.state);
  }

  /** @returns why the message has not arrived, or `null` */
  async #send(
    { user, mayBeTold }: Claimed,
    run: EndedRun,
    card: Card | null,
    cardUrl: string | null,
  ): Promise<SlackFailure | null> {
    const { slack, hexPlace } = this.options;
    const told = (message: Message) => (mayBeTold ? repeated(message) : message);
    const asMessage = told(endedMessage(run, { place: hexPlace(), cardUrl, mentioned: null }));
    const direct = await post(slack, { channel: user }, asMessage);
    if (isPosted(direct)) return null;
    if (!isRefusedHere(direct) || card === null || card.ts === null) return direct;
    if ((await this.options.mayBeShownTo({ channel: card.channel, person: user }, run.project.id)) !== true)
      return direct;
    this.#warn({ runKey: run.key, user }, run, direct, true);
    const inThread = told(endedMessage(run, { place: hexPlace(), cardUrl: null, mentioned: user }));
    const reply = await post(slack, { channel: card.channel, thread_ts: card.threadTs ?? card.ts }, inThread);
    if (isPosted(reply)) return null;
    return isRefusedHere(reply) ? direct : reply;
  }

  /** Postpones a follower for a while after a failure. @returns false when it is time to give up */
  #hold(follower: Follower, failure: SlackFailure): boolean {
    const now = this.options.clock.monotonic();
    const { count, since } = this.#refusals.get(idOf(follower)) ?? { count: 0, since: now };
    if (now - since >= (KEEP_TRYING_MS[failure.kind] ?? 0)) {
      this.#refusals.delete(idOf(follower));
      return false;
    }
    const failures = count + 1;
    this.#refusals.set(idOf(follower), { count: failures, since, until: now + retryPauseMs(failure, failures) });
    return true;
  }

  #isHeldUp(follower: Follower): boolean {
    return (this.#refusals.get(idOf(follower))?.until ?? 0) > this.options.clock.monotonic();
  }

  /** A link to the card for people who can read it there; `null` when Slack gives none. */
  async #linkTo(card: Card | null): Promise<string | null> {
    // Nobody else can open a person's direct messages.
    if (card === null || card.ts === null || isDirect(card.channel)) return null;
    try {
      const answer = await this.options.slack.chat.getPermalink({ channel: card.channel, message_ts: card.ts });
      return readAnswer("chat.getPermalink", permalinkOf, answer).permalink;
    } catch (error) {
      const { word } = asSlackFailure(error);
      this.options.log.info({ runKey: card.runKey, word }, "Slack gives no link to a card: %s", word);
      return null;
    }
  }

  #warn({ user }: Follower, { key, reference }: EndedRun, failure: SlackFailure, isTriedOn: boolean): void {
    const { what, todo } = slackRemedy(failure.word);
    const then = isTriedOn ? "another way is tried" : "given up";
    const facts = { runKey: key, reference, user, failure: failure.facts, todo };
    this.options.log.warn(
      facts,
      "Slack did not accept a follower's message about the end of a run, %s: %s",
      then,
      what,
    );
  }
}

function idOf({ runKey, user }: Follower): string {
  return `${user} ${runKey}`;
}
