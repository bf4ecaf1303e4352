// Ends what people watch in their direct messages, and the digests that they get there, once they have left. Slack still accepts messages
// to them, and nobody else can end it, so that the bot would ask Hex, and page whoever is on call, for nobody.

import type { Answer } from "../../access/answer.js";
import type { Digest } from "../../follow/digest.js";
import type { DigestStore } from "../../follow/digest-store.js";
import { placeKey, type Watch, type WatchPlace } from "../../follow/watch.js";
import type { WatchStore } from "../../follow/watch-store.js";
import type { Clock } from "../../lib/clock.js";
import { HOUR } from "../../lib/time.js";
import { isDirect } from "../connection/conversation.js";

export interface DeparturesOptions {
  watches: Pick<WatchStore, "all" | "refused">;
  digests: Pick<DigestStore, "all" | "refused">;
  /** Whether somebody of the workspace uses the account; `null` when Slack does not say. */
  isActive: (user: string) => Promise<Answer>;
  clock: Clock;
  onWatchesEnded: (place: WatchPlace, word: string) => void;
  onDigestEnded: (digest: Digest, word: string) => void;
}

/** How often it looks at everybody, in ms. */
const LOOK_MS = HOUR;
/** In place of Slack's error code. */
const LEFT = "person_left";

export class Departures {
  #lookedAt = Number.NEGATIVE_INFINITY;
  /** The people who are still to be looked at this time. */
  #people: string[] = [];

  constructor(private readonly options: DeparturesOptions) {}

  /** Looks at one person, because Slack limits how many it tells of. Rejects when the store fails. */
  async sweep(): Promise<void> {
    const { isActive, clock } = this.options;
    if (this.#people.length === 0) {
      if (clock.monotonic() - this.#lookedAt < LOOK_MS) return;
      const { watches, digests } = await this.#inDirectMessages();
      this.#lookedAt = clock.monotonic();
      this.#people = [...new Set([...watches, ...digests].map(({ setBy }) => setBy))];
    }
    const person = this.#people.shift();
    if (person !== undefined && (await isActive(person)) === false) await this.#end(person);
  }

  async #end(person: string): Promise<void> {
    const { options } = this;
    const { watches, digests } = await this.#inDirectMessages();
    const refusal = { at: options.clock.now(), word: LEFT, isForGood: true };
    const isTheirs = ({ setBy }: Watch | Digest) => setBy === person;
    for (const place of new Map(watches.filter(isTheirs).map((watch) => [placeKey(watch), watch])).values()) {
      await options.watches.refused(place, refusal);
      options.onWatchesEnded(place, LEFT);
    }
    for (const digest of digests.filter(isTheirs)) {
      await options.digests.refused(digest, refusal);
      options.onDigestEnded(digest, LEFT);
    }
  }

  async #inDirectMessages() {
    const [watches, digests] = await Promise.all([this.options.watches.all(), this.options.digests.all()]);
    return {
      watches: watches.filter(({ channel }) => isDirect(channel)),
      digests: digests.filter(({ channel, ended }) => ended === null && isDirect(channel)),
    };
  }
}
