// How fresh the results of a conversation's projects are: the digest, every morning or on demand.

import type { KnownBlock } from "@slack/types";
import type { DigestContents } from "../../follow/digest-contents.js";
import { type DigestEntry, FRESHNESS_ORDER } from "../../follow/digest-entries.js";
import type { Freshness, FreshnessKind } from "../../follow/freshness.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { MINUTE } from "../../lib/time.js";
import { absenceLine } from "./absence.js";
import { context, firstWithin, lengthOf, type Message, message, paragraphs, section } from "./blocks.js";
import { type Cell, dataTable } from "./data-table.js";
import { LIMITS } from "./limits.js";
import { andMore, date, dotted, duration, inline, link, moreProjects, shorten } from "./mrkdwn.js";
import { statusWord } from "./run-words.js";
import { slackWords } from "./watch-words.js";

const TITLE = 100;
const OWNER = 80;

export interface DigestView extends DigestContents {
  /** Whether it is about what the conversation watches, and not about projects that were chosen for it. */
  isAboutWatched: boolean;
  /** For the times in a table, which Slack cannot show in each reader's own zone. */
  zone: string;
  place: HexPlace;
  /** Epoch ms. */
  now: number;
  /** What is below it, in mrkdwn. */
  notes: readonly (string | null)[];
  /** Whether the workspace takes tables that can be sorted, as far as is known. */
  hasTables: boolean;
  /** Called when Slack refuses the table and takes the message without it. */
  onTableRefused: () => void;
}

export function digestMessage(view: DigestView): Message {
  const text = `Digest: ${headline(view)}${amissWords(view.entries)}`;
  const plain = message(text, [head(view), goneBlock(view), ...listBlocks(view), context(...view.notes)]);
  if (!view.hasTables) return plain;
  const { block, shown } = tableOf(view);
  if (block === null) return plain;
  const more = moreProjects(view.entries.length - shown);
  const times = `Time zone of the table: ${inline(view.zone, 60)}.`;
  return {
    ...message(text, [head(view), goneBlock(view), block, context(more, times, ...view.notes)]),
    instead: { message: plain, onTaken: view.onTableRefused },
  };
}

/** "14 of 15 fresh, 1 late, 2 not checked" */
function headline({ entries, gone }: DigestContents): string {
  const unchecked = gone.length === 0 ? [] : [`${gone.length} not checked`];
  if (entries.length === 0) return ["No projects to report on", ...unchecked].join(", ");
  const number = (kind: FreshnessKind) => entries.filter(({ freshness }) => freshness.kind === kind).length;
  const others = FRESHNESS_ORDER.filter((kind) => kind !== "fresh" && number(kind) > 0);
  const parts = others.map((kind) => `${number(kind)} ${COUNTED[kind]}`);
  return [`${number("fresh")} of ${entries.length} fresh`, ...parts, ...unchecked].join(", ");
}

/** How many projects a notification names, and the longest name in it. */
const NOTIFIED = 3;
const NOTIFIED_TITLE = 60;

/** Those that somebody has to look at, for the notification; empty when there are none. */
function amissWords(entries: readonly DigestEntry[]): string {
  const amiss = entries.filter(({ freshness }) => AMISS.includes(freshness.kind));
  const names = amiss.map(({ project: { title, id } }) => inline(title, NOTIFIED_TITLE) || inline(id, NOTIFIED_TITLE));
  return names.length === 0 ? "" : ` (${andMore(names, NOTIFIED).join(", ")})`;
}

const AMISS: readonly FreshnessKind[] = ["failed", "late", "stuck"];

const COUNTED: Record<FreshnessKind, string> = {
  fresh: "fresh",
  failed: "failed",
  late: "late",
  stuck: "stuck",
  running: "still running",
  unknown: "not known",
};

const MARKS: Record<FreshnessKind, { table: string; text: string }> = {
  fresh: { table: "🟢", text: ":large_green_circle:" },
  failed: { table: "🔴", text: ":red_circle:" },
  late: { table: "🔴", text: ":red_circle:" },
  stuck: { table: "🔴", text: ":red_circle:" },
  running: { table: "🔵", text: ":large_blue_circle:" },
  unknown: { table: "⚪", text: ":white_circle:" },
};

function head({ entries, gone, isAboutWatched }: DigestView): KnownBlock {
  // What is not checked is not known.
  const kinds = [...entries.map(({ freshness }) => freshness.kind), ...gone.map((): FreshnessKind => "unknown")];
  const worst = FRESHNESS_ORDER.find((kind) => kinds.includes(kind)) ?? "unknown";
  const [fresh = "", ...others] = headline({ entries, gone }).split(", ");
  const text = [`${MARKS[worst].text} *${fresh}*`, ...others].join(", ");
  const none = entries.length > 0 ? null : isAboutWatched ? NONE_WATCHED : NONE_FITS;
  return section(none === null ? text : `${text}\n${none}`);
}

/** Why some projects are not among the others. */
function goneBlock({ gone, place }: DigestView): KnownBlock | null {
  if (gone.length === 0) return null;
  const lines = gone.slice(0, GONE).map((one) => absenceLine(one, place));
  const more = moreProjects(gone.length - lines.length);
  return section([...lines, ...(more === null ? [] : [more])].join("\n"));
}

/** Projects that are named because they are not checked any more; the others are counted. */
const GONE = 5;

const NONE_WATCHED = "No project that is watched here can be shown. To watch one, type `/hex watch` and its name.";
const NONE_FITS =
  "No project fits what this digest shows. Set it again to choose others: `/hex digest 08:00 scheduled`.";

const HEADER = ["Project", "State", "Results from", "Last run", "Took", "Next due", "Owner"];

