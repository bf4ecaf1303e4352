// Keeps each run's message up to date: it is drawn from the stored run and edited only when what it shows changes. A card that Slack
// holds up does not hold up the others.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import { OneAtATime } from "../../lib/one-at-a-time.js";
import { whileRenewed } from "../../lib/renewed.js";
import { DAY, HOUR } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { elapsedMs, identityOf, isEnded, type Run, type RunIn, type RunState } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { toldOverdue } from "../../runs/transitions.js";
import { asUnreadableRun, type RunOutline, UnreadableRun } from "../../runs/unreadable-run.js";
import type { Db } from "../../store/database.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { Seldom } from "../../store/seldom.js";
import type { Conversation } from "../connection/conversation.js";
import { mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { edit, isPosted, isRefusedHere, type Posted } from "../connection/post.js";
import type { FollowerStore } from "../followers/store.js";
import type { Message } from "../messages/blocks.js";
import { followUpMessage } from "../messages/follow-up.js";
import { overdueMessage } from "../messages/overdue.js";
import { runCard } from "../messages/run-card.js";
import { unreadableRunCard } from "../messages/set-aside.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Approvers } from "./approvers.js";
import { CardPlaces, type Placement } from "./card-places.js";
import { CardRefusals } from "./card-refusals.js";
import { EndElsewhere } from "./end-elsewhere.js";
import { Pauses } from "./pauses.js";
import { remember } from "./remember.js";
import type { Requesters } from "./requesters.js";
import { sayOnce } from "./say-once.js";
import type { Card, CardStore } from "./store.js";

export interface CardsOptions {
  slack: WebClient;
  /** The same without retries. */
  oneTry: WebClient;
  cards: CardStore;
  runs: RunStore;
  /** The people to tell at the end. */
  followers: FollowerStore;
  /** Asks those who may approve a run. */
  approvers: Pick<Approvers, "hasMoreToSay" | "tell" | "askAgain" | "noteEndTold">;
  /** The people to tell about a run whose card Slack refuses. */
  requesters: Requesters;
  /** The bot's name in Slack, for `/invite`. */
  botName: string;
  clock: Clock;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  log: Logger;
  seldom: Seldom;
  /** Called when a card first shows the end of a run, with the time (ms) since the end. */
  onEndShown: (afterMs: number) => void;
  /** Ends every pause when the bot stops. */
  signal: AbortSignal;
}

/** How long (ms) a claim to draw a card lasts. If its process dies, another one draws the card after this time. */
const CLAIM_MS = 15_000;
/** How often (ms) a process that is still drawing renews its claim: Slack may take longer than a claim lasts. */
const RENEW_MS = 5_000;
const LOOK_AGAIN_MS = 2_000;
/** If Slack refuses the message that a run is overdue, it is retried as rarely as after this many failures. */
const OVERDUE_TRIES = 3;
/**
 * How long (ms) the bot keeps trying the card of a run that has ended, because Slack may grant later what it refuses now, such as
 * a scope. Counted from the first failure and not from the run's end, which may be days ago if the bot was stopped.
 */
const KEEP_TRYING_MS = DAY;
/** How long (ms) the bot keeps trying to show an end that people were told of without the card, if it does not know Slack's refusal. */
const CORRECT_MS = HOUR;
/** This is retried as rarely as after this many failures. */
const CORRECT_TRIES = 5;

export class Cards {
  readonly #drawing = new OneAtATime((runKey) =>
    this.#draw(runKey).catch((error: unknown) => {
      // Set aside and logged once, because the sweep comes here again and again.
      if (!(error instanceof UnreadableRow)) this.#sayUndrawn(error, runKey);
    }),
  );
  readonly #sayUndrawn: (error: unknown, runKey: string) => void;
  readonly #pauses: Pauses;
  readonly #refusals: CardRefusals;
  readonly #places: CardPlaces;
  readonly #endElsewhere: EndElsewhere;
  /** The states that this process has drawn on the cards of runs in flight, so that each state is logged once. */
  readonly #states = new Map<string, RunState>();

  constructor(private readonly options: CardsOptions) {
    this.#sayUndrawn = options.seldom((err, runKey) =>
      options.log.error({ err, runKey }, "A card could not be drawn: the bot tries again"),
    );
    this.#pauses = new Pauses(options.clock, options.signal, (runKey) => void this.redraw(runKey));
    this.#refusals = new CardRefusals(options.clock);
    this.#places = new CardPlaces({ ...options, onRefused: (run, failure) => this.#warn(run, failure) });
    this.#endElsewhere = new EndElsewhere({ ...options, places: this.#places });
  }

  /** Notes where a run's card should be. It is posted as soon as the run is stored, which the same transaction `db` does. */
  async open(
    runKey: string,
    { channel, threadTs, isPublic }: Conversation,
    { requester, db }: { requester: string; db?: Db },
  ): Promise<void> {
    await this.options.cards.insert({ runKey, channel, threadTs, isPublic, requester }, db);
  }

  /** Draws the card and resolves with where it is; `null` when the run has none. */
  async place(runKey: string): Promise<Placement | null> {
    await this.redraw(runKey);
    return this.#places.of(runKey);
  }

  /** The channels of the cards of runs in flight, by run key. */
  channelsInFlight(): Promise<Map<string, string>> {
    return this.options.cards.channelsInFlight();
  }

  /** Whether the card has been posted anywhere. */
  async isPosted(runKey: string): Promise<boolean> {
    return ((await this.options.cards.get(runKey))?.ts ?? null) !== null;
  }

  /** Whether a message is the run's card. */
  async isAt(runKey: string, { channel, ts }: Posted): Promise<boolean> {
    const card = await this.options.cards.get(runKey);
    return card?.channel === channel && card.ts === ts;
  }

  /** The id of the channel or person where the card shows the run's current state; `null` when it is not posted or Slack refuses its edits. */
  async keptTrueIn(runKey: string): Promise<string | null> {
    if (this.#refusals.has(runKey)) return null;
    const card = await this.options.cards.get(runKey);
    return card === null || card.ts === null ? null : card.channel;
  }

  /** Makes the card show what is stored now. Never rejects. */
  redraw(runKey: string): Promise<void> {
    return this.#drawing.do(runKey);
  }

  /** Brings every card up to date that does not show the end of its run yet. */
  async sweep(): Promise<void> {
    await Promise.all((await this.options.cards.unsettled()).map((runKey) => this.redraw(runKey)));
  }

  /** Resolves when no card is being drawn. */
  idle(): Promise<void> {
    return this.#drawing.idle();
  }

  async #draw(runKey: string): Promise<void> {
    const { cards, clock } = this.options;
    if (this.#pauses.isOn(runKey)) return;
    if (await this.#isUpToDate(runKey)) return;
    if (!(await cards.claim(runKey, CLAIM_MS))) {
      // Another process is drawing it, perhaps from an older state than the current one, so this process checks again later.
      if ((await cards.get(runKey)) !== null) this.#pauses.begin(runKey, LOOK_AGAIN_MS);
      return;
    }
    const renew = () => cards.claim(runKey, CLAIM_MS);
    const onError = (err: unknown) =>
      this.options.log.warn({ err, runKey }, "The claim on a card could not be renewed");
    try {
      await whileRenewed(clock, RENEW_MS, { renew, onError }, () => this.#drawClaimed(runKey));
    } finally {
      await cards.release(runKey);
    }
  }

  /**
   * Whether the card of a run that has not ended shows it already, so that there is nothing to do. It is so after most polls, and a
   * claim would be written to the disk. Another process that has the claim may be drawing an older state.
   */
  async #isUpToDate(runKey: string): Promise<boolean> {
    if (this.#refusals.has(runKey)) return false;
    const card = await this.options.cards.get(runKey);
    if (card === null || card.isClaimed || card.settled) return false;
    const run = await this.options.runs.get(runKey).catch(asUnreadableRun);
    if (run === null || run instanceof UnreadableRun || isEnded(run)) return false;
    const isTold = (run.overdue === null || run.overdue.told) && !this.options.approvers.hasMoreToSay(run);
    return isTold && card.shown === fingerprint(await this.#contentOf(run, card));
  }

  async #contentOf(run: Run, { moved }: Card): Promise<Message> {
    const { clock, hexPlace } = this.options;
    const followers = isEnded(run) ? 0 : await this.options.followers.count(run.key);
    return runCard(run, clock.now(), hexPlace(), { moved, followers });
  }

  async #drawClaimed(runKey: string): Promise<void> {
    const { cards } = this.options;
    const card = await cards.get(runKey);
    if (card === null) return;
    const run = await this.options.runs.get(runKey).catch(asUnreadableRun);
    if (run instanceof UnreadableRun) return this.#drawUnreadable(card, run.run);
    // The run was taken back. If somebody asks for it once more, the process that stores it draws the card.
    if (run === null) return cards.change(runKey, { settled: true });
    // The bot is looking for the run again, or it was stored only now. Its end still has to be told.
    if (card.settled && !isEnded(run)) await cards.change(runKey, { settled: false });
    const content = await this.#contentOf(run, card);
    const shown = fingerprint(content);
    if (this.#refusals.isRefused(runKey, shown)) return;
    const failure = await this.#show(card, run, content, shown);
    if (failure === "left") return;
    if (failure) {
      // They can decide without the card.
      if (!mayPass(failure)) await this.#tellApprovers(run);
      return this.#failed(run, failure, shown);
    }
    this.#refusals.endContent(runKey);
    const pauseMs = await this.#tellApprovers(run);
    // The count of refused replies about the end continues.
    if (isEnded(run)) return this.#tellEnd(run, shown, pauseMs);
    if (pauseMs !== null) return this.#pauses.begin(runKey, pauseMs);
    this.#refusals.endStreak(runKey);
    if (run.state === "running") await this.#tellOverdue(run);
  }

  /** @returns how long to wait before another try, in ms; `null` when there is nothing more to say */
  async #tellApprovers(run: Run): Promise<number | null> {
    const card = await this.options.cards.get(run.key);
    return card === null ? null : this.options.approvers.tell(run, card);
  }

  /** `left`: another process has posted the card, and keeps it up to date. */
  async #show(card: Card, run: Run, content: Message, shown: string): Promise<SlackFailure | "left" | null> {
    if (card.shown === shown) return null;
    const { slack, cards } = this.options;
    const place = card.ts === null ? await this.#places.post(card, run) : { channel: card.channel, ts: card.ts };
    if (place === "left" || !isPosted(place)) return place;
    const failure = await edit(slack, place, content);
    if (failure) return failure;
    await cards.change(card.runKey, { shown });
    this.#noteState(card, run);
    return null;
  }

  /** What the card last showed may no longer be true. It says so until the run can be read again. */
  async #drawUnreadable({ runKey, channel, ts, shown, settled }: Card, run: RunOutline): Promise<void> {
    const { slack, cards, hexPlace } = this.options;
    const content = unreadableRunCard(run, hexPlace());
    const toShow = fingerprint(content);
    if (ts === null || settled || shown === toShow) return;
    const failure = await edit(slack, { channel, ts }, content);
    if (failure?.kind === "rate_limited") {
      return this.#pauses.begin(runKey, this.#refusals.pauseMs(failure, this.#refusals.add(runKey).count, channel));
    }
    this.#refusals.endStreak(runKey);
    // The next sweep retries temporary failures.
    if (failure?.kind !== "transient") await cards.change(runKey, { shown: toShow });
  }

  /** Logs each new state, so that people can find the rest in the log with the reference on the card. */
  #noteState(card: Card, run: Run): void {
    const { log, clock, onEndShown } = this.options;
    const { runKey, channel } = card;
    const isOver = isEnded(run);
    if (this.#states.get(runKey) === run.state || (isOver && card.settled)) return;
    const facts = { runKey, reference: run.reference, runId: identityOf(run)?.runId, channel, state: run.state };
    log.info(facts, "card: %s", run.state);
    if (isOver) {
      this.#states.delete(runKey);
      onEndShown(clock.now() - run.endedAt);
    } else remember(this.#states, runKey, run.state);
  }

  /**
   * Edits notify nobody, so the requester gets one reply in the card's thread when the run has ended.
   * @param approversPauseMs after how long those who were asked to approve it are to be told again, in ms; `null` if they have been told
   */
  async #tellEnd(run: Run, shown: string, approversPauseMs: number | null): Promise<void> {
    const { cards, clock } = this.options;
    const card = await cards.get(run.key);
    if (card === null || card.ts === null) return;
    if (card.settled) {
      this.#refusals.endStreak(run.key);
      return;
    }
    const isTold = this.#endElsewhere.isTold(run.key) || run.approval?.isEndTold === true;
    const reply = isTold ? null : followUpMessage(run, elapsedMs(run, clock.now()));
    if (reply !== null) {
      const failure = await sayOnce(this.options, card, "end", reply);
      if (failure !== null) return this.#failed(run, failure, shown);
    }
    if (approversPauseMs !== null) {
      await this.options.approvers.noteEndTold(run);
      return this.#pauses.begin(run.key, approversPauseMs);
    }
    await this.#endWhatIsLeft(card, run);
    await this.#settle(run.key);
  }

  /** Tells the requester in the card's thread that the run is taking too long. */
  async #tellOverdue(run: RunIn<"running">): Promise<void> {
    const { cards, runs, clock } = this.options;
    if (run.overdue === null || run.overdue.told || run.requester === null) return;
    const card = await cards.get(run.key);
    if (card === null || card.ts === null) return;
    const failure = await sayOnce(this.options, card, "overdue", overdueMessage(run, run.requester, clock.now()));
    if (failure !== null) {
      this.#warn(run, failure);
      if (mayPass(failure) || failure.kind === "credentials")
        return this.#pauses.begin(run.key, this.#refusals.pauseMs(failure, OVERDUE_TRIES, card.channel));
    }
    await runs.update(run.key, toldOverdue);
  }

  /** Also shows the end in the message that the card left behind, in case it can be edited again. Tried once, since mostly it cannot. */
  async #endWhatIsLeft({ left }: Card, run: Run): Promise<void> {
    const { slack, clock, hexPlace, log } = this.options;
    if (left === null) return;
    const failure = await edit(slack, left, runCard(run, clock.now(), hexPlace()));
    if (failure !== null)
      log.info({ runKey: run.key, failure: failure.facts }, "The message that a card left behind keeps its last state");
  }

  async #failed(run: Run, failure: SlackFailure, shown: string): Promise<void> {
    const { cards } = this.options;
    this.#warn(run, failure);
    const card = await cards.get(run.key);
    if (card === null) return;
    // People were told of its end long ago. What is new since then, such as that it was run again, is news to nobody.
    if (card.settled && isEnded(run)) return this.#correctLater(run, failure);
    // A missing scope may still be granted. The card stays where it is until then.
    const isStuck = card.ts !== null && isRefusedHere(failure) && failure.kind !== "credentials";
    if (isStuck && failure.kind !== "other" && card.moved === null && card.requester !== null) {
      return this.#moveToDirectMessage(card, run, { requester: card.requester, why: failure.word });
    }
    const { count: failures, forMs } = this.#refusals.add(run.key);
    if (isEnded(run)) {
      const isTold = await this.#endElsewhere.tell(card, run, { failure, failures, isStuck });
      if ((isTold && isStuck) || forMs > KEEP_TRYING_MS) {
        await this.#settle(run.key);
        return this.#correctLater(run, failure);
      }
    } else if (isStuck) {
      return this.#refusals.addContent(run.key, shown);
    }
    this.#pauses.begin(run.key, this.#refusals.pauseMs(failure, failures, card.channel));
  }

  /** The requester gets the card as a direct message. `why`: Slack's error code. */
  async #moveToDirectMessage(
    { channel, ts }: Card,
    run: Run,
    { requester, why }: { requester: string; why: string },
  ): Promise<void> {
    const left = ts === null ? null : { channel, ts };
    const moved = { from: channel, why };
    await this.options.cards.change(run.key, {
      channel: requester,
      threadTs: null,
      ts: null,
      shown: null,
      moved,
      left,
    });
    await this.options.approvers.askAgain(run);
    this.#pauses.begin(run.key, 0);
  }

  /** Everything has been said, but the card still shows what is no longer true. A refusal that the bot does not know may pass. */
  #correctLater({ key }: Run, failure: SlackFailure): void {
    if (failure.kind !== "other") return;
    if (this.#refusals.add(key).forMs > CORRECT_MS) this.#refusals.endStreak(key);
    else this.#pauses.begin(key, retryPauseMs(failure, CORRECT_TRIES));
  }

  /** There is nothing more to show or tell. */
  async #settle(runKey: string): Promise<void> {
    await this.options.cards.change(runKey, { settled: true, posting: null });
    this.options.requesters.forget(runKey);
    this.#places.forget(runKey);
    this.#endElsewhere.forget(runKey);
    this.#refusals.endStreak(runKey);
    this.#refusals.endContent(runKey);
  }

  #warn({ key, reference }: Run, failure: SlackFailure): void {
    const { what, todo } = slackRemedy(failure.word);
    const facts = { runKey: key, reference, failure: failure.facts, todo };
    this.options.log.warn(facts, "Slack did not accept a card: %s", what);
  }
}
