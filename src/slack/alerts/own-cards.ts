// Where the bot's own cards stand: what a card shows needs no second message in its conversation.

import type { RunStore } from "../../runs/store.js";
import type { CardStore } from "../cards/store.js";

export interface OwnCards {
  runs: Pick<RunStore, "byHexRuns">;
  cards: Pick<CardStore, "get">;
}

/** The channels of the cards that stand for these runs, by the runs' ids in Hex. Runs without a card are left out. */
export async function channelsOfCards(
  { runs, cards }: OwnCards,
  runIds: Iterable<string>,
): Promise<Map<string, string>> {
  const own = await runs.byHexRuns([...new Set(runIds)]);
  const found = new Map<string, string>();
  for (const [runId, { key }] of own) {
    const card = await cards.get(key);
    if (card?.ts != null) found.set(runId, card.channel);
  }
  return found;
}
