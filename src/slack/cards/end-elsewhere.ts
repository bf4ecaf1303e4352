// Tells the requester once how a run ended if its card does not show it.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import { elapsedMs, type Run } from "../../runs/run.js";
import { mayPass, type SlackFailure } from "../connection/failures.js";
import { type NoCard, withoutCard } from "../messages/card-elsewhere.js";
import { endMessage, followUpMessage } from "../messages/follow-up.js";
import { plainText } from "../messages/plain.js";
import { type CardPlaces, noCardOf } from "./card-places.js";
import { remember } from "./remember.js";
import type { Requesters } from "./requesters.js";
import { sayOnce } from "./say-once.js";
import type { Card, CardStore } from "./store.js";

export interface EndElsewhereOptions {
  /** A client without retries. */
  oneTry: WebClient;
  cards: Pick<CardStore, "change">;
  places: Pick<CardPlaces, "of">;
  requesters: Pick<Requesters, "tell" | "forget">;
  /** The bot's name in Slack, for `/invite`. */
  botName: string;
  clock: Clock;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
}

/** Why the card does not show the end. */
export interface WhyNotShown {
  failure: SlackFailure;
  /** How many failures there were in a row. */
  failures: number;
  /** The card was posted, and Slack no longer takes its edits. */
  isStuck: boolean;
}

/** After this many temporary failures, the requester is told of a run's end without its card. */
const TELL_AFTER = 3;

export class EndElsewhere {
  /** Runs whose requester has been told. */
  readonly #told = new Map<string, true>();

  constructor(private readonly options: EndElsewhereOptions) {}

  isTold(runKey: string): boolean {
    return this.#told.has(runKey);
  }

  forget(runKey: string): void {
    this.#told.delete(runKey);
  }

  /** Returns true when they have been told or need not be. */
  async tell(card: Card, run: Run, { failure, failures, isStuck }: WhyNotShown): Promise<boolean> {
    if (this.#told.has(run.key)) return true;
    if (isStuck && (await this.#tellInThread(card, run, failure))) return true;
    if (mayPass(failure) && failures < TELL_AFTER) return false;
    return this.#tellInPerson(card, run, failure);
  }

  async #tellInThread(card: Card, run: Run, failure: SlackFailure): Promise<boolean> {
    const elapsed = elapsedMs(run, this.options.clock.now());
    // Somebody who deletes a card knows about it.
    const end = failure.kind === "gone" ? followUpMessage(run, elapsed) : endMessage(run, elapsed);
    if (end === null) return true;
    return (await sayOnce(this.options, card, "end", { text: plainText(end), blocks: [] })) === null;
  }

  /** Without the Web API, which may be what fails. */
  async #tellInPerson({ ts }: Card, run: Run, failure: SlackFailure): Promise<boolean> {
    const { requesters, places, botName, clock, hexPlace } = this.options;
    const place = places.of(run.key);
    const none = place?.kind === "nowhere" ? place.why : noCardOf(failure);
    const why: NoCard = ts !== null && none.kind === "later" ? { kind: "outdated", word: none.word } : none;
    const told = withoutCard(run, { why, bot: botName, now: clock.now(), place: hexPlace() });
    if (!(await requesters.tell(run.key, told))) return false;
    requesters.forget(run.key);
    remember(this.#told, run.key, true);
    return true;
  }
}
