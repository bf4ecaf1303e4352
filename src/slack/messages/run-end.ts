// The end of a run, for a conversation that hears of every end of a watched project.

import type { RunEnd } from "../../follow/run-end.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { isFinal, type Project } from "../../hex/schema.js";
import { context, type Message, message, section } from "./blocks.js";
import { code, date, dotted, duration, inline, link } from "./mrkdwn.js";
import { DOUBLED_ONCE } from "./repeat.js";
import { FACES, linkInHex, STATES, triggerWord } from "./run-words.js";

const TITLE = 150;

export interface AroundRunEnd {
  /** null: the catalog does not know it any more. */
  project: Project | null;
  /** The project's title when it was last known. */
  title: string;
  place: HexPlace;
  /** Whether another message about the same may have been posted before. */
  isDoubled: boolean;
}

export function runEndMessage(end: RunEnd, { project, title: lastTitle, place, isDoubled }: AroundRunEnd): Message {
  const { status, trigger, endedAt, url } = end;
  const title = project?.title ?? lastTitle;
  const state = (isFinal(status) ? STATES.get(status) : null) ?? "ended";
  const { emoji, word } = FACES[state];
  const name = `*${link(project === null ? null : projectUrl(place, project), title, TITLE)}*`;
  const called = state === "ended" ? `; Hex calls it ${code(status, 60)}` : "";
  return message(`${word}: ${inline(title, TITLE)}`, [
    section(
      `${emoji} ${name} ${state === "no_kernel" ? "got no kernel" : word.toLowerCase()}${timeWords(end)}${called}`,
    ),
    context(
      dotted(date(endedAt), trigger === null ? null : `started by ${triggerWord(trigger)}`, linkInHex(url)),
      isDoubled ? DOUBLED_ONCE : null,
    ),
  ]);
}

function timeWords({ tookMs, typicalMs }: RunEnd): string {
  if (tookMs === null) return "";
  const usual = typicalMs === null ? "" : ` (usually ${duration(typicalMs)})`;
  return ` after ${duration(tookMs)}${usual}`;
}
