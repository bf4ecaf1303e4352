// A watched project in trouble, as its conversation reads it: one message from the beginning to the end.

import type { Button, KnownBlock } from "@slack/types";
import { type Attention, isSilenced } from "../../attention/attention.js";
import type { Followed, LastRun } from "../../follow/followed-project.js";
import { mayComeFromConnection, type SharedConnection } from "../../follow/shared-connections.js";
import { type Ailment, isRescheduled, type Trouble } from "../../follow/trouble.js";
import { joinedTogether, waitFor } from "../../follow/trouble-groups.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { attentionButtons, attentionLine } from "./attention.js";
import { context, fitting, type Message, message, paragraphs, type Reply, section } from "./blocks.js";
import { count, date, dotted, duration, inline, link, mention, sentence } from "./mrkdwn.js";
import { cancelHexRunButton } from "./run-buttons.js";
import { sharedConnectionLine } from "./shared-connection.js";

/** A trouble, and what is known of its project. */
export interface ToldTrouble {
  trouble: Trouble;
  /** null: the catalog does not know it any more. */
  project: Project | null;
  followed: Followed | null;
  attention: Attention;
}

/** A trouble whose conversation is no longer told of it. */
export type NoLongerTold =
  /** The project is not watched there any more. */
  | { trouble: null; why: "unwatched"; projectId: string; project: Project | null }
  /** The project may not be shown there. `mayReturn`: the trouble stands, or only now is it not known whether it may: it is shown again once it may be. */
  | { trouble: null; why: "hidden"; mayReturn: boolean };

/** One of those that share a message. */
export type ToldMember = ToldTrouble | NoLongerTold;

/** The Slack ids of those owners whom Slack knows, by their e-mail addresses as Hex writes them. */
export type Owners = ReadonlyMap<string, string>;

export interface AroundTroubles {
  /** The alert's id, for its buttons. */
  alert: string;
  /** When the last of them joined the message, epoch ms: the buttons are for these. */
  to: number;
  place: HexPlace;
  owners: Owners;
  /** The data connections that they share, see `sharedConnections`. */
  shared: readonly SharedConnection[];
  /** Epoch ms. */
  now: number;
  /** Whether another message about the same may have been posted before. */
  isDoubled: boolean;
}

const TITLE = 150;
/** Projects that one message shows in full, if it has room for them; the others are counted. */
const SHOWN = 10;

/** Those that the conversation is still told of. */
export function toldOf(members: readonly ToldMember[]): ToldTrouble[] {
  return members.filter((one) => one.trouble !== null);
}

/** Whether the message has to show it once it may. */
export function isHiddenForNow(member: ToldMember): boolean {
  return member.trouble === null && member.why === "hidden" && member.mayReturn;
}

/** `members`: at least one, in the order in which they joined. */
export function troubleMessage(members: readonly ToldMember[], around: AroundTroubles): Message {
  const told = toldOf(members);
  const gone = members.filter((one) => one.trouble === null);
  if (told.length === 0) return noLongerTold(gone);
  const open = told.filter(({ trouble }) => trouble.overAt === null);
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
  const all = told.slice(0, SHOWN).map((one) => projectBlocks(one, around));
  const shown = fitting(all, [top, context(moreProjects(told.length)), ...below]);
  const rest = told.length - shown.length;
  return message(notification(told, open), [
    top,
    ...shown.flat(),
    rest > 0 ? context(moreProjects(rest)) : null,
    ...below,
  ]);
}

function moreProjects(rest: number): string {
  return `… and ${count(rest, "more project")}.`;
}

/** Whether nothing is posted about a trouble: it is silenced, or was when it was over. `now`: epoch ms. */
export function isQuiet({ trouble, attention }: ToldTrouble, now: number): boolean {
  return isSilenced(attention, trouble.overAt ?? now);
}

/** The e-mail address of the owner who is to be mentioned: that of a project that failed, unless nothing is posted about it. */
export function ownerToMention(told: ToldTrouble, now: number): string | null {
  const { trouble, project } = told;
  const hasFailed = trouble.ailments.some(({ kind }) => kind === "failed");
  return hasFailed && !isQuiet(told, now) ? (project?.owner?.email ?? null) : null;
}

