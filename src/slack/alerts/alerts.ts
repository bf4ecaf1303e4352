// Keeps alerts up to date, wherever each one belongs: one message per subject, edited only when what it shows changes, and
// retried for as long as Slack refuses it. Only the leader does this, so that one process at a time posts.

import type { WebClient } from "@slack/web-api";
import type { Clock } from "../../lib/clock.js";
import { PollingLoop } from "../../lib/polling-loop.js";
import { HOUR, MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import { UnreadableRow } from "../../store/row-reader.js";
import type { Seldom } from "../../store/seldom.js";
import { isPerson } from "../connection/conversation.js";
import { asSlackFailure, losesPlace, mayPass, retryPauseMs, SlackFailure } from "../connection/failures.js";
import { fingerprint } from "../connection/fingerprint.js";
import { edit, isPosted, isRefusedHere, type Posted, post, postNoted, targetOf } from "../connection/post.js";
import { abandonedMessage } from "../messages/abandoned.js";
import type { Message } from "../messages/blocks.js";
import { movedMessage } from "../messages/incident.js";
import type { Alert, AlertStore } from "./store.js";
import { type MessageState, type Telling, untold } from "./untold.js";
import type { WantedAlert, WantedAlerts } from "./wanted-alert.js";

export interface AlertsOptions {
  /** A client that never retries on its own: this class must know when the answer to a post was lost. */
  slack: WebClient;
  alerts: AlertStore;
  /** What should be shown now. */
  wanted: () => Promise<WantedAlerts>;
  clock: Clock;
  log: Logger;
  seldom: Seldom;
  /** Called when Slack does not accept an alert. */
  onRefused: (refused: RefusedAlert) => void;
}

/** A message that Slack did not accept, and what it is about. */
export interface RefusedAlert {
  subject: string;
  channel: string;
  failure: SlackFailure;
}

/** How often it checks when nothing wakes it, in ms. */
const ROUND_MS = MINUTE;
/** How often (ms) it tries to edit the messages in conversations that were given up: somebody may have invited the bot again. */
const ABANDONED_MS = HOUR;
/** Slack's error codes for a message that no longer exists. */
const DELETED = new Set(["message_not_found", "thread_not_found"]);
/**
 * How often (ms) it tries once more to show what Slack refused with a word that the bot does not know, which may pass, and for how long.
 * People have been told of it in the thread.
 */
const CORRECT_MS = 5 * MINUTE;
const CORRECTING_MS = HOUR;
/** How many times the old place of a moving alert is retried. The new one must not wait long. */
const MOVE_REPEATS = 3;

/** `left`: the rest is left to another process. */
type Outcome = "shown" | "left" | SlackFailure;

export class Alerts {
  readonly #loop: PollingLoop;
  #triedAbandonedAt = Number.NEGATIVE_INFINITY;
  /** Subjects that Slack holds up: failures in a row, and when to try again (by the monotonic clock). */
  readonly #held = new Map<string, { failures: number; until: number }>();
  /** Subjects whose message shows less than people were told in its thread, since when, and when it was last tried (by the monotonic clock). */
  readonly #outdated = new Map<string, { since: number; triedAt: number }>();

  /** Whether Slack has left something unanswered in this round. */
  #isSilent = false;

  constructor(private readonly options: AlertsOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** How many messages Slack is refusing at the moment. */
  get held(): number {
    return this.#held.size;
  }

  /** There may be something new to show. */
  wake(): void {
    this.#loop.wake();
  }

  /** Runs until `signal` aborts and the work that it began is done. */
  async keep(signal: AbortSignal): Promise<void> {
    const { log, seldom } = this.options;
    const onError = seldom((err) => log.error({ err }, "Bringing alerts up to date failed: the bot tries again"));
    await this.#loop.until(signal, () =>
      this.#round(signal).then(
        (nextAt) => this.#pauseMs(nextAt),
        (error: unknown) => {
          onError(error);
          return ROUND_MS;
        },
      ),
    );
    this.#held.clear();
    this.#outdated.clear();
  }

  /** How long until something else is wanted, or something that Slack holds up is due again. `nextAt`: epoch ms. */
  #pauseMs(nextAt: number | null): number {
    const { clock } = this.options;
    const untils = [...this.#held.values()].map(({ until }) => until - clock.monotonic());
    return Math.min(ROUND_MS, ...untils, ...(nextAt === null ? [] : [nextAt - clock.now()]));
  }

  /** @returns when something else is wanted, epoch ms; `null` when that is not known */
  async #round(signal: AbortSignal): Promise<number | null> {
    const { wanted, clock } = this.options;
    const now = clock.monotonic();
    const { alerts: all, nextAt } = await wanted();
    const ids = new Set(all.map(({ id }) => id));
    for (const kept of [this.#held, this.#outdated]) for (const id of kept.keys()) if (!ids.has(id)) kept.delete(id);
    this.#isSilent = false;
    for (const subject of all) {
      if (signal.aborted) return nextAt;
      if ((this.#held.get(subject.id)?.until ?? 0) > now) continue;
      await this.#show(subject, signal).catch((error: unknown) => {
        // Set aside and logged once. The other alerts do not wait for it.
        if (!(error instanceof UnreadableRow)) throw error;
      });
    }
    if (now - this.#triedAbandonedAt >= ABANDONED_MS) {
      this.#triedAbandonedAt = now;
      await this.#endAbandoned(signal);
    }
    return nextAt;
  }

  /** Nobody keeps these messages up to date any more. Each says so as soon as Slack lets the bot edit it. */
  async #endAbandoned(signal: AbortSignal): Promise<void> {
    const { slack, alerts } = this.options;
    const refusing = new Set<string>();
    for (const { subject, ...at } of await alerts.abandoned()) {
      if (signal.aborted) return;
      if (refusing.has(at.channel)) continue;
      const content = abandonedMessage();
      const failure = await edit(slack, at, content);
      if (failure === null || failure.kind === "gone") await alerts.change(subject, { shown: fingerprint(content) });
      else refusing.add(at.channel);
    }
  }

  async #show(subject: WantedAlert, signal: AbortSignal): Promise<void> {
    const { alerts, clock } = this.options;
    const { channel } = subject.place;
    if (subject.isNews) await alerts.insert(subject.id, clock.now());
    const alert = await alerts.get(subject.id);
    if (alert === null || alert.settled) {
      this.#held.delete(subject.id);
      return;
    }
    // News comes first: Slack may take ten seconds to leave each change unanswered. The changes that are left go on in the next round.
    if (this.#isSilent && isPlaced(alert)) {
      this.wake();
      return;
    }
    if (isElsewhere(alert, channel) && !subject.isFinal && !subject.isSilent) return this.#move(alert, channel);
    // Nobody wants to be told of it now. If it is still going on after the silence, it is posted then.
    if (subject.isSilent && alert.ts === null) {
      this.#held.delete(subject.id);
      if (subject.isFinal) await alerts.change(subject.id, { settled: true });
      return;
    }
    const outcome = await this.#bringUpToDate(subject, alert, signal).catch(asSlackFailure);
    if (outcome === "left") return;
    const isLost = outcome !== "shown" && losesPlace(outcome, subject.place.threadTs !== null);
    if (isLost && (await subject.onLost?.(outcome.word))) {
      this.#warn(subject.id, channel, outcome);
      await alerts.change(subject.id, { settled: true, shown: null });
      this.#held.delete(subject.id);
      // There may be somebody to tell.
      this.wake();
      return;
    }
    if (outcome !== "shown") return this.#failed(alert, outcome, channel);
    this.#held.delete(subject.id);
    if (subject.isFinal && !this.#outdated.has(subject.id)) await alerts.change(subject.id, { settled: true });
  }

  /** Stops when `signal` aborts: from then on the alert is another process's. */
  async #bringUpToDate(subject: WantedAlert, alert: Alert, signal: AbortSignal): Promise<Outcome> {
    const { alerts } = this.options;
    const place = isPlaced(alert) ? alert : await this.#post(subject, alert);
    if (place === "left" || place instanceof SlackFailure) return place;
    if (signal.aborted) return "left";
    const content = subject.message(place.doubled);
    const shown = fingerprint(content);
    const isTold = place.shown === shown;
    const state = isTold && !this.#isToCorrect(subject.id) ? "current" : await this.#edit(subject, place, content);
    if (state instanceof SlackFailure) return state;
    if (isTold && state === "outdated") return "shown";
    if (state === "current") await alerts.change(subject.id, { shown });
    const outcome = await this.#tell(subject, place, untold(subject, place.told, state, content), signal);
    // Noted last: until people are told, the next round must find the message outdated again.
    if (state === "outdated" && outcome === "shown")
      await alerts.change(subject.id, { shown, told: subject.replies.length });
    return outcome;
  }

  /** Posts the replies one by one, and notes each. Only the first can be a repeat. */
  async #tell(
    subject: WantedAlert,
    place: PlacedAlert,
    tellings: readonly Telling[],
    signal: AbortSignal,
  ): Promise<Outcome> {
    for (const [index, { message, told }] of tellings.entries()) {
      if (signal.aborted) return "left";
      const said = message === null ? null : await this.#reply(subject, place, message, place.posting && index === 0);
      if (said instanceof SlackFailure) return said;
      await this.options.alerts.change(subject.id, { posting: false, told });
      if (said !== null) await subject.onPosted?.();
    }
    return "shown";
  }

  /** Replies as `postNoted` does, in the alert's thread, or next to the alert where the channel does not allow threads. */
  #reply(
    { id, place }: WantedAlert,
    { channel, ts }: Posted,
    message: Message,
    isRepeat: boolean,
  ): Promise<Posted | SlackFailure> {
    const { slack, alerts } = this.options;
    const note = (posting: boolean) => alerts.change(id, { posting });
    return postNoted(message, { isRepeat, note }, async (reply) => {
      const inThread = await post(slack, { channel, thread_ts: place.threadTs ?? ts }, reply);
      const isElsewhere = !isPosted(inThread) && inThread.kind !== "gone" && isRefusedHere(inThread);
      return isElsewhere ? post(slack, { channel }, reply) : inThread;
    });
  }

  async #edit({ id }: WantedAlert, at: Posted, content: Message): Promise<MessageState | SlackFailure> {
    const failure = await edit(this.options.slack, at, content);
    const isForGood = failure?.kind === "gone" && !DELETED.has(failure.word);
    if (failure !== null && failure.kind !== "other" && !isForGood) return failure;
    if (failure?.kind === "other") this.#noteOutdated(id);
    else this.#outdated.delete(id);
    if (failure === null) return "current";
    this.#warn(id, at.channel, failure);
    return "outdated";
  }

  #noteOutdated(id: string): void {
    const now = this.options.clock.monotonic();
    this.#outdated.set(id, { since: this.#outdated.get(id)?.since ?? now, triedAt: now });
  }

  /** Whether it is time to try again. Gives up when that has lasted too long. */
  #isToCorrect(id: string): boolean {
    const outdated = this.#outdated.get(id);
    if (outdated === undefined) return false;
    const now = this.options.clock.monotonic();
    if (now - outdated.since >= CORRECTING_MS) this.#outdated.delete(id);
    return this.#outdated.has(id) && now - outdated.triedAt >= CORRECT_MS;
  }

  /**
   * Notes that it is about to post, posts, and notes where. If the process dies in between, or Slack's answer is lost, nobody can
   * tell whether the message exists. It is then posted again and says so, because no alert is worse than two. If another process has
   * posted it in the meantime, that message is kept and this one is deleted, because nobody would update it.
   */
  async #post(subject: WantedAlert, alert: Alert): Promise<PlacedAlert | SlackFailure | "left"> {
    const { slack, alerts } = this.options;
    const { channel, threadTs } = subject.place;
    const doubled = alert.doubled || alert.posting;
    const content = subject.message(doubled);
    await alerts.change(subject.id, { posting: true, doubled });
    const posted = await post(slack, targetOf(channel, threadTs), content);
    if (!isPosted(posted)) {
      if (posted.kind !== "transient") await alerts.change(subject.id, { posting: false });
      return posted;
    }
    const told = Math.max(alert.told, subject.replies.length);
    const change = { ...posted, shown: fingerprint(content), posting: false, doubled, told };
    await subject.onPosted?.();
    if (await alerts.place(subject.id, change)) return { ...alert, ...change };
    await slack.chat.delete(posted).catch(asSlackFailure);
    return "left";
  }

  /** Alerts now go to another channel. What is not over has to be readable there, so it is posted at once. */
  async #move(alert: Alert, there: string): Promise<void> {
    const { subject, channel, ts } = alert;
    const { slack, alerts } = this.options;
    // Nobody updates the old message any more. If Slack does not let the bot edit it, it stays as it is.
    if (channel !== null && ts !== null) {
      const refusal = await edit(slack, { channel, ts }, movedMessage(there));
      if (refusal !== null && mayPass(refusal) && (this.#held.get(subject)?.failures ?? 0) < MOVE_REPEATS)
        return this.#failed(alert, refusal, there);
    }
    const nowhere = { channel: null, ts: null, shown: null };
    await alerts.change(subject, { ...nowhere, posting: false, doubled: false, reposted: false });
    this.#held.delete(subject);
    this.wake();
  }

  async #failed(alert: Alert, failure: SlackFailure, channel: string): Promise<void> {
    const { subject, reposted } = alert;
    const { alerts, clock } = this.options;
    if (failure.kind === "place" && isElsewhere(alert, channel)) return this.#move(alert, channel);
    this.#warn(subject, channel, failure);
    this.#isSilent ||= failure.kind === "transient";
    const failures = (this.#held.get(subject)?.failures ?? 0) + 1;
    if (failure.kind === "gone") {
      // Somebody who deletes it twice does not want it.
      const again = { ts: null, shown: null, posting: false, reposted: true };
      await alerts.change(subject, reposted ? { settled: true } : again);
      this.#held.delete(subject);
      this.wake();
      return;
    }
    const pause = retryPauseMs(failure, failures);
    this.#held.set(subject, { failures, until: clock.monotonic() + pause });
  }

  #warn(subject: string, channel: string, failure: SlackFailure): void {
    this.options.onRefused({ subject, channel, failure });
  }
}

/** It is in Slack. */
type PlacedAlert = Alert & Posted;

function isPlaced(alert: Alert): alert is PlacedAlert {
  return alert.channel !== null && alert.ts !== null;
}

/** Whether it is in a channel to which alerts used to go. Direct messages that are named by the person have an id of their own. */
function isElsewhere(alert: Alert, channel: string): boolean {
  const isPersons = isPerson(channel) && alert.channel?.startsWith("D");
  return alert.channel !== null && alert.channel !== channel && !isPersons;
}
