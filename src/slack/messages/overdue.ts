// The reply in a card's thread that tells the requester that the run is taking too long. Edits of the card notify nobody.

import { elapsedMs, type Run } from "../../runs/run.js";
import { type Message, message, section } from "./blocks.js";
import { bold, dotted, duration, mention, spoken } from "./mrkdwn.js";
import { inHex, titleOf } from "./run-words.js";

/** `requester`: a Slack user id; `now`: epoch ms. */
export function overdueMessage(run: Run, requester: string, now: number): Message {
  const title = titleOf(run.project);
  const elapsed = elapsedMs(run, now);
  const ran = elapsed === null ? "It is still running" : `It has been running for ${duration(elapsed)}`;
  const usual = run.typicalMs === null ? "" : `, and usually takes about ${duration(run.typicalMs)}`;
  const said = `${mention(requester)} :alarm_clock: ${bold(title, 150)} is overdue. ${ran}${usual}. If it hangs, press *Cancel* on its card.`;
  return message(spoken(said), [section(dotted(said, inHex(run)))]);
}
