// Keeps each run's message true: drawn from the stored run, edited only when what it shows changes, and a card that Slack holds up does not hold up the others.

import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../clock.js";
import type { Logger } from "../../log.js";
import { elapsedMs, identityOf, isEnded, type Run, type RunState } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { type RunOutline, UnreadableRun } from "../../runs/unreadable-run.js";
import { UnreadableRow } from "../../store/row-reader.js";
import { retryPauseMs, type SlackFailure, slackFailure } from "../failures.js";
import { fingerprint } from "../fingerprint.js";
import { type Message, PLAIN } from "../messages/blocks.js";
import { followUpMessage } from "../messages/follow-up.js";
import { announcement, runCard } from "../messages/run-card.js";
import { unreadableRunCard } from "../messages/set-aside.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { OneAtATime } from "./one-at-a-time.js";
import type { Card, CardStore } from "./store.js";

export interface CardsOptions {
  slack: WebClient;
  cards: CardStore;
  runs: RunStore;
  clock: Clock;
  /** Where Hex is, for links. */
  origin: string;
  log: Logger;
  /** Told when a card shows the end of a run for the first time, and how long (ms) after it. */
  onEndShown: (afterMs: number) => void;
  /** Ends every pause when the bot stops. */
  signal: AbortSignal;
}

/** Where a card is. `failure`: why it is not where it was wanted, in Slack's word. */
export type Place = { kind: "channel" } | { kind: "dm" | "nowhere"; failure: string };

/** How long (ms) a process may draw one card: longer than any edit with its repetition takes. */
const CLAIM_MS = 30_000;
const LOOK_AGAIN_MS = 2_000;

