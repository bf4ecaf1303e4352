// The reply in a card's thread that tells whoever waits how the run ended: edits of the card notify nobody.

import { identityOf, type Run } from "../../runs/run.js";
import { type Message, message, section } from "./blocks.js";
import { bold, code, duration, inline, link, mention } from "./mrkdwn.js";
import { faceOf, titleOf } from "./run-words.js";

/** Of a run that took longer than this, whoever asked no longer watches the card. In ms. */
const LONG_MS = 2 * 60_000;
/** A refusal that comes later than this is no longer looked at by whoever asked. In ms. */
const LATE_MS = 15_000;

/** null when an edit of the card is enough. `elapsed`: how long it took, in ms, if it began. */
export function followUpMessage(run: Run, elapsed: number | null): Message | null {
  return run.requester === null || !deservesReply(run, elapsed) ? null : endMessage(run, elapsed);
}

/** How a run ended, for when nothing else tells it. */
export function endMessage(run: Run, elapsed: number | null): Message {
  const title = titleOf(run.project);
  const { emoji, word } = faceOf(run);
  const who = run.requester === null ? "" : `${mention(run.requester)} `;
  const after = elapsed === null ? "" : ` after ${duration(elapsed)}`;
  const by = run.state === "cancelled" ? (run.by === null ? " in Hex" : ` by ${mention(run.by)}`) : "";
  const called = run.state === "ended" ? `; Hex calls it ${code(run.status, 60)}` : "";
  const url = identityOf(run)?.url;
  const there = url ? ` · ${link(url, "Open the run in Hex", 40)}` : "";
  return message(`${word}: ${inline(title, 150)}`, [
    section(`${who}${emoji} ${bold(title, 150)} ${word.toLowerCase()}${by}${after}${called}${there}`),
  ]);
}

function deservesReply(run: Run, elapsed: number | null): boolean {
  switch (run.state) {
    case "errored":
    case "no_kernel":
    case "ended":
    case "lost":
      return true;
    case "completed":
      return (elapsed ?? 0) > LONG_MS;
    case "cancelled":
      return run.by !== run.requester;
    case "refused":
      return run.endedAt - run.requestedAt > LATE_MS;
    default:
      return false;
  }
}
