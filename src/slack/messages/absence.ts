// Watched projects that are not judged any more, as the conversations that watch them read it.

import type { Absence, WhyAbsent } from "../../follow/absence.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { context, type Message, message, section } from "./blocks.js";
import { count, date, inline, link, moreProjects } from "./mrkdwn.js";
import { DOUBLED } from "./repeat.js";

export interface AbsentProject {
  id: string;
  /** Its title when it was last judged. */
  title: string;
  absence: Absence;
}

const TITLE = 150;
/** Projects that one message names; the others are counted. */
const SHOWN = 20;

/** They follow a project's title. */
export const ABSENCE_WORDS: Record<WhyAbsent, string> = {
  archived: "is archived",
  trashed: "is in Hex's trash",
  component: "is a component now",
  unpublished: "is not published",
  hidden: "was deleted, or is no longer shared with the bot's token",
  unreadable: "cannot be checked, because Hex does not list its runs for the bot",
};

/** The same for a project that is judged again. */
const ABSENCE_PAST_WORDS: Record<WhyAbsent, string> = {
  archived: "was archived",
  trashed: "was in Hex's trash",
  component: "was a component",
  unpublished: "was not published",
  hidden: "was deleted, or not shared with the bot's token",
  unreadable: "could not be checked, because Hex did not list its runs for the bot",
};

/** @param absent none: what it told of may not be shown there any more. `isDoubled`: whether another message about the same may have been posted before. */
export function absenceMessage(
  absent: readonly AbsentProject[],
  { place, isDoubled }: { place: HexPlace; isDoubled: boolean },
): Message {
  if (absent.length === 0) return noLongerShown();
  const away = absent.filter(({ absence }) => absence.backAt === null);
  const back = absent.filter(({ absence }) => absence.backAt !== null);
  const [first = absent[0], ...others] = away;
  const title = inline(first?.title ?? "", TITLE);
  const more = others.length > 0 ? `, and ${count(others.length, "other project")}` : "";
  const rest = absent.length - Math.min(absent.length, SHOWN);
  // What somebody has to look at comes first.
  const lines = [...away, ...back].slice(0, SHOWN).map((one) => absenceLine(one, place));
  return message(away.length === 0 ? `Checked again: ${title}` : `No longer checked: ${title}${more}`, [
    section(`:white_circle: *${headWords(away.length)}*`),
    section([...lines, moreProjects(rest)].filter((line) => line !== null).join("\n")),
    isDoubled ? context(DOUBLED) : null,
    context(away.length === 0 ? null : awayWords(away)),
  ]);
}

function awayWords(away: readonly AbsentProject[]): string {
  const [whose, comes] = away.length === 1 ? ["its", "it comes"] : ["their", "one comes"];
  const next = away.every(({ absence }) => absence.why === "unreadable")
    ? "When Hex lists them again, the bot tells what is still wrong."
    : `If ${comes} back, the bot checks it again.`;
  return `Nobody is told when one of ${whose} runs fails or is late. ${next} \`/hex unwatch\` ends the watch.`;
}

function noLongerShown(): Message {
  const text = "What this message said is no longer shown in this conversation.";
  return message(text, [
    section(
      `:no_entry_sign: ${text}\nIf this conversation should be told about the project, ask whoever looks after the bot.`,
    ),
  ]);
}

function headWords(away: number): string {
  if (away === 0) return "Checked again";
  return away === 1 ? "A watched project is no longer checked" : `${away} watched projects are no longer checked`;
}

/** That it is or was not judged, and why. Nothing is struck through, which a screen reader would not say. */
export function absenceLine({ id, title, absence }: AbsentProject, place: HexPlace): string {
  const page = absence.why === "unpublished" ? { id, lastPublishedAt: null } : { id };
  const name = link(absence.why === "hidden" ? null : projectUrl(place, page), title, TITLE);
  return absence.backAt === null
    ? `*${name}* ${ABSENCE_WORDS[absence.why]}.`
    : `*${name}* ${ABSENCE_PAST_WORDS[absence.why]}. It has been checked again since ${date(absence.backAt)}.`;
}
