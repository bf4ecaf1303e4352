// Posts what becomes a card, in its channel or else as a direct message to the requester, and knows where each card is.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Run } from "../../runs/run.js";
import { asSlackFailure, mayPass, type SlackFailure } from "../connection/failures.js";
import { isPosted, isRefusedHere, type Posted, post, targetOf } from "../connection/post.js";
import { cardInDirectMessage, type NoCard } from "../messages/card-elsewhere.js";
import { announcement } from "../messages/run-card.js";
import { remember } from "./remember.js";
import type { Requesters } from "./requesters.js";
import type { Card, CardStore } from "./store.js";

export interface CardPlacesOptions {
  slack: WebClient;
  cards: Pick<CardStore, "place">;
  /** The people to tell that a card is in their direct messages. */
  requesters: Pick<Requesters, "tell">;
  /** The bot's name in Slack, for `/invite`. */
  botName: string;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  /** Called when Slack does not accept a card in its channel, and it is posted as a direct message. */
  onRefused: (run: Run, failure: SlackFailure) => void;
}

/** Where a card was posted. `word` is Slack's error code for why it is not in the channel. */
export type Placement = { kind: "channel" } | { kind: "dm"; word: string } | { kind: "nowhere"; why: NoCard };

export class CardPlaces {
  readonly #places = new Map<string, Placement>();

  constructor(private readonly options: CardPlacesOptions) {}

  /** Where this process has posted a run's card, or why it could not; `null` when it has not tried. */
  of(runKey: string): Placement | null {
    return this.#places.get(runKey) ?? null;
  }

  forget(runKey: string): void {
    this.#places.delete(runKey);
  }

  /** @returns where it is; `left`: another process has posted the card, and keeps it up to date */
  async post(card: Card, run: Run): Promise<Posted | "left" | SlackFailure> {
    const { slack, requesters, botName, hexPlace, onRefused } = this.options;
    const { runKey, channel, threadTs, requester } = card;
    const first = announcement(run, hexPlace());
    const inChannel = await post(slack, targetOf(channel, threadTs), first);
    if (isPosted(inChannel)) return this.#posted(runKey, inChannel, { kind: "channel" });
    if (requester === null || requester === channel || !isRefusedHere(inChannel)) {
      return this.#nowhere(runKey, inChannel, null);
    }
    onRefused(run, inChannel);
    const asMessage = await post(slack, { channel: requester }, first);
    if (!isPosted(asMessage)) return this.#nowhere(runKey, inChannel, asMessage);
    void requesters.tell(runKey, cardInDirectMessage({ channel, word: inChannel.word }, botName));
    return this.#posted(runKey, asMessage, { kind: "dm", word: inChannel.word });
  }

  /**
   * Notes where the card is. A process that was suspended while it posted may find that another one has posted the card since then. Its
   * own message is then deleted, because nobody would keep it true.
   */
  async #posted(runKey: string, at: Posted, place: Placement): Promise<Posted | "left"> {
    const { slack, cards } = this.options;
    // A direct message is not in a thread.
    if (await cards.place(runKey, place.kind === "dm" ? { ...at, threadTs: null } : at)) {
      remember(this.#places, runKey, place);
      return at;
    }
    await slack.chat.delete(at).catch(asSlackFailure);
    return "left";
  }

  /** @returns the failure that says when to try again */
  #nowhere(runKey: string, inChannel: SlackFailure, asMessage: SlackFailure | null): SlackFailure {
    remember(this.#places, runKey, { kind: "nowhere", why: noCardOf(inChannel, asMessage) });
    return asMessage ?? inChannel;
  }
}

/** Why there is no card. `asMessage`: why it is no direct message either; `null` when that was not tried. */
export function noCardOf(inChannel: SlackFailure, asMessage: SlackFailure | null = null): NoCard {
  const failure = asMessage ?? inChannel;
  return mayPass(failure)
    ? { kind: "later", word: failure.word }
    : { kind: "refused", word: inChannel.word, asMessage: asMessage?.word ?? null };
}
