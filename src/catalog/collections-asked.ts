// Asks Hex for the collections that projects are in, when rules name some, and does without where Hex refuses.

import { HexError, type HexErrorKind } from "../hex/errors.js";
import type { Clock } from "../lib/clock.js";
import { HOUR } from "../lib/time.js";

/** How Hex may refuse to tell of sharing. It is not documented which of these it uses. */
const REFUSES: ReadonlySet<HexErrorKind> = new Set(["scope", "forbidden", "plan", "bad_request", "request_refused"]);
/** How long (ms) after a refusal the bot does not ask for collections. */
const AGAIN_MS = HOUR;

export interface CollectionsAskedOptions {
  clock: Clock;
  /** Whether the rules that are in force name collections. */
  areWanted: () => boolean;
  /** Called when Hex refuses an answer with collections that it gives without them. */
  onRefused: (error: HexError) => void;
}

export class CollectionsAsked {
  /** By the monotonic clock, in ms. */
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(private readonly options: CollectionsAskedOptions) {}

  /** Whether answers are going to have them. */
  get areExpected(): boolean {
    const { areWanted, clock } = this.options;
    return areWanted() && clock.monotonic() - this.#refusedAt >= AGAIN_MS;
  }

  /** @param send sends a request, with or without asking for the collections. @throws what it throws without them */
  async ask<T>(send: (withCollections: boolean) => Promise<T>): Promise<T> {
    if (!this.areExpected) return send(false);
    try {
      return await send(true);
    } catch (error) {
      if (!(error instanceof HexError) || !REFUSES.has(error.kind)) throw error;
      const answer = await send(false);
      this.#refusedAt = this.options.clock.monotonic();
      this.options.onRefused(error);
      return answer;
    }
  }
}
