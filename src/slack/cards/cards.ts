// Keeps each run's message true: drawn from the stored run, edited only when what it shows changes, and a card that Slack holds up does not hold up the others.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { elapsedMs, identityOf, isEnded, type Run, type RunIn, type RunState } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { toldOverdue } from "../../runs/transitions.js";
import { type RunOutline, UnreadableRun } from "../../runs/unreadable-run.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { Conversation } from "../connection/conversation.js";
import { mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { edit, isPosted, isRefusedHere, type Posted, post, postAtFirst, type Target } from "../connection/post.js";
import type { FollowerStore } from "../followers/store.js";
import type { Message } from "../messages/blocks.js";
import { cardInDirectMessage, type NoCard, withoutCard } from "../messages/card-elsewhere.js";
import { endMessage, followUpMessage } from "../messages/follow-up.js";
import { overdueMessage } from "../messages/overdue.js";
import { plainText } from "../messages/plain.js";
import { announcement, runCard } from "../messages/run-card.js";
import { unreadableRunCard } from "../messages/set-aside.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { OneAtATime } from "./one-at-a-time.js";
import type { Requesters } from "./requesters.js";
import type { Card, CardStore } from "./store.js";

export interface CardsOptions {
  slack: WebClient;
  cards: CardStore;
  runs: RunStore;
  /** Who is told at the end. */
  followers: FollowerStore;
  /** Who hears of a run whose card Slack does not take. */
  requesters: Requesters;
  /** The bot's name in Slack, for `/invite`. */
  botName: string;
  clock: Clock;
  /** Where projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  log: Logger;
  /** Told when a card shows the end of a run for the first time, and how long (ms) after it. */
  onEndShown: (afterMs: number) => void;
  /** Ends every pause when the bot stops. */
  signal: AbortSignal;
}

/** Where a card is. `word`: Slack's, for why it is not in the channel. */
export type Place = { kind: "channel" } | { kind: "dm"; word: string } | { kind: "nowhere"; why: NoCard };

/** How long (ms) a process may draw one card without saying so anew: longer than any step with its repetition takes. */
const CLAIM_MS = 45_000;
const LOOK_AGAIN_MS = 2_000;
/** What Slack does not take about a run that is overdue is tried again as seldom as after so many failures. */
const OVERDUE_TRIES = 3;
/** After so many failures that may pass, whoever asked hears of a run's end without its card. */
const TELL_AFTER = 3;
/**
 * How long (ms) the card of a run that has ended is tried: what Slack refuses may be granted meanwhile, such as a scope. Since it
 * failed first and not since the run's end, which may be days ago for a bot that was stopped.
 */
const KEEP_TRYING_MS = 24 * 60 * 60_000;

export class Cards {
  readonly #drawing = new OneAtATime((runKey) =>
    this.#draw(runKey).catch((error: unknown) => {
      // Set aside, and said once: the sweep comes here again and again.
      if (!(error instanceof UnreadableRow)) this.options.log.error({ err: error, runKey }, "card");
    }),
  );
  /** How often in a row Slack has not taken a card, and since when, by the monotonic clock. */
  readonly #failures = new Map<string, { count: number; since: number }>();
  /** What Slack has refused to show in a card for good: its fingerprint. */
  readonly #refused = new Map<string, string>();
  /** Runs whose end whoever asked has heard of without the card. */
  readonly #told = new Map<string, true>();
  /** Cards that Slack holds up, and until when, by the monotonic clock. */
  readonly #notBefore = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  /** What the cards of runs in flight show, as far as this process has drawn them, so that each state is logged once. */
  readonly #states = new Map<string, RunState>();

  constructor(private readonly options: CardsOptions) {}

  /** Says where the card of a run is to be. It is posted as soon as the run is stored. */
  async open(runKey: string, { channel, threadTs, isPublic }: Conversation, requester: string): Promise<void> {
    await this.options.cards.insert({ runKey, channel, threadTs, isPublic, requester });
  }

  /** Draws the card, and resolves with where it is; null when the run has none. */
  async place(runKey: string): Promise<Place | null> {
    await this.redraw(runKey);
    return this.#places.get(runKey) ?? null;
  }

  /** The channels of the cards of runs in flight, by the run's key. */
  channelsInFlight(): Promise<Map<string, string>> {
    return this.options.cards.channelsInFlight();
  }

  /** Whether the card stands anywhere. */
  async isPosted(runKey: string): Promise<boolean> {
    return ((await this.options.cards.get(runKey))?.ts ?? null) !== null;
  }

  /** The channel or person (ids) where whoever looks at the card sees how the run stands; null when it is not posted, or Slack does not take its edits. */
  async keptTrueIn(runKey: string): Promise<string | null> {
    if (this.#failures.has(runKey) || this.#refused.has(runKey)) return null;
    const card = await this.options.cards.get(runKey);
    return card === null || card.ts === null ? null : card.channel;
  }

  /** Makes the card show what is stored now. Never rejects. */
  redraw(runKey: string): Promise<void> {
    return this.#drawing.do(runKey);
  }

  /** Makes every card show the truth whose end is not shown yet. */
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
    if (!(await cards.claim(runKey, CLAIM_MS))) {
      // Another process draws it: what it draws may be older than what is to be shown, so that this one looks again.
      if ((await cards.get(runKey)) !== null) this.#later(runKey, LOOK_AGAIN_MS);
      return;
    }
    try {
      await this.#drawClaimed(runKey);
    } finally {
      await cards.release(runKey);
    }
  }

  async #drawClaimed(runKey: string): Promise<void> {
    const { cards, runs, clock, hexPlace } = this.options;
    const card = await cards.get(runKey);
    if (card === null) return;
    const run = await runs.get(runKey).catch((error: unknown) => {
      if (error instanceof UnreadableRun) return error;
      throw error;
    });
    if (run instanceof UnreadableRun) return this.#drawUnreadable(card, run.run);
    // Whoever stores its run now draws it again. When that process has died, there is nothing to come.
    if (run === null) return cards.change(runKey, { settled: true });
    // Looked for again, or stored only now: its end is still to be told.
    if (card.settled && !isEnded(run)) await cards.change(runKey, { settled: false });
    const followers = isEnded(run) ? 0 : await this.options.followers.count(runKey);
    const content = runCard(run, clock.now(), hexPlace(), { moved: card.moved, followers });
    const shown = fingerprint(content);
    if (this.#refused.get(runKey) === shown) return;
    const failure = await this.#show(card, run, content, shown);
    if (failure) return this.#failed(run, failure, shown);
    this.#refused.delete(runKey);
    // How often the reply of its end was not taken counts on.
    if (isEnded(run)) return this.#tell(run, shown);
    this.#failures.delete(runKey);
    if (run.state === "running") await this.#tellOverdue(run);
  }

  async #show(card: Card, run: Run, content: Message, shown: string): Promise<SlackFailure | null> {
    if (card.shown === shown) return null;
    const { slack, cards } = this.options;
    const place = card.ts === null ? await this.#post(card, run) : { channel: card.channel, ts: card.ts };
    if (!isPosted(place)) return place;
    await this.#hold(card.runKey);
    const failure = await edit(slack, place, content);
    if (failure) return failure;
    await cards.change(card.runKey, { shown });
    this.#noteState(card, run);
    return null;
  }

  /** What it showed last may be true no more: it says so, until the run can be read again. */
  async #drawUnreadable({ runKey, channel, ts, shown, settled }: Card, run: RunOutline): Promise<void> {
    const { slack, cards, hexPlace } = this.options;
    const content = unreadableRunCard(run, hexPlace());
    const toShow = fingerprint(content);
    if (ts === null || settled || shown === toShow) return;
    const failure = await edit(slack, { channel, ts }, content);
    if (failure?.kind === "rate_limited") {
      return this.#later(runKey, retryPauseMs(failure, this.#countFailure(runKey).count));
    }
    this.#failures.delete(runKey);
    // The next sweep tries again what may pass.
    if (failure?.kind !== "transient") await cards.change(runKey, { shown: toShow });
  }

  /** Goes on drawing a card for another while. */
  #hold(runKey: string): Promise<boolean> {
    return this.options.cards.claim(runKey, CLAIM_MS);
  }

  /** A line in the log for each new state, by which whoever reads a reference on the card finds the rest. */
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

  /** Posts what becomes the card: in the channel, else as a direct message to whoever asked. */
  async #post(card: Card, run: Run): Promise<Posted | SlackFailure> {
    const { slack, requesters, botName, hexPlace } = this.options;
    const { runKey, channel, threadTs, requester } = card;
    const first = announcement(run, hexPlace());
    const inChannel = await post(slack, targetOf(channel, threadTs), first);
    if (isPosted(inChannel)) return this.#posted(runKey, inChannel, { kind: "channel" });
    if (requester === null || requester === channel || !isRefusedHere(inChannel)) {
      return this.#nowhere(runKey, inChannel, null);
    }
    this.#warn(run, inChannel);
    await this.#hold(runKey);
    const asMessage = await post(slack, { channel: requester }, first);
    if (!isPosted(asMessage)) return this.#nowhere(runKey, inChannel, asMessage);
    void requesters.tell(runKey, cardInDirectMessage(inChannel.word, botName));
    return this.#posted(runKey, asMessage, { kind: "dm", word: inChannel.word });
  }

  async #posted(runKey: string, at: Posted, place: Place): Promise<Posted> {
    // A direct message stands in no thread.
    await this.options.cards.change(runKey, place.kind === "dm" ? { ...at, threadTs: null } : at);
    remember(this.#places, runKey, place);
    return at;
  }

  /** @returns the failure that says when to try again */
  #nowhere(runKey: string, inChannel: SlackFailure, asMessage: SlackFailure | null): SlackFailure {
    const failure = asMessage ?? inChannel;
    const why: NoCard = mayPass(failure)
      ? { kind: "later", word: failure.word }
      : { kind: "refused", word: inChannel.word, asMessage: asMessage?.word ?? null };
    remember(this.#places, runKey, { kind: "nowhere", why });
    return failure;
  }

  /** Edits notify nobody: whoever waits for the end gets a reply in the card's thread, once. */
  async #tell(run: Run, shown: string): Promise<void> {
    const { slack, cards, clock } = this.options;
    const card = await cards.get(run.key);
    if (card === null || card.settled || card.ts === null) return;
    const reply = this.#told.has(run.key) ? null : followUpMessage(run, elapsedMs(run, clock.now()));
    if (reply !== null) {
      await this.#hold(run.key);
      const posted = await postAtFirst(slack, placesFor(card), reply);
      if (!isPosted(posted)) return this.#failed(run, posted, shown);
    }
    await this.#endWhatIsLeft(card, run);
    await this.#settle(run.key);
  }

  /**
   * Whoever asked for a run that takes too long is told so in the card's thread. That it was told is stored afterwards: when this
   * process dies in between, the next one tells it once more.
   */
  async #tellOverdue(run: RunIn<"running">): Promise<void> {
    const { slack, cards, runs, clock } = this.options;
    if (run.overdue === null || run.overdue.told || run.requester === null) return;
    const card = await cards.get(run.key);
    if (card === null || card.ts === null) return;
    await this.#hold(run.key);
    const posted = await postAtFirst(slack, placesFor(card), overdueMessage(run, run.requester, clock.now()));
    if (!isPosted(posted)) {
      this.#warn(run, posted);
      if (mayPass(posted)) return this.#later(run.key, retryPauseMs(posted, OVERDUE_TRIES));
    }
    await runs.update(run.key, toldOverdue);
  }

  /** Shows the end in the message that the card left behind, too: what refused an edit may be over. Once, since it mostly is not. */
  async #endWhatIsLeft({ left }: Card, run: Run): Promise<void> {
    const { slack, clock, hexPlace, log } = this.options;
    if (left === null) return;
    await this.#hold(run.key);
    const failure = await edit(slack, left, runCard(run, clock.now(), hexPlace()));
    if (failure !== null)
      log.info({ runKey: run.key, failure }, "the message that a card left behind keeps its last state");
  }

  async #failed(run: Run, failure: SlackFailure, shown: string): Promise<void> {
    const { cards } = this.options;
    this.#warn(run, failure);
    const card = await cards.get(run.key);
    // Its end was told long ago: what is new about it, such as that it was run again, is news to nobody.
    if (card === null || (card.settled && isEnded(run))) return;
    // A scope that is missing may be granted: the card stays where it is until then.
    const isStuck = card.ts !== null && isRefusedHere(failure) && failure.kind !== "credentials";
    if (isStuck && failure.kind !== "other" && card.moved === null && card.requester !== null) {
      // Whoever asked for the run gets the card as a direct message.
      const moved = { from: card.channel, why: failure.word };
      const left = card.ts === null ? null : { channel: card.channel, ts: card.ts };
      const elsewhere = { channel: card.requester, threadTs: null, ts: null, shown: null, moved, left };
      await cards.change(run.key, elsewhere);
      return this.#later(run.key, 0);
    }
    const { count: failures, since } = this.#countFailure(run.key);
    if (isEnded(run)) {
      const isTold = await this.#tellOtherwise(card, run, { failure, failures, isStuck });
      if ((isTold && isStuck) || this.options.clock.monotonic() - since > KEEP_TRYING_MS) return this.#settle(run.key);
    } else if (isStuck) {
      // The same would be refused again: what comes next may be taken.
      return remember(this.#refused, run.key, shown);
    }
    this.#later(run.key, retryPauseMs(failure, failures));
  }

  /** How often in a row Slack has not taken it, this time included. */
  #countFailure(runKey: string): { count: number; since: number } {
    const { count, since } = this.#failures.get(runKey) ?? { count: 0, since: this.options.clock.monotonic() };
    const failures = { count: count + 1, since };
    remember(this.#failures, runKey, failures);
    return failures;
  }

  /** Tells how a run ended whose card does not show it, once. True when it is told, or need not be. */
  async #tellOtherwise(
    card: Card,
    run: Run,
    { failure, failures, isStuck }: { failure: SlackFailure; failures: number; isStuck: boolean },
  ): Promise<boolean> {
    if (this.#told.has(run.key)) return true;
    const { slack, requesters, botName, clock, hexPlace } = this.options;
    const elapsed = elapsedMs(run, clock.now());
    if (isStuck) {
      // Whoever deletes a card knows of it.
      const end = failure.kind === "gone" ? followUpMessage(run, elapsed) : endMessage(run, elapsed);
      if (end === null) return true;
      await this.#hold(run.key);
      const posted = await postAtFirst(slack, placesFor(card), { text: plainText(end), blocks: [] });
      if (isPosted(posted)) return true;
    }
    if (mayPass(failure) && failures < TELL_AFTER) return false;
    const place = this.#places.get(run.key);
    const why = place?.kind === "nowhere" ? place.why : noCardOf(failure);
    const told = withoutCard(run, { why, bot: botName, now: clock.now(), place: hexPlace() });
    if (!(await requesters.tell(run.key, told))) return false;
    requesters.forget(run.key);
    remember(this.#told, run.key, true);
    return true;
  }

  /** Nothing more is to be shown or told. */
  async #settle(runKey: string): Promise<void> {
    await this.options.cards.change(runKey, { settled: true });
    this.options.requesters.forget(runKey);
    for (const known of [this.#places, this.#failures, this.#refused, this.#told]) known.delete(runKey);
  }

  #warn({ key, reference }: Run, failure: SlackFailure): void {
    const { todo } = slackRemedy(failure.word);
    const facts = { runKey: key, reference, failure, todo };
    this.options.log.warn(facts, "Slack did not take a card: %s", failure.word);
  }

  #later(runKey: string, ms: number): void {
    const { clock, signal } = this.options;
    const until = clock.monotonic() + ms;
    this.#notBefore.set(runKey, until);
    void clock.sleep(ms, signal).then(() => {
      if (signal.aborted) return;
      // A timer may end a little early by the clock: the pause is over all the same, unless another one has begun.
      if (this.#notBefore.get(runKey) === until) this.#notBefore.delete(runKey);
      void this.redraw(runKey);
    });
  }
}

/** Where something about a card is said, best first. What stands in a thread is nothing to those who read the channel. */
function placesFor({ channel, threadTs, ts, requester }: Card): [Target, ...Target[]] {
  const person = requester === null ? [] : [{ channel: requester }];
  const isOfThread = threadTs !== null && requester !== null;
  return [targetOf(channel, threadTs ?? ts), ...(isOfThread ? [] : [{ channel }]), ...person];
}

function targetOf(channel: string, threadTs: string | null): Target {
  return threadTs === null ? { channel } : { channel, thread_ts: threadTs };
}

function noCardOf(failure: SlackFailure): NoCard {
  const { word } = failure;
  return mayPass(failure) ? { kind: "later", word } : { kind: "refused", word, asMessage: null };
}

/** Far more than are in flight at once. */
const REMEMBERED = 1_000;

/** Forgets the oldest: the end of a card may be drawn by another process, and then nobody here hears of it. */
function remember<T>(map: Map<string, T>, runKey: string, value: T): void {
  map.delete(runKey);
  map.set(runKey, value);
  const [oldest] = map.keys();
  if (map.size > REMEMBERED && oldest !== undefined) map.delete(oldest);
}
