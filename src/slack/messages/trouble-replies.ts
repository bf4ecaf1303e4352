// What is said in the thread of a message about projects in trouble: who joined them, and that it is over.

import { endedWithoutRun, isRescheduled } from "../../follow/trouble.js";
import { joinedTogether, waitFor } from "../../follow/trouble-groups.js";
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
import { kindsWords, ownerOf, titleOf } from "./trouble-project.js";

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
    .map(({ members: joined }) =>
      joinReply(
        joined.map((one) => one.told),
        { now, owners },
      ),
    );
  // That a project is not judged any more is said in a message of its own.
  if (!endsNow || told.every(({ trouble }) => trouble.withdrawn && !isRescheduled(trouble))) return replies;
  const since = Math.min(...told.map(({ trouble }) => trouble.since));
  const { words, check } = endOf(told);
  const sentences = [`${words} after ${duration(overAt - since)}.`, rescheduledWords(told), incompleteWords(told)];
  const text = sentences.filter((one) => one !== null).join(" ");
  const end = message(text, [section(`${check} ${text}`)]);
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
  return message(text, [...paragraphs([`:heavy_plus_sign: ${text}`, ...lines.slice(0, shown)]), more(rest)]);
}

/** Null if the schedule of none was changed before the run came. */
function rescheduledWords(told: readonly ToldTrouble[]): string | null {
  if (!told.some(({ trouble }) => isRescheduled(trouble))) return null;
  return `${told.length === 1 ? "Its schedule" : "A schedule"} was changed before the run came.`;
}

/** Null if a run has completed for each that is judged. */
function incompleteWords(told: readonly ToldTrouble[]): string | null {
  const [first, ...others] = told.filter(({ trouble }) => endedWithoutRun(trouble));
  if (first === undefined) return null;
  const whose = others.length === 0 ? `The run of ${titleOf(first)}` : `The runs of ${others.length + 1} projects`;
  return `${whose} did not complete.`;
}
