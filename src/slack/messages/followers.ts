// What people who pressed *Tell me* on a card read when its run ends.

import type { HexPlace } from "../../hex/links.js";
import type { EndedRun } from "../../runs/run.js";
import { context, type Message, message, section } from "./blocks.js";
import { dotted, link, mention } from "./mrkdwn.js";
import { footLine, runReport } from "./run-card.js";

export interface EndedFacts {
  /** Where Hex is, for links. */
  place: HexPlace;
  /** The link to the card; `null` when there is none. */
  cardUrl: string | null;
  /** The person to mention where others can read the message; `null` in a direct message. */
  mentioned: string | null;
}

/** How a run ended, for somebody who is waiting for it. */
export function endedMessage(run: EndedRun, { place, cardUrl, mentioned }: EndedFacts): Message {
  const { text, blocks } = runReport(run, run.endedAt, place);
  const card = cardUrl === null ? null : link(cardUrl, "Open its card", 40);
  return message(text, [
    mentioned === null ? null : section(`${mention(mentioned)} asked to be told:`),
    ...blocks,
    context(dotted(card, footLine(run))),
  ]);
}
