// Answers of Slack that are kept for some minutes. When Slack does not answer in time, an older answer still counts for a while, and what
// it says later counts for the next one who asks.

import type { Clock } from "../../lib/clock.js";
import { keepLatest } from "../../lib/keep-latest.js";
import { HOUR, MINUTE } from "../../lib/time.js";
import { within } from "../../lib/with-timeout.js";

/** How long (ms) an answer counts without being asked for again, and how long while Slack does not answer. */
const FRESH_MS = 5 * MINUTE;
const OLD_MS = HOUR;
/** How long (ms) a person may have to wait for an answer before the bot continues without it. */
const ANSWER_MS = 1_500;
/** The pause (ms) before asking, or waiting, again after no answer. */
const AGAIN_MS = 10_000;
/** How many are kept. */
const MOST = 10_000;

interface Kept<T> {
  /** `null`: there was none. */
  answer: T | null;
  /** By the monotonic clock, in ms. */
  answeredAt: number;
  askAgainAt: number;
}

export class KeptAnswers<T> {
  /** By id, the oldest first. */
  readonly #kept = new Map<string, Kept<T>>();
  readonly #underWay = new Map<string, Promise<void>>();

  /** @param ask asks Slack; resolves to `null` when it does not answer, and never rejects */
  constructor(
    private readonly clock: Clock,
    private readonly ask: (id: string) => Promise<T | null>,
  ) {}

  /** `null` when Slack does not answer in time and what it said before is too old. */
  async of(id: string): Promise<T | null> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && this.clock.monotonic() < kept.askAgainAt) return this.known(id);
    const asked = this.#underWay.get(id) ?? this.#askFor(id).finally(() => this.#underWay.delete(id));
    this.#underWay.set(id, asked);
    await within(this.clock, ANSWER_MS, asked).catch(() => this.#keep(id, null));
    return this.known(id);
  }

  /** The answer that is kept, without asking. */
  known(id: string): T | null {
    const kept = this.#kept.get(id);
    return kept !== undefined && this.clock.monotonic() < kept.answeredAt + OLD_MS ? kept.answer : null;
  }

  async #askFor(id: string): Promise<void> {
    this.#keep(id, await this.ask(id));
  }

  #keep(id: string, answer: T | null): void {
    const now = this.clock.monotonic();
    const before = this.#kept.get(id);
    const kept =
      answer === null
        ? { answer: before?.answer ?? null, answeredAt: before?.answeredAt ?? now, askAgainAt: now + AGAIN_MS }
        : { answer, answeredAt: now, askAgainAt: now + FRESH_MS };
    keepLatest(this.#kept, id, kept, MOST);
  }
}
