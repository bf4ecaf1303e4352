// A run's card: one message, drawn from the stored run and nothing else.

import type { HexErrorFacts, HexErrorKind } from "../../hex/errors.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { HOUR, MINUTE } from "../../lib/time.js";
import { remedyFor } from "../../remedies/hex.js";
import type { Approval } from "../../runs/approval.js";
import { elapsedMs, identityOf, isEnded, type Run, type RunIn } from "../../runs/run.js";
import { isHeldBack } from "../../runs/transitions.js";
import { isDirect } from "../connection/conversation.js";
import { actions, context, type Message, message, section } from "./blocks.js";
import {
  bold,
  code,
  date,
  dotted,
  duration,
  inline,
  link,
  mention,
  plainDate,
  referenceWords,
  sentence,
  spoken,
} from "./mrkdwn.js";
import { peopleWords } from "./people-terms.js";
import { remedyBlocks, saidLine, traceLine } from "./remedy.js";
import { runButtons } from "./run-buttons.js";
import { cancellerWords, faceOf, inHex, optionsLine, optionsToJudge, titleOf } from "./run-words.js";

const TITLE_MAX = 150;

/** Why a card is a direct message: the one in the channel is gone. `why` is Slack's error code. */
export interface Moved {
  from: string;
  why: string;
}

/**
 * What is posted first and replaced by the card at once. It says nothing that can become wrong: if the process dies before it has
 * stored which message it posted, this one stays as it is, and the next process posts another.
 */
export function announcement(run: Run, place: HexPlace): Message {
  const title = titleOf(run.project);
  const name = link(projectUrl(place, run.project), title, TITLE_MAX);
  if (run.requester === null) {
    return message(`A run of ${inline(title, TITLE_MAX)}`, [section(`A run of ${name}, ${date(run.requestedAt)}.`)]);
  }
  return message(`Asked for: ${inline(title, TITLE_MAX)}`, [
    section(`${mention(run.requester)} asked for ${name}, ${date(run.requestedAt)}.`),
  ]);
}

/** What a card shows in addition to its run. */
export interface CardFacts {
  moved: Moved | null;
  /** How many people will be told when the run ends. */
  followers: number;
}

/** `now`: epoch ms. `place`: where Hex is, for links. */
export function runCard(
  run: Run,
  now: number,
  place: HexPlace,
  { moved, followers }: CardFacts = { moved: null, followers: 0 },
): Message {
  const report = runReport(run, now, place);
  return message(report.text, [
    ...report.blocks,
    context(...(run.state === "awaiting" ? optionsToJudge(run.options) : [optionsLine(run.options)])),
    moved === null ? null : context(movedLine(moved)),
    isEnded(run) || followers === 0 ? null : context(followersLine(followers)),
    context(footLine(run)),
    actions(...runButtons(run)),
  ]);
}

/** A run's state, its title as a link, how long it took, and what else people should know. */
export function runReport(run: Run, now: number, place: HexPlace): Message {
  const face = faceOf(run);
  const title = titleOf(run.project);
  const head = `${face.emoji} *${face.word}*  ${link(projectUrl(place, run.project), title, TITLE_MAX)}`;
  const time = timeLine(run, now);
  const failure = failureOf(run);
  const noted = notes(run).filter((line) => line !== "");
  const state = `${face.word}: ${inline(title, TITLE_MAX)}${time === null ? "" : `, ${time.plain}`}`;
  const said = failure === null ? noted : [...noted, inline(remedyFor(failure).what, 300)];
  return message(said.length === 0 ? state : `${state}. ${spoken(said.join("\n"))}`, [
    section([head, time?.text, ...noted].filter((line) => line).join("\n")),
    ...(failure === null ? [] : remedyBlocks("*Why*", failure, run.reference)),
  ]);
}

/** Why the bot knows nothing of a run, or why there is none; `null` if that is not so, or if no failure is the reason. */
function failureOf(run: Run): HexErrorFacts | null {
  if (run.state === "refused") return run.facts;
  return run.state === "lost" && (run.why === "refused" || run.why === "unreachable") ? run.facts : null;
}

/** Elapsed time in coarse steps, so that a long run does not use up Slack's allowance of edits. */
function coarse(ms: number): number {
  if (ms < MINUTE) return 0;
  const step = ms < 10 * MINUTE ? MINUTE : ms < HOUR ? 5 * MINUTE : 15 * MINUTE;
  return Math.floor(ms / step) * step;
}

