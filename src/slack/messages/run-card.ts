// A run's card: one message, drawn from the stored run and nothing else.

import type { HexErrorFacts } from "../../hex/errors.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { HOUR, MINUTE } from "../../lib/time.js";
import { remedyFor } from "../../remedies/hex.js";
import { elapsedMs, identityOf, isEnded, type Run } from "../../runs/run.js";
import { isDirect } from "../connection/conversation.js";
import { actions, context, type Message, message, section } from "./blocks.js";
import {
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
import { remedyBlocks } from "./remedy.js";
import { runButtons } from "./run-buttons.js";
import { runNotes } from "./run-notes.js";
import { cancellerWords, faceOf, inHex, optionsLine, optionsToJudge, titleOf } from "./run-words.js";

const TITLE_MAX = 150;

/** What Slack's error codes say about the card that is gone. */
const MOVED_WORDS: ReadonlyMap<string, string> = new Map([
  ["message_not_found", "was deleted"],
  ["is_archived", "can no longer be changed, because the channel is archived"],
  ["is_inactive", "can no longer be changed, because the channel is archived"],
  ["not_in_channel", "can no longer be changed, because the bot was removed from the channel"],
  ["channel_not_found", "can no longer be changed, because the bot can no longer see the channel"],
]);

/** What Hex says started a run, in words. */
const TRIGGER_WORDS: ReadonlyMap<string | null, string> = new Map([
  ["API", "Started through the API"],
  ["SCHEDULED", "Started by its schedule"],
  ["APP_REFRESH", "Started by an app refresh"],
]);

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
  const noted = runNotes(run).filter((line) => line !== "");
  const state = `${face.word}: ${inline(title, TITLE_MAX)}${time === null ? "" : `, ${time.plain}`}`;
  const said = failure === null ? noted : [...noted, inline(remedyFor(failure).what, 300)];
  return message(said.length === 0 ? state : `${state}. ${spoken(said.join("\n"))}`, [
    section([head, time?.text, ...noted].filter((line) => line).join("\n")),
    ...(failure === null ? [] : remedyBlocks("*Why*", failure, run.reference)),
  ]);
}

/** The failure because of which the bot knows nothing of a run, or there is no run; `null` if there is none. */
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

function movedLine({ from, why }: Moved): string {
  // Slack shows no name for direct messages.
  const before = isDirect(from) ? "the one before it" : `the one in <#${from}>`;
  return `This card is here because ${before} ${MOVED_WORDS.get(why) ?? "can no longer be changed"}.`;
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
  return TRIGGER_WORDS.get(trigger) ?? "Started in Hex";
}
