// The watched projects in trouble that one message is about, from the beginning to the end.

import type { SharedConnection } from "../../follow/shared-connections.js";
import { endedWithoutRun, isRescheduled } from "../../follow/trouble.js";
import { attentionButtons } from "./attention.js";
import { context, fitting, type Message, message, section } from "./blocks.js";
import { count, date, inline, moreProjects } from "./mrkdwn.js";
import { DOUBLED } from "./repeat.js";
import { sharedConnectionLine } from "./shared-connection.js";
import {
  type AroundTroubles,
  lastOverAt,
  type NoLongerTold,
  suspectsOf,
  type ToldMember,
  type ToldTrouble,
  toldOf,
} from "./told-trouble.js";
import { kindsWords, projectBlocks, shownTitle, TITLE_MAX } from "./trouble-project.js";

/** Projects that one message shows in full, if it has room for them; the others are counted. */
const SHOWN = 10;

/** `members`: at least one, in the order in which they joined. */
export function troubleMessage(members: readonly ToldMember[], around: AroundTroubles): Message {
  const told = toldOf(members);
  const gone = members.filter((one) => one.trouble === null);
  if (told.length === 0) return noLongerTold(gone);
  const open = told.filter(({ trouble }) => trouble.overAt === null);
  const over = told.filter(({ trouble }) => trouble.overAt !== null);
  const head = open.length === 0 ? backHead(told) : openHead(open);
  const top = section([head, sharedLine(open, around.shared)].filter((line) => line !== null).join("\n"));
  const below = [
    context(unwatchedLine(gone), hiddenLine(gone)),
    around.isDoubled ? context(DOUBLED) : null,
    attentionButtons({
      alert: around.alert,
      to: around.to,
      shown: told.map(({ attention }) => attention),
      open: open.map(({ attention }) => attention),
      now: around.now,
    }),
  ];
  // What somebody has to look at comes first.
  const all = [...open, ...over].slice(0, SHOWN).map((one) => projectBlocks(one, around));
  const shown = fitting(all, [top, context(moreOver(told.length)), ...below]);
  const rest = told.length - shown.length;
  const isRestOver = open.length > 0 && open.length <= shown.length;
  return message(notification(told, open), [
    top,
    ...shown.flat(),
    rest > 0 ? context(isRestOver ? moreOver(rest) : moreProjects(rest)) : null,
    ...below,
  ]);
}

function moreOver(rest: number): string {
  return `… and ${count(rest, "more project")}, not in trouble any more.`;
}

/** When none of them may be told of any more. */
export function noLongerTold(gone: readonly NoLongerTold[]): Message {
  const [unwatched, hidden] = [unwatchedLine(gone), hiddenLine(gone)];
  const text = [unwatched, hidden].filter((line) => line !== null).join(" ");
  const todo =
    unwatched === null
      ? "If this conversation should be told about it, ask whoever looks after the bot."
      : "Check in Hex whether all is well. To watch a project again, type `/hex watch` and its name.";
  return message(text, [section(`:no_entry_sign: ${text}\n${todo}`)]);
}

function unwatchedLine(gone: readonly NoLongerTold[]): string | null {
  const unwatched = gone.filter((one) => one.why === "unwatched");
  if (unwatched.length === 0) return null;
  const titles = unwatched
    .slice(0, SHOWN)
    .map(({ project, projectId }) => inline(project?.title ?? projectId, TITLE_MAX));
  const rest = unwatched.length - SHOWN;
  return `No longer watched here: ${[...titles, ...(rest > 0 ? [count(rest, "more project")] : [])].join(", ")}.`;
}

/** Names nothing. */
function hiddenLine(gone: readonly NoLongerTold[]): string | null {
  const hidden = gone.filter(({ why }) => why === "hidden").length;
  return hidden === 0 ? null : `No longer shown here: ${count(hidden, "project")}.`;
}

/** `open`: those that are not over. */
function sharedLine(open: readonly ToldTrouble[], shared: readonly SharedConnection[]): string | null {
  const titles = new Map(open.map(({ trouble, project }) => [trouble.projectId, project?.title ?? trouble.projectId]));
  return sharedConnectionLine(shared, { titles, suspects: suspectsOf(open).length });
}

function openHead(open: readonly ToldTrouble[]): string {
  if (open.length > 1) return `:red_circle: *${open.length} watched projects are in trouble*`;
  return ":red_circle: *A watched project is in trouble*";
}

function backHead(told: readonly ToldTrouble[]): string {
  const { emoji, words } = endOf(told);
  return `${emoji} *${words}* since ${date(lastOverAt(told) ?? 0)}`;
}

/** How it ended for all of them. Green is only what a run that completed has ended: not what is not judged any more, or by another schedule. */
export function endOf(told: readonly ToldTrouble[]): { emoji: string; check: string; words: string } {
  const left = told.filter(({ trouble }) => trouble.withdrawn).length;
  const notGreen = left + told.filter(({ trouble }) => endedWithoutRun(trouble)).length;
  const words = notGreen === 0 ? "Back to green" : "Nothing is in trouble any more";
  if (notGreen < told.length) return { emoji: ":large_green_circle:", check: ":white_check_mark:", words };
  const white = { emoji: ":white_circle:", check: ":white_circle:" };
  if (left < told.length) return { ...white, words };
  const areChecked = told.every(({ trouble }) => isRescheduled(trouble));
  return { ...white, words: areChecked ? "No longer waiting for a run" : "No longer checked" };
}

function notification(told: readonly ToldTrouble[], open: readonly ToldTrouble[]): string {
  const [first] = open.length > 0 ? open : told;
  if (first === undefined) return "";
  const title = shownTitle(first);
  if (open.length === 0) return `${endOf(told).words}: ${title}`;
  const others = open.length > 1 ? `, and ${count(open.length - 1, "other project")}` : "";
  return `${kindsWords(first.trouble)}: ${title}${others}`;
}
