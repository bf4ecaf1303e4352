// What the log says about failures of the store, once for all parts that meet them.

import { atMostEvery } from "../lib/at-most-every.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import type { Logger } from "../log/logger.js";
import { type StoreKind, storeSentence } from "../remedies/store.js";
import { mayBePartial, type StoreFailure, type StoreFailureKind } from "../store/failure.js";
import { SAID_AGAIN_MS } from "../store/seldom.js";
import type { StoreState } from "../store/store-check.js";

/** How often (ms) the log reports a store that fails and recovers by turns. */
const FAILS_AGAIN_MS = MINUTE;

export class StoreLog {
  readonly #isDue: (what: string) => boolean;
  readonly #isNews: (what: "broken") => boolean;
  /** Whether the last line about the store as a whole says that it does not work. */
  #isSaidBroken = false;

  constructor(
    private readonly log: Logger,
    private readonly kind: StoreKind,
    clock: Clock,
  ) {
    this.#isDue = atMostEvery(clock, SAID_AGAIN_MS);
    this.#isNews = atMostEvery(clock, FAILS_AGAIN_MS);
  }

  /** The store has begun to fail, fails for another reason, or works again. */
  changed({ why }: StoreState, err: unknown): void {
    if (why !== null) this.#broken(err, why);
    else if (this.#isSaidBroken) {
      this.#isSaidBroken = false;
      this.log.info("The store works again");
    }
  }

  /** A statement or a connection failed. `why` the store does not work; `null` when it does by now. */
  failed(err: StoreFailure, why: StoreFailureKind | null): void {
    if (why !== null) this.#broken(err, why);
    else if (this.#isDue(`once ${err.kind}`)) {
      const facts = { err, why: err.kind, todo: this.#todo(err.kind) };
      if (mayBePartial(err)) this.log.error(facts, "The store does not do all that the bot asks for");
      else this.log.warn(facts, "The store failed for a moment, and works again");
    }
  }

  #broken(err: unknown, why: StoreFailureKind): void {
    const isNews = !this.#isSaidBroken && this.#isNews("broken");
    if (!this.#isDue(why) && !isNews) return;
    this.#isSaidBroken = true;
    this.log.error({ err, why, todo: this.#todo(why) }, "The store does not work");
  }

  #todo(why: StoreFailureKind): string {
    return storeSentence(why, this.kind);
  }
}
