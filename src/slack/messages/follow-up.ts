// The reply in a card's thread that says how the run ended. It is needed because edits of the card notify nobody.

import { MINUTE } from "../../lib/time.js";
import { remedyFor } from "../../remedies/hex.js";
import type { Run, RunIn } from "../../runs/run.js";
import { type Message, message, section } from "./blocks.js";
import { bold, code, dotted, duration, inline, mention, spoken } from "./mrkdwn.js";
import { cancellerWords, faceOf, inHex, titleOf } from "./run-words.js";

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
  const { emoji } = faceOf(run);
  const who = run.requester === null ? "" : `${mention(run.requester)} `;
  const words = endWords(run, elapsed);
  const approved = run.approval?.approved ?? null;
  const approvedBy =
    approved === null ? "" : `, approved by ${mention(approved.by)}${words.startsWith(":") ? "" : ","}`;
  const said = `${who}${emoji} ${bold(title, 150)}${approvedBy}${words}`;
  return message(spoken(said), [section(dotted(said, inHex(run)))]);
}

/** They follow the title. */
function endWords(run: Run, elapsed: number | null): string {
  const after = elapsed === null ? "" : ` after ${duration(elapsed)}`;
  switch (run.state) {
    case "ended":
      return ` ended${after}; Hex calls it ${code(run.status, 60)}`;
    case "cancelled":
      return ` was cancelled ${cancellerWords(run)}${after}`;
    case "no_kernel":
      return " could not run: Hex had no free kernel for it";
    case "withdrawn":
      return ` was cancelled by ${mention(run.by)} before it began`;
    case "declined":
      return run.by === null
        ? " was not started, because the rules no longer allow it"
        : ` was declined by ${mention(run.by)}`;
    case "expired":
      return run.approval.approved === null ? " was not approved in time" : " was not started in time";
    case "refused":
      return ` was not started: ${inline(remedyFor(run.facts).what, 300)}`;
    case "lost":
      return LOST[run.why];
    default:
      return ` ${faceOf(run).word.toLowerCase()}${after}`;
  }
}

const LOST: Record<RunIn<"lost">["why"], string> = {
  start_unknown: ": it is not known whether the run was started",
  several: ": it is not known whether the run was started",
  vanished: ": the run is no longer in Hex",
  refused: ": it is not known how the run is doing",
  unreachable: ": it is not known how the run is doing",
  too_long: " has not ended within a week, so the bot no longer tracks it",
};

function deservesReply(run: Run, elapsed: number | null): boolean {
  switch (run.state) {
    case "errored":
    case "no_kernel":
    case "ended":
    case "lost":
    case "declined":
    case "expired":
      return true;
    case "withdrawn":
      return run.by !== run.requester;
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