/** One of those that share a message, and when it joined, epoch ms. */
export interface JoinedMember {
  told: ToldMember;
  joinedAt: number;
}

/** What is said in the thread, in order: who joined, and at last that all is green again. `now`: epoch ms. */
export function troubleReplies(
  members: readonly JoinedMember[],
  { now, owners }: Pick<AroundTroubles, "now" | "owners">,
): Reply[] {
  const told = toldOf(members.map((one) => one.told));
  const overAt = lastOverAt(told);
  // Others that return, or join until then, are said first.
  const endsNow = overAt !== null && !members.some((one) => isHiddenForNow(one.told));
  // Each keeps its place, because what was said already is counted.
  const replies = joinedTogether(members)
    .filter((together) => endsNow || waitFor(together, now) === 0)
    .map(({ members: its }) =>
      joinReply(
        its.map((one) => one.told),
        { now, owners },
      ),
    );
  // That a project is not judged any more is said in a message of its own.
  if (!endsNow || told.every(({ trouble }) => trouble.withdrawn && !isRescheduled(trouble))) return replies;
  const since = Math.min(...told.map(({ trouble }) => trouble.since));
  const { words, check } = endOf(told);
  const text = [`${words} after ${duration(overAt - since)}.`, rescheduledWords(told)].filter((one) => one !== null);
  const end = message(text.join(" "), [section(`${check} ${text.join(" ")}`)]);
  return [...replies, { message: end, isSilent: told.every((one) => isQuiet(one, now)) }];
}

/** `joined`: at least one. What is silenced, or over by now, is news to nobody. */
function joinReply(joined: readonly ToldMember[], around: Pick<AroundTroubles, "now" | "owners">): Reply {
  const told = toldOf(joined);
  const news = told.filter((one) => one.trouble.overAt === null && !isQuiet(one, around.now));
  const isSilent = news.length === 0;
  const [first, ...others] = isSilent ? told : news;
  if (first === undefined) {
    return { message: noLongerTold(joined.filter((one) => one.trouble === null)), isSilent: true };
  }
  if (others.length > 0) return { message: joinedMessage([first, ...others], around), isSilent };
  const text = `Also in trouble now: ${dotted(titleOf(first), ownerOf(first, around))}. ${kindsWords(first.trouble)}.`;
  return { message: message(text, [section(`:heavy_plus_sign: ${text}`)]), isSilent };
}

function joinedMessage(joined: readonly ToldTrouble[], around: Pick<AroundTroubles, "now" | "owners">): Message {
  const text = `Also in trouble now: ${count(joined.length, "project")}`;
  const lines = joined.map((one) => `• *${kindsWords(one.trouble)}:* ${dotted(titleOf(one), ownerOf(one, around))}`);
  const more = (rest: number) => context(moreProjects(rest));
  const room = [section(text), more(joined.length)];
  const shown = fitting(
    lines.map((line) => [section(line)]),
    room,
  ).length;
  const rest = joined.length - shown;
  return message(text, [
    ...paragraphs([`:heavy_plus_sign: ${text}`, ...lines.slice(0, shown)]),
    rest > 0 ? more(rest) : null,
  ]);
}

function noLongerTold(gone: readonly NoLongerTold[]): Message {
  const [unwatched, hidden] = [unwatchedLine(gone), hiddenLine(gone)];
  const text = [unwatched, hidden].filter((line) => line !== null).join(" ");
  const todo =
    unwatched === null
      ? "Ask whoever looks after the bot if this conversation should be told of it."
      : "Look in Hex whether all is well. `/hex watch` and a project's name watches it again.";
  return message(text, [section(`:no_entry_sign: ${text}\n${todo}`)]);
}

