// What people should know about a run besides its state: who has to approve it, what is in the way, what to do about how it ended.

import type { HexErrorFacts, HexErrorKind } from "../../hex/errors.js";
import { remedyFor } from "../../remedies/hex.js";
import type { Approval } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import { isHeldBack } from "../../runs/transitions.js";
import { bold, date, inline, mention, sentence } from "./mrkdwn.js";
import { peopleWords } from "./people-terms.js";
import { saidLine, traceLine } from "./remedy.js";

/** Failures whose first remedy is to try again, which the bot does by itself while it tracks a run. */
const TRYING_AGAIN: ReadonlySet<HexErrorKind> = new Set([
  "network",
  "unreadable",
  "rate_limited",
  "budget_spent",
  "hex_failed",
]);

/** What people should know besides the state: a line each, some of them empty. */
export function runNotes(run: Run): string[] {
  const lines: string[] = [];
  if (run.approval !== null) lines.push(approvalNote(run, run.approval));
  if (run.state === "starting" && run.looking) {
    lines.push(
      "Hex gave no clear answer when asked to start it. Checking whether the run exists before doing anything else.",
    );
  }
  if (run.state === "waiting") {
    const { what } = remedyFor(run.facts);
    const then = isHeldBack(run)
      ? `It starts on its own as soon as there is room, at about ${date(run.nextAt, "{time_secs}")}, but not after`
      : "The bot tries again on its own until";
    lines.push(`${inline(what, 300)} ${then} ${date(run.until, "{time}")}.`);
  }
  if (run.state === "withdrawn") lines.push(`Cancelled by ${mention(run.by)} before it began.`);
  if (run.state === "cancelling") {
    lines.push(`${mention(run.by)} is cancelling it. ${cancellation(run)}`);
  }
  if ((run.state === "pending" || run.state === "running") && run.cancelFailure !== null) {
    const { facts, reference, unclear } = run.cancelFailure;
    const { what, todo } = remedyFor(facts);
    const outcome = unclear.length === 0 ? "Cancelling failed" : "It is not certain that Hex will cancel it";
    lines.push(`:warning: ${outcome}: ${inline(what, 300)} ${inline(todo[0] ?? "", 300)}`);
    lines.push(saidLine(facts) ?? "", traceLine(facts, reference));
  }
  if ("trouble" in run && run.trouble !== null) {
    const { since, facts } = run.trouble;
    const { what, todo } = remedyFor(facts);
    const advice = TRYING_AGAIN.has(facts.kind) ? "" : ` ${inline(todo[0] ?? "", 300)}`;
    lines.push(
      `:warning: No news from Hex since ${date(since)}: ${inline(what, 300)} The bot keeps asking.${advice}`,
      saidLine(facts) ?? "",
    );
  }
  if (run.state === "no_kernel") {
    lines.push("Hex had no free kernel for it. Cancel a run or close a project in Hex, then press Run again.");
  }
  if (run.state === "errored") lines.push("A cell failed. Open the run in Hex to see which one and why.");
  if (run.state === "ended") {
    lines.push("This bot does not know Hex's word for how it ended. Open the run in Hex to see, and update the bot.");
  }
  if (run.state === "lost") lines.push(lostNote(run));
  if (run.again !== null) lines.push(`Run again by ${mention(run.again.by)}, ${date(run.again.at)}.`);
  return lines;
}

/** Who has to approve it or did, or why it was not started. */
function approvalNote(run: Run, { by, rule, until, approved, hopeless }: Approval): string {
  const given = approved === null ? "" : `Approved by ${mention(approved.by)}, ${date(approved.at)}.`;
  switch (run.state) {
    case "awaiting": {
      const why = rule.name === null ? "" : ` The rule ${bold(rule.name, 150)} asks for that.`;
      if (hopeless !== null) {
        return `:warning: Nobody can approve it any more: it needs the approval of ${peopleWords(by)}, and none of them can give it. It waits until ${date(until, "{time}")}.${why} Ask whoever looks after the bot to name somebody else.`;
      }
      return `${sentence(peopleWords(by))} can approve it until ${date(until, "{time}")}. Once approved, it starts by itself.${why}`;
    }
    case "declined":
      return run.by === null
        ? "The rules no longer allow it, so it was not started."
        : `Declined by ${mention(run.by)}, ${date(run.endedAt)}. It was not started.`;
    case "expired":
      return approved === null
        ? `${sentence(peopleWords(by))} could have approved it until ${date(until, "{time}")}. It was not started. To ask again, press *Run again*.`
        : `${given} The bot could not start it within ten minutes, so it was not started. Press *Run again*.`;
    default:
      return given;
  }
}

function cancellation({ accepted, heldBack, lease }: RunIn<"cancelling">): string {
  if (accepted) return "Hex is stopping it.";
  if (heldBack === null) return "Asking Hex.";
  return `${inline(remedyFor(heldBack).what, 300)} The bot will ask Hex as soon as possible, at about ${date(lease, "{time_secs}")}.`;
}

/** What came of a start is not known: with what Hex or the network did instead of answering it. */
function lostNote(run: RunIn<"lost">): string {
  const { why, facts } = run;
  if (why !== "start_unknown" && why !== "several") return LOST[why];
  const what = facts === null ? "Hex gave no clear answer when asked to start it." : inline(remedyFor(facts).what, 300);
  const said = facts === null ? null : saidLine(facts);
  const unknown = why === "start_unknown" ? startUnknown(run) : LOST[why];
  return [`${what} ${unknown}`, said].filter((line) => line !== null).join("\n");
}

function startUnknown({ facts, unlisted }: RunIn<"lost">): string {
  const found = unlisted ? "could not look for the run in Hex" : "could not find the run in Hex";
  if (isBlocked(facts)) return `${BLOCKED}, and the bot ${found}. Check the project in Hex before you start it again.`;
  const existence = unlisted ? "so it may exist" : "but it may exist all the same";
  return `The bot ${found}, ${existence}. Press *Look again* in a minute, or check the project in Hex before you start it again.`;
}

/** Whether something that is not Hex refused or redirected the start. That it passed nothing on is likely, but not certain. */
function isBlocked(facts: HexErrorFacts | null): boolean {
  return facts?.kind === "not_hex" && (facts.status ?? 0) >= 300;
}

const BLOCKED =
  "It was probably not started, because something between the bot and Hex seems to have refused the request";

const LOST: Record<Exclude<RunIn<"lost">["why"], "start_unknown">, string> = {
  several:
    "Hex lists a new run, but the bot cannot tell whether it is this one. Check the project's runs in Hex before you " +
    "start it again.",
  vanished:
    "Hex no longer knows this run: the run or its project was deleted, or is no longer shared with the bot's token. " +
    "Check the project in Hex.",
  refused:
    "Hex no longer tells the bot how this run is doing. It may still be running: open it in Hex. " +
    "Once the bot may see it again, press *Look again*.",
  unreachable: "The bot could not ask Hex about this run for a day, so it no longer tracks it. Open the run in Hex.",
  too_long:
    "This run has not ended within a week, so the bot no longer tracks it. Open it in Hex, and cancel it there if it hangs.",
};
