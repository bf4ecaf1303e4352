// Keeps each run's message up to date: it is drawn from the stored run and edited only when what it shows changes. A card that Slack
// holds up does not hold up the others.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import { whileRenewed } from "../../lib/renewed.js";
import { DAY, HOUR } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { elapsedMs, identityOf, isEnded, type Run, type RunIn, type RunState } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { toldOverdue } from "../../runs/transitions.js";
import { asUnreadableRun, type RunOutline, UnreadableRun } from "../../runs/unreadable-run.js";
import type { Db } from "../../store/database.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { Conversation } from "../connection/conversation.js";
import { mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { edit, isPosted, isRefusedHere, type Posted, postAtFirst, type Target, targetOf } from "../connection/post.js";
import type { FollowerStore } from "../followers/store.js";
import type { Message } from "../messages/blocks.js";
import { withoutCard } from "../messages/card-elsewhere.js";
import { endMessage, followUpMessage } from "../messages/follow-up.js";
import { overdueMessage } from "../messages/overdue.js";
import { plainText } from "../messages/plain.js";
import { repeated } from "../messages/repeat.js";
import { runCard } from "../messages/run-card.js";
import { unreadableRunCard } from "../messages/set-aside.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Approvers } from "./approvers.js";
import { CardPlaces, noCardOf, type Place } from "./card-places.js";
import { ChannelTurns } from "./channel-turns.js";
import { OneAtATime } from "./one-at-a-time.js";
import { remember } from "./remember.js";
import type { Requesters } from "./requesters.js";
import type { Card, CardReply, CardStore } from "./store.js";

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
/** After this many temporary failures, the requester is told of a run's end without its card. */
const TELL_AFTER = 3;
/**
 * How long (ms) the bot keeps trying the card of a run that has ended, because Slack may grant later what it refuses now, such as
 * a scope. Counted from the first failure and not from the run's end, which may be days ago if the bot was stopped.
 */
const KEEP_TRYING_MS = DAY;
/** How long (ms) the bot keeps trying to show an end of which people were told otherwise, if it does not know Slack's refusal. */
const CORRECT_MS = HOUR;
/** This is retried as rarely as after this many failures. */
const CORRECT_TRIES = 5;

export class Cards {
  readonly #drawing = new OneAtATime((runKey) =>
    this.#draw(runKey).catch((error: unknown) => {
      // Set aside and logged once, because the sweep comes here again and again.
      if (!(error instanceof UnreadableRow))
        this.options.log.error({ err: error, runKey }, "A card could not be drawn: the bot tries again");
    }),
  );
  /** How many times in a row Slack has refused each card, and since when, by the monotonic clock. */
  readonly #failures = new Map<string, { count: number; since: number }>();
  /** The fingerprint of what Slack has permanently refused to show in each card. */
  readonly #refused = new Map<string, string>();
  /** Runs whose requester has been told of the end without the card. */
  readonly #told = new Map<string, true>();
  /** Cards that Slack holds up, and until when, by the monotonic clock. */
  readonly #notBefore = new Map<string, number>();
  readonly #turns: ChannelTurns;
  readonly #places: CardPlaces;
  /** The states that this process has drawn on the cards of runs in flight, so that each state is logged once. */
  readonly #states = new Map<string, RunState>();

  constructor(private readonly options: CardsOptions) {
    this.#turns = new ChannelTurns(options.clock);
    this.#places = new CardPlaces({ ...options, onRefused: (run, failure) => this.#warn(run, failure) });
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
  async place(runKey: string): Promise<Place | null> {
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
    if (this.#failures.has(runKey) || this.#refused.has(runKey)) return null;
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
    const pause = (this.#notBefore.get(runKey) ?? 0) - clock.monotonic();
    if (pause > 0) return;
    this.#notBefore.delete(runKey);
    if (await this.#isUpToDate(runKey)) return;
    if (!(await cards.claim(runKey, CLAIM_MS))) {
      // Another process is drawing it, perhaps from an older state than the current one, so this process checks again later.
      if ((await cards.get(runKey)) !== null) this.#later(runKey, LOOK_AGAIN_MS);
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
    if (this.#failures.has(runKey) || this.#refused.has(runKey)) return false;
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
    if (this.#refused.get(runKey) === shown) return;
    const failure = await this.#show(card, run, content, shown);
    if (failure === "left") return;
    if (failure) {
      // They can decide without the card.
      if (!mayPass(failure)) await this.#tellApprovers(run);
      return this.#failed(run, failure, shown);
    }
    this.#refused.delete(runKey);
    const pauseMs = await this.#tellApprovers(run);
    // The count of refused replies about the end continues.
    if (isEnded(run)) return this.#tell(run, shown, pauseMs);
    if (pauseMs !== null) return this.#later(runKey, pauseMs);
    this.#failures.delete(runKey);
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
      return this.#later(runKey, this.#pauseMs(failure, this.#countFailure(runKey).count, channel));
    }
    this.#failures.delete(runKey);
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
  async #tell(run: Run, shown: string, approversPauseMs: number | null): Promise<void> {
    const { cards, clock } = this.options;
    const card = await cards.get(run.key);
    if (card === null || card.ts === null) return;
    if (card.settled) {
      this.#failures.delete(run.key);
      return;
    }
    const isTold = this.#told.has(run.key) || run.approval?.isEndTold === true;
    const reply = isTold ? null : followUpMessage(run, elapsedMs(run, clock.now()));
    if (reply !== null) {
      const failure = await this.#reply(card, "end", reply);
      if (failure !== null) return this.#failed(run, failure, shown);
    }
    if (approversPauseMs !== null) {
      await this.options.approvers.noteEndTold(run);
      return this.#later(run.key, approversPauseMs);
    }
    await this.#endWhatIsLeft(card, run);
    await this.#settle(run.key);
  }

  /**
   * Says something once about a run. Notes before that it is about to: if the process dies, or Slack's answer is lost, it is posted again
   * and says so. The caller notes that it was posted. @returns why Slack did not take it, or `null`
   */
  async #reply(card: Card, kind: CardReply, reply: Message): Promise<SlackFailure | null> {
    const { oneTry, cards } = this.options;
    const { runKey, posting } = card;
    if (posting !== kind) await cards.change(runKey, { posting: kind });
    const posted = await postAtFirst(oneTry, placesFor(card), posting === kind ? repeated(reply) : reply);
    if (isPosted(posted)) return null;
    // What an earlier try may have posted there is still there.
    if (posted.kind !== "transient" && posting !== kind) await cards.change(runKey, { posting: null });
    return posted;
  }

  /** Tells the requester in the card's thread that the run is taking too long. */
  async #tellOverdue(run: RunIn<"running">): Promise<void> {
    const { cards, runs, clock } = this.options;
    if (run.overdue === null || run.overdue.told || run.requester === null) return;
    const card = await cards.get(run.key);
    if (card === null || card.ts === null) return;
    const failure = await this.#reply(card, "overdue", overdueMessage(run, run.requester, clock.now()));
    if (failure !== null) {
      this.#warn(run, failure);
      if (mayPass(failure)) return this.#later(run.key, this.#pauseMs(failure, OVERDUE_TRIES, card.channel));
    }
    await runs.update(run.key, toldOverdue);
  }

  /** Also shows the end in the message that the card left behind, in case it can be edited again. Tried once, since mostly it cannot. */
  async #endWhatIsLeft({ left }: Card, run: Run): Promise<void> {
    const { slack, clock, hexPlace, log } = this.options;
    if (left === null) return;
    const failure = await edit(slack, left, runCard(run, clock.now(), hexPlace()));
    if (failure !== null)
      log.info({ runKey: run.key, failure: failure.facts }, "the message that a card left behind keeps its last state");
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
      // The requester gets the card as a direct message.
      const moved = { from: card.channel, why: failure.word };
      const left = card.ts === null ? null : { channel: card.channel, ts: card.ts };
      const elsewhere = { channel: card.requester, threadTs: null, ts: null, shown: null, moved, left };
      await cards.change(run.key, elsewhere);
      await this.options.approvers.askAgain(run);
      return this.#later(run.key, 0);
    }
    const { count: failures, since } = this.#countFailure(run.key);
    if (isEnded(run)) {
      const isTold = await this.#tellOtherwise(card, run, { failure, failures, isStuck });
      if ((isTold && isStuck) || this.options.clock.monotonic() - since > KEEP_TRYING_MS) {
        await this.#settle(run.key);
        return this.#correctLater(run, failure);
      }
    } else if (isStuck) {
      // Slack would refuse the same content again, but it may accept the next.
      return remember(this.#refused, run.key, shown);
    }
    this.#later(run.key, this.#pauseMs(failure, failures, card.channel));
  }

  /** Everything has been said, but the card still shows what is no longer true. A refusal that the bot does not know may pass. */
  #correctLater({ key }: Run, failure: SlackFailure): void {
    if (failure.kind !== "other") return;
    const { since } = this.#countFailure(key);
    if (this.options.clock.monotonic() - since > CORRECT_MS) this.#failures.delete(key);
    else this.#later(key, retryPauseMs(failure, CORRECT_TRIES));
  }

  /** How long (ms) to wait after a failure that was the last of this many in a row. */
  #pauseMs(failure: SlackFailure, failures: number, channel: string): number {
    const pauseMs = retryPauseMs(failure, failures);
    return failure.kind === "rate_limited" ? this.#turns.after(channel, pauseMs) : pauseMs;
  }

  /** How many times in a row Slack has refused the card, including this time. */
  #countFailure(runKey: string): { count: number; since: number } {
    const { count, since } = this.#failures.get(runKey) ?? { count: 0, since: this.options.clock.monotonic() };
    const failures = { count: count + 1, since };
    remember(this.#failures, runKey, failures);
    return failures;
  }

  /** Tells the requester once how a run ended if its card does not show it. Returns true when they have been told or need not be. */
  async #tellOtherwise(
    card: Card,
    run: Run,
    { failure, failures, isStuck }: { failure: SlackFailure; failures: number; isStuck: boolean },
  ): Promise<boolean> {
    if (this.#told.has(run.key)) return true;
    const { requesters, botName, clock, hexPlace } = this.options;
    const elapsed = elapsedMs(run, clock.now());
    if (isStuck) {
      // Somebody who deletes a card knows about it.
      const end = failure.kind === "gone" ? followUpMessage(run, elapsed) : endMessage(run, elapsed);
      if (end === null) return true;
      if ((await this.#reply(card, "end", { text: plainText(end), blocks: [] })) === null) return true;
    }
    if (mayPass(failure) && failures < TELL_AFTER) return false;
    const place = this.#places.of(run.key);
    const why = place?.kind === "nowhere" ? place.why : noCardOf(failure);
    const told = withoutCard(run, { why, bot: botName, now: clock.now(), place: hexPlace() });
    if (!(await requesters.tell(run.key, told))) return false;
    requesters.forget(run.key);
    remember(this.#told, run.key, true);
    return true;
  }

  /** There is nothing more to show or tell. */
  async #settle(runKey: string): Promise<void> {
    await this.options.cards.change(runKey, { settled: true, posting: null });
    this.options.requesters.forget(runKey);
    this.#places.forget(runKey);
    for (const known of [this.#failures, this.#refused, this.#told]) known.delete(runKey);
  }

  #warn({ key, reference }: Run, failure: SlackFailure): void {
    const { todo } = slackRemedy(failure.word);
    const facts = { runKey: key, reference, failure: failure.facts, todo };
    this.options.log.warn(facts, "Slack did not accept a card: %s", failure.word);
  }

  #later(runKey: string, ms: number): void {
    const { clock, signal } = this.options;
    const until = clock.monotonic() + ms;
    this.#notBefore.set(runKey, until);
    void clock.sleep(ms, signal).then(() => {
      if (signal.aborted) return;
      // By the clock, a timer may end a little early. The pause is over all the same, unless another one has begun.
      if (this.#notBefore.get(runKey) === until) this.#notBefore.delete(runKey);
      void this.redraw(runKey);
    });
  }
}

/** Where to say something about a card, best place first. What is in a thread does not concern readers of the channel. */
function placesFor({ channel, threadTs, ts, requester }: Card): [Target, ...Target[]] {
  const person = requester === null ? [] : [{ channel: requester }];
  const isOfThread = threadTs !== null && requester !== null;
  return [targetOf(channel, threadTs ?? ts), ...(isOfThread ? [] : [{ channel }]), ...person];
}