export class Cards {
  readonly #drawing = new OneAtATime((runKey) =>
    this.#draw(runKey).catch((error: unknown) => {
      // Set aside, and said once: the sweep comes here again and again.
      if (!(error instanceof UnreadableRow)) this.options.log.error({ err: error, runKey }, "card");
    }),
  );
  readonly #failures = new Map<string, number>();
  /** Cards that Slack holds up, and until when, epoch ms. */
  readonly #notBefore = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  /** What the cards of runs in flight show, as far as this process has drawn them, so that each state is logged once. */
  readonly #states = new Map<string, RunState>();

  constructor(private readonly options: CardsOptions) {}

  /** Says where the card of a run is to be. It is posted as soon as the run is stored. */
  async open(runKey: string, channel: string, requester: string): Promise<void> {
    await this.options.cards.insert({ runKey, channel, requester });
  }

  /** Draws the card, and resolves with where it is; null when the run has none. */
  async place(runKey: string): Promise<Place | null> {
    await this.redraw(runKey);
    return this.#places.get(runKey) ?? null;
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
    const pause = (this.#notBefore.get(runKey) ?? 0) - clock.now();
    if (pause > 0) return;
    this.#notBefore.delete(runKey);
    if (!(await cards.claim(runKey, clock.now(), CLAIM_MS))) {
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
    const { cards, runs, clock, origin } = this.options;
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
    const content = runCard(run, clock.now(), origin, card.moved);
    const shown = fingerprint(content);
    const failure = await this.#show(card, run, content, shown).catch(slackFailure);
    if (failure) return this.#failed(card, failure, run);
    this.#failures.delete(runKey);
    if (isEnded(run)) await this.#tell(runKey, run);
  }

  async #show(card: Card, run: Run, content: Message, shown: string): Promise<SlackFailure | null> {
    if (card.shown === shown) return null;
    const { slack, cards } = this.options;
    const place = card.ts === null ? await this.#post(card, run) : { channel: card.channel, ts: card.ts };
    if ("kind" in place) return place;
    await slack.chat.update({ ...place, ...content });
    await cards.change(card.runKey, { shown });
    this.#noteState(card, run);
    return null;
  }

  /** What it showed last may be true no more: it says so, until the run can be read again. */
  async #drawUnreadable({ runKey, channel, ts, shown, settled }: Card, run: RunOutline): Promise<void> {
    const { slack, cards, origin } = this.options;
    const content = unreadableRunCard(run, origin);
    const toShow = fingerprint(content);
    if (ts === null || settled || shown === toShow) return;
    const failure = await slack.chat.update({ channel, ts, ...content }).then(() => null, slackFailure);
    if (failure?.kind === "rate_limited") return this.#later(runKey, failure.retryAfterMs);
    // The next sweep tries again what may pass.
    if (failure?.kind !== "transient") await cards.change(runKey, { shown: toShow });
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
  async #post(card: Card, run: Run): Promise<{ channel: string; ts: string } | SlackFailure> {
    const { slack, cards, origin } = this.options;
    const first = { ...announcement(run, origin), ...PLAIN };
    const post = async (channel: string, place: Place) => {
      const posted = await slack.chat.postMessage({ channel, ...first });
      const at = { channel: posted.channel ?? channel, ts: posted.ts ?? "" };
      await cards.change(card.runKey, at);
      remember(this.#places, card.runKey, place);
      return at;
    };
    const posted = await post(card.channel, { kind: "channel" }).catch(slackFailure);
    if (!("kind" in posted) || posted.kind !== "place" || card.requester === null) return posted;
    const dm = await post(card.requester, { kind: "dm", failure: posted.word }).catch(slackFailure);
    if ("kind" in dm && dm.kind === "place") {
      remember(this.#places, card.runKey, { kind: "nowhere", failure: posted.word });
    }
    return dm;
  }

  /** Edits notify nobody: whoever waits for the end gets a reply in the card's thread, once. */
  async #tell(runKey: string, run: Run): Promise<void> {
    const { slack, cards, clock } = this.options;
    const card = await cards.get(runKey);
    if (card === null || card.settled || card.ts === null) return;
    const reply = followUpMessage(run, elapsedMs(run, clock.now()));
    if (reply !== null) {
      const thread = { channel: card.channel, thread_ts: card.ts, ...PLAIN };
      const failure = await slack.chat.postMessage({ ...thread, ...reply }).then(() => null, slackFailure);
      if (failure) return this.#failed(card, failure, run);
    }
    await cards.change(runKey, { settled: true });
    this.#places.delete(runKey);
  }

  async #failed(card: Card, failure: SlackFailure, run: Run): Promise<void> {
    const { log, cards } = this.options;
    const { runKey } = card;
    const { todo } = slackRemedy(failure.word);
    log.warn({ runKey, reference: run.reference, failure, todo }, "Slack did not take a card: %s", failure.word);
    if (failure.kind === "rate_limited" || failure.kind === "transient" || failure.kind === "credentials") {
      const failures = (this.#failures.get(runKey) ?? 0) + 1;
      this.#failures.set(runKey, failures);
      return this.#later(runKey, retryPauseMs(failure, failures));
    }
    const isLost = card.ts !== null && (failure.kind === "place" || failure.kind === "gone");
    // Its end was told long ago: what is new about it, such as that it was run again, is news to nobody.
    const isOver = card.settled && isEnded(run);
    if (isLost && !isOver && card.moved === null && card.requester !== null) {
      // Whoever asked for the run gets the card as a direct message.
      const moved = { from: card.channel, why: failure.word };
      await cards.change(runKey, { channel: card.requester, ts: null, shown: null, moved });
      return this.#later(runKey, 0);
    }
    // Nobody can see this card any more, and no later try would change that.
    await cards.change(runKey, { settled: true });
  }

  #later(runKey: string, ms: number): void {
    const { clock, signal } = this.options;
    const until = clock.now() + ms;
    this.#notBefore.set(runKey, until);
    void clock.sleep(ms, signal).then(() => {
      if (signal.aborted) return;
      // A timer may end a little early by the clock: the pause is over all the same, unless another one has begun.
      if (this.#notBefore.get(runKey) === until) this.#notBefore.delete(runKey);
      void this.redraw(runKey);
    });
  }
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
