// What those who pressed Tell me on a card read at the end of its run.

import type { HexPlace } from "../../hex/links.js";
import type { EndedRun } from "../../runs/run.js";
import { context, type Message, message, section } from "./blocks.js";
import { dotted, link, mention } from "./mrkdwn.js";
import { footLine, runReport } from "./run-card.js";

export interface EndedFacts {
  /** Where Hex is, for links. */
  place: HexPlace;
  /** Where the card is; null when there is no link to it. */
  cardUrl: string | null;
  /** Who is told in a place where others read along; null in a direct message. */
  mentioned: string | null;
}

/** How a run ended, for somebody who waits for it. */
export function endedMessage(run: EndedRun, { place, cardUrl, mentioned }: EndedFacts): Message {
  const { text, blocks } = runReport(run, run.endedAt, place);
  const card = cardUrl === null ? null : link(cardUrl, "Open its card", 40);
  return message(text, [
    mentioned === null ? null : section(`${mention(mentioned)} wanted to be told:`),
    ...blocks,
    context(dotted(card, footLine(run))),
  ]);
}