function tableOf(view: DigestView) {
  const clock = clockIn(view);
  return dataTable(
    "How fresh the results are",
    HEADER,
    view.entries.map((entry) => rowOf(entry, view, clock)),
  );
}

function rowOf(
  { project, freshness, followed, nextDue }: DigestEntry,
  { place }: DigestView,
  clock: WriteTime,
): Cell[] {
  const at = (time: number, before = "", after = "") => ({
    text: `${before}${clock(time)}${after}`,
    sortBy: Math.floor(time / 1_000),
  });
  const lastRun = followed?.lastRun ?? null;
  const [going] = followed?.going ?? [];
  const tookMs = lastRun?.tookMs ?? null;
  return [
    { text: shorten(project.title, TITLE), url: projectUrl(place, project) },
    { text: `${MARKS[freshness.kind].table} ${stateWords(freshness)}` },
    followed?.lastGood == null ? { text: "not known" } : at(followed.lastGood.endedAt),
    going !== undefined
      ? at(going.since, "running since ")
      : lastRun === null
        ? { text: "none known" }
        : at(lastRun.endedAt, `${statusWord(lastRun.status)} `),
    tookMs === null
      ? { text: "not known" }
      : { text: tookWords(tookMs, followed?.typicalMs ?? null), sortBy: Math.round(tookMs / 1_000) },
    nextDue === null ? { text: dueWord(project) } : at(nextDue.at, "", slackWords(nextDue)),
    { text: shorten(project.owner?.email ?? "not known", OWNER) },
  ];
}

/** Characters of JSON that the list may take, so that the notes below it have room. */
const LIST = LIMITS.messageBlocksText - 2_500;
/** The most projects in one section. */
const LINES = 5;

/** The same as the table, in sections. */
function listBlocks(view: DigestView): (KnownBlock | null)[] {
  const lines = view.entries.map((entry) => lineOf(entry, view));
  const gone = goneBlock(view);
  const room = LIST - (gone === null ? 0 : lengthOf([gone]));
  const shown = firstWithin(lines, room, (line) => lengthOf([section(line)]));
  return [...paragraphs(shown, LINES), context(moreProjects(lines.length - shown.length))];
}

function lineOf({ project, freshness, followed, nextDue }: DigestEntry, { place }: DigestView): string {
  const lastRun = followed?.lastRun ?? null;
  const [going] = followed?.going ?? [];
  const took = lastRun?.tookMs == null ? "" : `, took ${tookWords(lastRun.tookMs, followed?.typicalMs ?? null)}`;
  return `${MARKS[freshness.kind].text} *${link(projectUrl(place, project), project.title, TITLE)}*: ${dotted(
    stateWords(freshness),
    followed?.lastGood == null ? null : `results from ${date(followed.lastGood.endedAt)}`,
    going === undefined ? null : `running since ${date(going.since)}`,
    lastRun === null ? null : `last run ${statusWord(lastRun.status)} ${date(lastRun.endedAt)}${took}`,
    nextDue === null ? dueWord(project) : `next due ${date(nextDue.at)}${slackWords(nextDue)}`,
    project.owner === null ? null : `owner ${inline(project.owner.email, OWNER)}`,
  )}`;
}

function stateWords(freshness: Freshness): string {
  if (freshness.kind !== "unknown") return COUNTED[freshness.kind];
  switch (freshness.why) {
    case "hex_down":
      return "not known: not connected to Hex";
    case "was_down":
      return "not known: not connected to Hex when it was due";
    case "unread":
      return "not known: not looked at yet";
    case "unreadable":
      return "not known: Hex does not list its runs for the bot";
    case "unclear_run":
      return "not known: the bot cannot read one of its runs";
    case "no_run":
      return "not known: no run";
    case "cancelled":
      return "not known: the last run was cancelled";
    case "unclear_end":
      return "not known: the bot does not know how the last run ended";
    case "unclear_schedule":
      return "not known: the bot cannot tell when it is due";
    case "new_schedule":
      return "not known: its schedule is new to the bot";
    case "not_run":
      return "not known: not published, or archived";
  }
}

function tookWords(tookMs: number, typicalMs: number | null): string {
  return typicalMs === null ? duration(tookMs) : `${duration(tookMs)} (usually ${duration(typicalMs)})`;
}

function dueWord({ schedules }: DigestEntry["project"]): string {
  return schedules.some(({ enabled }) => enabled) ? "not known" : "no schedule";
}

type WriteTime = (at: number) => string;

/** Writes times such as "26 Nov, 07:04", with the year unless it is this one. */
function clockIn({ zone, now }: DigestView): WriteTime {
  const yearOf = formatIn(zone, { year: "numeric" });
  const inThisYear = formatIn(zone, CLOCK);
  const inAnother = formatIn(zone, { ...CLOCK, year: "numeric" });
  return (at) => (yearOf(at) === yearOf(now) ? inThisYear(at) : inAnother(at));
}

const CLOCK = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;

function formatIn(timeZone: string, fields: Intl.DateTimeFormatOptions): WriteTime {
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, ...fields });
  return (at) => format.format(at);
}

/** How late a digest may come before it says so, in ms. */
export const LATE_MS = 5 * MINUTE;

const LATE_BECAUSE = {
  down: "the bot was not running",
  refused: "Slack did not accept it",
  unsure: "Slack did not say what you may see",
};

/** `down`: the bot was not running. `unsure`: it was not known what may be shown. */
export type WhyLate = keyof typeof LATE_BECAUSE;

/** `null`: it is not late. `lateMs`: by how much. */
export function lateNote(lateMs: number, why: WhyLate): string | null {
  if (lateMs < LATE_MS) return null;
  return `:hourglass: ${duration(Math.floor(lateMs / MINUTE) * MINUTE)} late: ${LATE_BECAUSE[why]}.`;
}
