// The people who asked for a run, and how to answer them without the Web API, for when Slack refuses the run's card. Kept only in
// memory, because the way is a response_url, which is a secret and lives for half an hour.

import type { Clock } from "../../lib/clock.js";
import type { PendingWork } from "../../lib/pending-work.js";
import { MINUTE } from "../../lib/time.js";
import type { Logger } from "../../log/logger.js";
import type { Message } from "../messages/blocks.js";

/** Source: https://docs.slack.dev/interactivity/handling-user-interaction (30 minutes, five uses). */
const LIFE_MS = 30 * MINUTE;

type Answer = (message: Message) => Promise<void>;

export interface RequestersOptions {
  clock: Clock;
  log: Logger;
  /** A stop waits for the messages that are being sent. */
  work: PendingWork;
}

interface Asker {
  respond: Answer;
  /** By the monotonic clock, in ms. */
  until: number;
}

export class Requesters {
  readonly #byRun = new Map<string, Asker>();

  constructor(private readonly options: RequestersOptions) {}

  /** Somebody has just asked for a run. `respond` answers only them. */
  add(runKey: string, respond: Answer): void {
    const now = this.options.clock.monotonic();
    for (const [key, { until }] of this.#byRun) if (until <= now) this.#byRun.delete(key);
    this.#byRun.set(runKey, { respond, until: now + LIFE_MS });
  }

  /** Sends a message to the run's requester. Returns false when they can no longer be reached this way. Never rejects. */
  async tell(runKey: string, message: Message): Promise<boolean> {
    const { clock, log, work } = this.options;
    const asker = this.#byRun.get(runKey);
    if (asker === undefined || asker.until <= clock.monotonic()) return false;
    const told = asker.respond(message).then(
      () => true,
      (err: unknown) => {
        log.warn({ err, runKey }, "The requester of a run could not be told about it");
        return false;
      },
    );
    return work.add(told);
  }

  /** There is nothing more to tell about the run. */
  forget(runKey: string): void {
    this.#byRun.delete(runKey);
  }
}
