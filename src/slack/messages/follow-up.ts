// The reply in a card's thread that says how the run ended. It is needed because edits of the card notify nobody.

import { MINUTE } from "../../lib/time.js";
import { identityOf, type Run } from "../../runs/run.js";
import { type Message, message, section } from "./blocks.js";
import { bold, code, duration, inline, link, mention } from "./mrkdwn.js";
import { cancellerWords, faceOf, titleOf } from "./run-words.js";

/** In ms. After a run that took longer than this, the requester is no longer looking at the card. */
const LONG_MS = 2 * MINUTE;
/** In ms. When a refusal takes longer than this, the requester is no longer looking at the card. */
const LATE_MS = 15_000;

/** `null` when an edit of the card is enough. `elapsed` is how long the run took, in ms, if it began. */
export function followUpMessage(run: Run, elapsed: number | null): Message | null {
  return run.requester === null || !deservesReply(run, elapsed) ? null : endMessage(run, elapsed);
}

/** How a run ended, for when nothing else says so. */
export function endMessage(run: Run, elapsed: number | null): Message {
  const title = titleOf(run.project);
  const { emoji, word } = faceOf(run);
  const who = run.requester === null ? "" : `${mention(run.requester)} `;
  const after = elapsed === null ? "" : ` after ${duration(elapsed)}`;
  const by = byWords(run);
  const called = run.state === "ended" ? `; Hex calls it ${code(run.status, 60)}` : "";
  const approved = run.approval?.approved ?? null;
  const approvedBy = approved === null ? "" : `, approved by ${mention(approved.by)}`;
  const url = identityOf(run)?.url;
  const there = url ? ` · ${link(url, "Open the run in Hex", 40)}` : "";
  return message(`${word}: ${inline(title, 150)}`, [
    section(`${who}${emoji} ${bold(title, 150)} ${word.toLowerCase()}${by}${after}${called}${approvedBy}${there}`),
  ]);
}

function byWords(run: Run): string {
  if (run.state === "cancelled") return ` ${cancellerWords(run)}`;
  if (run.state === "declined") return run.by === null ? ", because the rules have changed" : ` by ${mention(run.by)}`;
  return "";
}

function deservesReply(run: Run, elapsed: number | null): boolean {
  switch (run.state) {
    case "errored":
    case "no_kernel":
    case "ended":
    case "lost":
      return true;
    case "declined":
    case "expired":
      return true;
    case "withdrawn":
      return run.by !== run.requester && run.approval !== null;
    case "completed":
      // Nobody watches a card that waits for somebody's approval.
      return (elapsed ?? 0) > LONG_MS || run.approval !== null;
    case "cancelled":
      return run.by !== run.requester || run.orBy.length > 0;
    case "refused":
      return run.endedAt - run.requestedAt > LATE_MS;
    default:
      return false;
  }
}