function unwatchedLine(gone: readonly NoLongerTold[]): string | null {
  const unwatched = gone.filter((one) => one.why === "unwatched");
  if (unwatched.length === 0) return null;
  const titles = unwatched.slice(0, SHOWN).map(({ project, projectId }) => inline(project?.title ?? projectId, TITLE));
  const rest = unwatched.length - SHOWN;
  return `No longer watched here: ${[...titles, ...(rest > 0 ? [count(rest, "more project")] : [])].join(", ")}.`;
}

/** Names nothing. */
function hiddenLine(gone: readonly NoLongerTold[]): string | null {
  const hidden = gone.filter(({ why }) => why === "hidden").length;
  return hidden === 0 ? null : `No longer shown here: ${count(hidden, "project")}.`;
}

/** Stands in a message that is kept up to date, when another one may have been posted before. */
export const DOUBLED =
  "There may be another message about this above, from before the bot lost its connection to Slack. This one is kept up to date.";

/** `open`: those that are not over. */
function sharedLine(open: readonly ToldTrouble[], shared: readonly SharedConnection[]): string | null {
  const titles = new Map(open.map(({ trouble, project }) => [trouble.projectId, project?.title ?? trouble.projectId]));
  return sharedConnectionLine(shared, { titles, suspects: suspectsOf(open).length });
}

/** The ids of the projects that may be in trouble because of a data connection. */
export function suspectsOf(told: readonly ToldTrouble[]): string[] {
  const suspects = told.filter(({ trouble }) => mayComeFromConnection(trouble));
  return suspects.map(({ trouble }) => trouble.projectId);
}

function openHead(open: readonly ToldTrouble[]): string {
  if (open.length > 1) return `:red_circle: *${open.length} watched projects are in trouble*`;
  return ":red_circle: *A watched project is in trouble*";
}

function backHead(told: readonly ToldTrouble[]): string {
  const { emoji, words } = endOf(told);
  return `${emoji} *${words}* since ${date(lastOverAt(told) ?? 0)}`;
}

/** How it ended for all of them. What is not judged any more is not green. */
function endOf(told: readonly ToldTrouble[]): { emoji: string; check: string; words: string } {
  const left = told.filter(({ trouble }) => trouble.withdrawn).length;
  if (left === told.length) return { emoji: ":white_circle:", check: ":white_circle:", words: "No longer checked" };
  const words = left === 0 ? "Back to green" : "Nothing is in trouble any more";
  return { emoji: ":large_green_circle:", check: ":white_check_mark:", words };
}

/** Null if the schedule of none was changed before the run came. */
function rescheduledWords(told: readonly ToldTrouble[]): string | null {
  if (!told.some(({ trouble }) => isRescheduled(trouble))) return null;
  return `${told.length === 1 ? "Its schedule" : "A schedule"} was changed before the run came.`;
}

function notification(told: readonly ToldTrouble[], open: readonly ToldTrouble[]): string {
  const [first] = open.length > 0 ? open : told;
  if (first === undefined) return "";
  const title = titleOf(first);
  if (open.length === 0) return `${endOf(told).words}: ${title}`;
  const others = open.length > 1 ? `, and ${count(open.length - 1, "other project")}` : "";
  return `${kindsWords(first.trouble)}: ${title}${others}`;
}

function projectBlocks(told: ToldTrouble, { place, now, owners }: AroundTroubles): KnownBlock[] {
  const { trouble, project, followed, attention } = told;
  const url = project === null ? null : projectUrl(place, project);
  const name = `*${link(url, lastTitle({ trouble, project, followed }), TITLE)}*`;
  const lines = trouble.ailments.map((one) => ailmentLine(one, trouble));
  const below = dotted(
    lastGoodWords(followed?.lastGood ?? null, followed?.lastRun ?? null),
    ownerOf(told, { now, owners }),
  );
  return [
    section(
      [name, ...lines, attentionLine(attention, { now, overAt: trouble.overAt }), todoLine(trouble, followed)]
        .filter((line) => line !== null)
        .join("\n"),
      cancelStuck(told) ?? undefined,
    ),
    ...[context(below)].filter((block) => block !== null),
  ];
}

