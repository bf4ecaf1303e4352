// What is said in the thread of a message about projects in trouble: which joined them, which have failed since, and that it is over.

import { endedWithoutRun, isOvertaken, isRescheduled } from "../../follow/trouble.js";
import { type MemberTimes, type NamedTogether, namedTogether, waitFor } from "../../follow/trouble-groups.js";
import { context, fitting, type Message, message, paragraphs, type Reply, section } from "./blocks.js";
import { count, dotted, duration, moreProjects } from "./mrkdwn.js";
import {
  type AroundTroubles,
  isHiddenForNow,
  isQuiet,
  lastOverAt,
  type ToldMember,
  type ToldTrouble,
  toldOf,
} from "./told-trouble.js";
import { endOf, noLongerTold } from "./trouble.js";
import { kindsWords, ownerOf, shownTitle } from "./trouble-project.js";

/** One of those that share a message. */
export interface TimedMember extends MemberTimes {
  told: ToldMember;
}

/** What is said in the thread, in order: which joined or failed, and at last that all is green again. `now`: epoch ms. */
export function troubleReplies(
  members: readonly TimedMember[],
  { now, owners }: Pick<AroundTroubles, "now" | "owners">,
): Reply[] {
  const told = toldOf(members.map((one) => one.told));
  const overAt = lastOverAt(told);
  // Others that return, or join until then, are said first.
  const endsNow = overAt !== null && !members.some((one) => isHiddenForNow(one.told));
  // Each keeps its place, because what was said already is counted.
  const replies = namedTogether(members)
    .filter((named) => endsNow || waitFor(named, now) === 0)
    .map((named) => newsReply(named, { now, owners }));
  // That a project is not judged any more is said in a message of its own.
  if (!endsNow || told.every(({ trouble }) => trouble.withdrawn && !isRescheduled(trouble))) return replies;
  const since = Math.min(...told.map(({ trouble }) => trouble.since));
  const { words, check } = endOf(told);
  const over = `${words} after ${duration(overAt - since)}: ${namesOf(told)}.`;
  const sentences = [over, rescheduledWords(told), incompleteWords(told), overtakenWords(told)];
  const text = sentences.filter((one) => one !== null).join(" ");
  const end = message(text, [section(`${check} ${text}`)]);
  return [...replies, { message: end, isSilent: told.every((one) => isQuiet(one, now)) }];
}

/** What is over: a notification does not show which message the thread is about. */
function namesOf(told: readonly ToldTrouble[]): string {
  const titles = told.slice(0, 1).map(shownTitle);
  const others = told.length - titles.length;
  return [...titles, ...(others > 0 ? [`and ${count(others, "other project")}`] : [])].join(", ");
}

/** What is silenced, or over by now, is news to nobody. */
function newsReply(
  { kind, members }: NamedTogether<TimedMember>,
  around: Pick<AroundTroubles, "now" | "owners">,
): Reply {
  const named = members.map((one) => one.told);
  const told = toldOf(named);
  const news = told.filter((one) => one.trouble.overAt === null && !isQuiet(one, around.now));
  const isSilent = news.length === 0;
  const [first, ...others] = isSilent ? told : news;
  if (first === undefined) {
    return { message: noLongerTold(named.filter((one) => one.trouble === null)), isSilent: true };
  }
  if (others.length > 0) return { message: newsOfMany(kind, [first, ...others], around), isSilent };
  const { emoji, words } = NEWS[kind];
  const kinds = kind === "joined" ? ` ${kindsWords(first.trouble)}.` : "";
  const text = `${words}: ${dotted(shownTitle(first), ownerOf(first, around))}.${kinds}`;
  return { message: message(text, [section(`${emoji} ${text}`)]), isSilent };
}

const NEWS = {
  joined: { emoji: ":heavy_plus_sign:", words: "Also in trouble now" },
  failed: { emoji: ":x:", words: "Now failed" },
};

function newsOfMany(
  kind: keyof typeof NEWS,
  told: readonly ToldTrouble[],
  around: Pick<AroundTroubles, "now" | "owners">,
): Message {
  const { emoji, words } = NEWS[kind];
  const text = `${words}: ${count(told.length, "project")}`;
  const lines = told.map((one) => {
    const what = kind === "joined" ? `*${kindsWords(one.trouble)}:* ` : "";
    return `• ${what}${dotted(shownTitle(one), ownerOf(one, around))}`;
  });
  const more = (rest: number) => context(moreProjects(rest));
  const room = [section(text), more(told.length)];
  const shown = fitting(
    lines.map((line) => [section(line)]),
    room,
  ).length;
  const rest = told.length - shown;
  return message(text, [...paragraphs([`${emoji} ${text}`, ...lines.slice(0, shown)]), more(rest)]);
}

/** Null if the schedule of none was changed before the run came. */
function rescheduledWords(told: readonly ToldTrouble[]): string | null {
  if (!told.some(({ trouble }) => isRescheduled(trouble))) return null;
  return `${told.length === 1 ? "Its schedule" : "A schedule"} was changed before the run came.`;
}

/** Null if no trouble ended because a later run than the one that was stuck had completed. */
function overtakenWords(told: readonly ToldTrouble[]): string | null {
  const [first, ...others] = told.filter(({ trouble }) => isOvertaken(trouble));
  if (first === undefined) return null;
  return others.length === 0
    ? `Hex still lists the run of ${shownTitle(first)} that was stuck: if nobody needs it, cancel it there.`
    : `Hex still lists the runs of ${others.length + 1} projects that were stuck: if nobody needs them, cancel them there.`;
}

/** Null if a run has completed for each that is judged. */
function incompleteWords(told: readonly ToldTrouble[]): string | null {
  const [first, ...others] = told.filter(({ trouble }) => endedWithoutRun(trouble));
  if (first === undefined) return null;
  const whose = others.length === 0 ? `The run of ${shownTitle(first)}` : `The runs of ${others.length + 1} projects`;
  return `${whose} did not complete.`;
}