function timeLine(run: Run, now: number): { text: string; plain: string } | null {
  const elapsed = elapsedMs(run, now);
  const typical = run.typicalMs === null ? null : `usually takes about ${duration(run.typicalMs)}`;
  switch (run.state) {
    case "pending":
      return typical ? { text: sentence(typical), plain: typical } : null;
    case "running": {
      const unknown = run.status === "RUNNING" ? null : `Hex calls it ${code(run.status, 60)}`;
      const since = elapsed !== null && coarse(elapsed) > 0 ? `for ${duration(coarse(elapsed))}` : null;
      const parts = [since, typical, unknown].filter((part) => part !== null);
      return parts.length === 0 ? null : { text: sentence(dotted(...parts)), plain: spoken(parts.join(", ")) };
    }
    case "completed":
    case "errored":
    case "cancelled":
    case "ended": {
      const word = run.state === "ended" ? `Hex calls it ${code(run.status, 60)}` : null;
      const by = run.state === "cancelled" ? cancellerWords(run) : null;
      const after = elapsed === null ? null : `after ${duration(elapsed)}`;
      const inHex = run.state === "cancelled" && run.by === null ? "in Hex " : "";
      return {
        text: sentence(dotted(word, by, after, date(run.endedAt))),
        plain: `${inHex}${after ?? plainDate(run.endedAt)}`,
      };
    }
    default:
      return null;
  }
}

/** Failures whose first remedy is to try again, which the bot does by itself while it tracks a run. */
const TRYING_AGAIN: ReadonlySet<HexErrorKind> = new Set([
  "network",
  "unreadable",
  "rate_limited",
  "budget_spent",
  "hex_failed",
]);

/** What people should know besides the state. */
function notes(run: Run): string[] {
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
function lostNote({ why, facts }: RunIn<"lost">): string {
  if (why !== "start_unknown" && why !== "several") return LOST[why];
  const what = facts === null ? "Hex gave no clear answer when asked to start it." : inline(remedyFor(facts).what, 300);
  const said = facts === null ? null : saidLine(facts);
  return [`${what} ${why === "start_unknown" && isBlocked(facts) ? BLOCKED : LOST[why]}`, said]
    .filter((line) => line !== null)
    .join("\n");
}

/** Whether something that is not Hex refused or redirected the start. That it passes nothing on is likely, and nobody says so. */
function isBlocked(facts: HexErrorFacts | null): boolean {
  return facts?.kind === "not_hex" && (facts.status ?? 0) >= 300;
}

const BLOCKED =
  "It was probably not started, because something between the bot and Hex seems to have refused the request, and the bot " +
  "could not find the run in Hex. Check the project in Hex before you start it again.";

const LOST: Record<RunIn<"lost">["why"], string> = {
  start_unknown:
    "The bot could not find the run in Hex, but it may exist all the same. Press *Look again* in a minute, or check the " +
    "project in Hex before you start it again.",
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

function movedLine({ from, why }: Moved): string {
  const words: Record<string, string> = {
    message_not_found: "was deleted",
    is_archived: "can no longer be changed, because the channel is archived",
    is_inactive: "can no longer be changed, because the channel is archived",
    not_in_channel: "can no longer be changed, because the bot was removed from the channel",
    channel_not_found: "can no longer be changed, because the bot can no longer see the channel",
  };
  // Slack shows no name for direct messages.
  const before = isDirect(from) ? "the one before it" : `the one in <#${from}>`;
  return `This card is here because ${before} ${words[why] ?? "can no longer be changed"}.`;
}

function followersLine(followers: number): string {
  return `:bell: ${followers === 1 ? "1 person" : `${followers} people`} will be told at the end`;
}

/** Who asked for it and when, a link to it in Hex, and what helps to investigate a failure. */
export function footLine(run: Run): string {
  const hex = identityOf(run);
  // Why it failed is said with the reference.
  const failed = ["errored", "no_kernel", "ended", "lost"].includes(run.state) && failureOf(run) === null;
  const traceId = hex?.traceId ?? (run.state === "lost" ? run.facts?.traceId : null);
  return dotted(
    run.requester === null ? startedElsewhere(run.trigger) : `Asked for by ${mention(run.requester)}`,
    date(run.requestedAt),
    inHex(run),
    hex?.projectVersion ? `version ${inline(hex.projectVersion, 20)}` : null,
    failed && traceId ? `Hex trace id ${code(traceId, 100)}` : null,
    failed ? referenceWords(run.reference) : null,
  );
}

function startedElsewhere(trigger: string | null): string {
  const by: Record<string, string> = {
    API: "Started through the API",
    SCHEDULED: "Started by its schedule",
    APP_REFRESH: "Started by an app refresh",
  };
  return by[trigger ?? ""] ?? "Started in Hex";
}