/** Null if no run is stuck. */
function cancelStuck(told: ToldTrouble): Button | null {
  const { projectId, ailments } = told.trouble;
  const stuck = ailments.find((one) => one.kind === "stuck" && one.overAt === null);
  if (stuck?.kind !== "stuck") return null;
  return cancelHexRunButton({ id: projectId, title: lastTitle(told) }, stuck.runId);
}

function ailmentLine(ailment: Ailment, trouble: Trouble): string {
  const url = ailment.kind === "late" ? null : ailment.url;
  return dotted(ailmentState(ailment, trouble), url === null ? null : link(url, "Open the run", 40));
}

function ailmentState(ailment: Ailment, { withdrawn, overAt }: Trouble): string {
  const words = ailmentWords(ailment);
  const isLeft = "rescheduled" in ailment || (withdrawn && ailment.overAt === overAt);
  if (isLeft) return `:white_circle: ${words}`;
  return ailment.overAt === null ? `:warning: ${words}` : `~${words}~ until ${date(ailment.overAt)}`;
}

function ailmentWords(ailment: Ailment): string {
  switch (ailment.kind) {
    case "failed":
      return ailment.status === "ERRORED"
        ? `Failed ${date(ailment.since)}`
        : `Could not start, because Hex had no kernel for it, ${date(ailment.since)}`;
    case "late":
      return ailment.rescheduled
        ? `Late: a run was due ${date(ailment.since)} and had not started when its schedule was changed`
        : `Late: a run was due ${date(ailment.since)} and has not started`;
    case "stuck":
      return `Stuck: a run has been going since ${date(ailment.since)}, far longer than usual`;
  }
}

function todoLine({ ailments, overAt, since }: Trouble, followed: Followed | null): string | null {
  if (overAt !== null) return null;
  const open = ailments.filter((one) => one.overAt === null).map(({ kind }) => kind);
  if (open.includes("failed")) return "Open the run in Hex to see what failed, fix the project, and run it again.";
  if (open.includes("stuck")) return "Open the run in Hex. If it does not move, cancel it and run it again.";
  const started = followed?.going.find((run) => run.since >= since);
  const isLate = open.includes("late");
  if (isLate && started === undefined) return "Look at its schedule in Hex, or run it now.";
  const run = isLate ? "Another run" : "A run";
  const verb = isLate ? "has been started" : "has started";
  return `${link(started?.url ?? null, run, 40)} ${verb}. It is green again when that run has completed.`;
}

/** Of what is wrong with it now, or was at last. */
export function kindsWords({ ailments }: Trouble): string {
  const open = ailments.filter((one) => one.overAt === null);
  const kinds = (open.length > 0 ? open : ailments).map(({ kind }) => kind);
  return sentence([...new Set(kinds)].join(" and "));
}

function lastGoodWords(good: LastRun | null, last: LastRun | null): string {
  if (good === null) return "No good run is known";
  const version = good.version === null ? "" : `, version ${inline(good.version, 20)}`;
  const changed =
    last?.version != null && last.version !== good.version ? `; now version ${inline(last.version, 20)}` : "";
  return `${link(good.url, "Last good run", 40)} ${date(good.endedAt)}${version}${changed}`;
}

function ownerOf(told: ToldTrouble, { now, owners }: Pick<AroundTroubles, "now" | "owners">): string | null {
  const email = told.project?.owner?.email ?? null;
  if (email === null) return null;
  const id = ownerToMention(told, now) === null ? undefined : owners.get(email);
  return `owner ${id === undefined ? inline(email, 80) : mention(id)}`;
}

function titleOf(told: ToldTrouble): string {
  return inline(lastTitle(told), TITLE);
}

/** Not escaped yet. */
function lastTitle({ project, followed, trouble }: Omit<ToldTrouble, "attention">): string {
  return project?.title ?? followed?.title ?? trouble.projectId;
}

/** When the last of them was over, epoch ms; null while one is not, and if there is none. */
function lastOverAt(told: readonly ToldTrouble[]): number | null {
  const ends = told.map(({ trouble }) => trouble.overAt);
  return ends.length === 0 || ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0));
}
