// Tells the paging service what the plan says. Runs on the leader.

import { type Subject, subjectKey } from "../attention/attention.js";
import type { Clock } from "../lib/clock.js";
import { PollingLoop } from "../lib/polling-loop.js";
import { MINUTE } from "../lib/time.js";
import {
  accepted,
  isSettled,
  NO_PAGE,
  notAccepted,
  type Page,
  type PageAction,
  type PageStep,
  type PageWish,
  pauseAfter,
  plannedSteps,
  sending,
} from "./page-plan.js";
import type { PageStore } from "./page-store.js";
import { type PageContent, PageError, type PagerDuty } from "./pagerduty.js";

/** A wish, and what its page says. */
export interface Pageable extends PageWish {
  content: PageContent;
}

export interface PageSent {
  subject: Subject;
  dedupKey: string;
  action: PageAction;
  /** null: it was accepted. */
  error: PageError | null;
}

export interface PagerOptions {
  /** All that is not over and for which people want to be paged. */
  pageable: () => Promise<Pageable[]>;
  service: Pick<PagerDuty, "send">;
  store: PageStore;
  clock: Clock;
  /** How long (ms) somebody has time to press *I'm on it* before the page. */
  afterMs: number;
  /** Called after each event. */
  onSent: (sent: PageSent) => void;
  /** Called with unexpected errors. The pager continues. */
  onError: (error: unknown) => void;
}

/** Longest pause between two rounds, in ms: how soon it notices what nothing announces. */
const ROUND_MS = MINUTE;
/** How far (ms) the clocks of two leaders may differ: more than they do. */
const SKEW_MS = MINUTE;

export class Pager {
  readonly #loop: PollingLoop;
  /** Failures in a row of the service. */
  #failures = 0;
  /** Until when to repeat nothing that failed, and until when to send nothing at all: by the monotonic clock, in ms. */
  #heldUntil = Number.NEGATIVE_INFINITY;
  #silentUntil = Number.NEGATIVE_INFINITY;
  /** Events that were refused before this time (epoch ms) are tried once more. */
  #retryRefusedBefore = 0;

  constructor(private readonly options: PagerOptions) {
    this.#loop = new PollingLoop(options.clock);
  }

  /** There may be something new to tell. */
  wake(): void {
    this.#loop.wake();
  }

  /** The service may accept what it has refused: there is another key. */
  retryRefused(): void {
    this.#retryRefusedBefore = this.options.clock.now();
    this.#failures = 0;
    this.#heldUntil = this.#silentUntil = Number.NEGATIVE_INFINITY;
    this.#loop.wake();
  }

  /** Runs until `signal` aborts and the event that it was sending is done. */
  async keep(signal: AbortSignal): Promise<void> {
    const { onError } = this.options;
    this.retryRefused();
    await this.#loop.until(signal, () =>
      this.#round(signal).catch((error: unknown) => {
        if (!signal.aborted) onError(error);
        return ROUND_MS;
      }),
    );
  }

  /** Sends what is due. @returns how long to wait for the next round, in ms */
  async #round(signal: AbortSignal): Promise<number> {
    const { pageable, store, clock, afterMs } = this.options;
    const silentMs = this.#silentUntil - clock.monotonic();
    if (silentMs > 0) return Math.min(ROUND_MS, silentMs);
    const wishes = (await pageable()).map((wish) => sinceSetBack(wish, clock.now(), afterMs));
    const pages = await store.of(wishes.map(({ subject }) => subject));
    const steps = plannedSteps(wishes, pages, {
      afterMs,
      retryRefusedBefore: this.#retryRefusedBefore,
      now: clock.now(),
    });
    for (const step of steps.filter(({ at }) => at <= clock.now())) {
      if (signal.aborted) return 0;
      const key = subjectKey(step.subject);
      const content = wishes.find(({ subject }) => subjectKey(subject) === key)?.content ?? null;
      const page = pages.get(key)?.page ?? NO_PAGE;
      // The service may refuse one event alone, so what has not failed yet does not wait for what has.
      if (page.failure !== null && this.#heldUntil > clock.monotonic()) continue;
      if (await this.#send(step, content, page, signal)) return 0;
    }
    const wished = new Set(wishes.map(({ subject }) => subjectKey(subject)));
    for (const [key, { subject, page }] of pages) {
      if (!wished.has(key) && isSettled(page)) await store.keep(subject, page, true);
    }
    const waits = [...steps.map(({ at }) => at - clock.now()), this.#heldUntil - clock.monotonic()];
    return Math.min(ROUND_MS, ...waits.filter((ms) => ms > 0));
  }

  /** @returns whether the service fails, so that what else is due is planned again */
  async #send(
    { subject, action }: PageStep,
    content: PageContent | null,
    before: Page,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { service, store, clock, onSent } = this.options;
    const dedupKey = dedupKeyOf(subject);
    const page = sending(before, action);
    // This also proves that no other process has begun to lead.
    await store.keep(subject, page, false);
    try {
      await service.send({ action, dedupKey, content: action === "trigger" ? content : null }, signal);
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
      if (signal.aborted) return true;
      await store.keep(subject, notAccepted(before, action, error.kind, clock.now()), false);
      onSent({ subject, dedupKey, action, error });
      if (error.kind === "refused") return false;
      // When several pages fail for the first time, the pause grows once.
      if (before.failure !== null || this.#failures === 0) this.#failures += 1;
      this.#heldUntil = clock.monotonic() + pauseAfter(this.#failures, error.kind, error.retryAfterMs);
      if (error.kind === "rate_limited" || error.retryAfterMs !== null) this.#silentUntil = this.#heldUntil;
      return true;
    }
    this.#failures = 0;
    const done = accepted(page, action, clock.now());
    await store.keep(subject, done, done.resolvedAt !== null);
    onSent({ subject, dedupKey, action, error: null });
    return false;
  }
}

/** A time that lies ahead is from before the clock was set back. There is no telling how long ago it was, so the page is due. */
function sinceSetBack(wish: Pageable, now: number, afterMs: number): Pageable {
  return wish.toldAt - now > SKEW_MS ? { ...wish, toldAt: now - afterMs } : wish;
}

/** Names the outage or trouble to the service. It is the same whichever process leads. */
function dedupKeyOf({ kind, id }: Subject): string {
  return `hex-bot ${kind} ${id}`;
}
