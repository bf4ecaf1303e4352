// The answers to `/hex watch` and `/hex unwatch`.

import { whyNotRun } from "../../follow/absence.js";
import { cannotBeJudged } from "../../follow/due-times.js";
import type { Level, Rule } from "../../follow/watch.js";
import type { HexPlace } from "../../hex/links.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { ABSENCE_WORDS } from "./absence.js";
import { answer, context, type Message } from "./blocks.js";
import { code, count } from "./mrkdwn.js";
import { scheduleWords } from "./schedule.js";
import {
  hiddenNote,
  LEVEL_WORDS,
  loadNote,
  namedNow,
  type Obstacle,
  obstacleNote,
  ruleWords,
  unclearWords,
  type WatchLoad,
} from "./watch-words.js";

/** How many other watches one message names. */
const SHOWN = 8;

/** A watch that somebody has just set. */
export interface WatchSet {
  rule: Rule;
  level: Level;
  /**
   * Whether whoever is on call is paged for it; `ended`: they were, until now. `no_key`: they would be, if the bot had a key for
   * PagerDuty.
   */
  paging: "none" | "on" | "ended" | "no_key";
  set: "new" | "changed" | "same";
  /** The project of a rule that names one; null when it is not known, or the rule does not name one. */
  project: Project | null;
  /** How many projects the rule names now. */
  named: number;
  /** How many of them may not be shown in the conversation, so that it is not told of them. */
  hidden: number;
  obstacle: Obstacle | null;
  load: WatchLoad;
  place: HexPlace;
}

export function watchSetMessage(watch: WatchSet): Message {
  const { rule, level, paging, set, project, named, hidden, obstacle, load, place } = watch;
  const lines = [
    `:eyes: ${TOLD[set]} ${LEVEL_WORDS[level]}: ${ruleWords(rule, project, place)}.`,
    rule.kind === "project" ? scheduleNote(project, level) : countNote(named),
    hiddenNote(hidden, named),
    obstacleNote(obstacle),
    PAGING_NOTES[paging],
    loadNote(load),
  ];
  return answer(
    lines.filter((line) => line !== null).join("\n"),
    context("`/hex watching` shows what is watched here, and `/hex unwatch` ends it."),
  );
}

const TOLD: Record<WatchSet["set"], string> = {
  new: "From now on, this conversation is told",
  changed: "This conversation is now told",
  same: "This conversation is already told",
};

const PAGING_NOTES: Record<WatchSet["paging"], string | null> = {
  none: null,
  on: ":pager: Whoever is on call is paged, too, unless somebody presses *I'm on it* in time.",
  ended: ":warning: This watch no longer pages whoever is on call. If it should, type it again with `page` at the end.",
  no_key:
    ":warning: Nobody is paged yet: the bot has no key for PagerDuty. Ask whoever runs the bot to set `PAGERDUTY_ROUTING_KEY`.",
};

function scheduleNote(project: Project | null, level: Level): string | null {
  const why = project === null ? null : whyNotRun(project);
  if (why !== null)
    return `:warning: It ${ABSENCE_WORDS[why]}, so Hex does not run it. The bot checks it once Hex does.`;
  if (project === null || level === "failures") return null;
  const schedules = project.schedules.filter(({ enabled }) => enabled);
  if (schedules.length === 0) return "It has no schedule, so none of its runs can be late.";
  if (schedules.every(cannotBeJudged)) {
    return "The bot cannot tell from its schedule when a run is due, so it calls none late.";
  }
  const unclear = unclearWords(schedules);
  const note =
    unclear === null ? "" : ` The bot cannot tell the due times of ${unclear}, and calls no run late because of that.`;
  return `Its schedule: ${scheduleWords(schedules) ?? ""}.${note}`;
}

function countNote(named: number): string {
  if (named === 0) return "No project fits that yet. One that does later is watched, too.";
  return `${namedNow(named)} Any project that fits later is watched, too.`;
}

/** The other watches of a conversation that tell it of the same projects. */
export interface AlsoWatched {
  /** Their rules, each with its project; null when it is not known, or the rule names others. */
  by: readonly { rule: Rule; project: Project | null }[];
  /** How many of the projects they tell of. */
  projects: number;
}

/** A watch that has just ended: its rule, and the project of one that names a project. */
export interface EndedWatch {
  rule: Rule;
  project: ProjectNamed | null;
  /** Null if the conversation is told of none of its projects any more. */
  also: AlsoWatched | null;
}

export function noLongerWatchedMessage({ rule, project, also }: EndedWatch, place: HexPlace): Message {
  const name = ruleWords(rule, project, place);
  if (also === null) return answer(`No longer watched in this conversation: ${name}.`);
  const what = rule.kind === "project" ? "it" : `${count(also.projects, "project")} that it covered`;
  return answer(
    `The watch of ${name} has ended. But this conversation is still told about ${what}, because it also watches ${alsoWords(also, place)}.`,
    context(SHOWS_WATCHES),
  );
}

/** The answer to somebody who ends the watch of a project that has none of its own. */
export function watchedByOthersMessage(project: Project, also: AlsoWatched, place: HexPlace): Message {
  const name = ruleWords({ kind: "project", id: project.id }, project, place);
  return answer(
    `${name} has no watch of its own here. This conversation is told about it because it watches ${alsoWords(also, place)}.`,
    context(SHOWS_WATCHES),
  );
}

const SHOWS_WATCHES = "`/hex watching` shows what is watched here, with Unwatch.";

function alsoWords({ by }: AlsoWatched, place: HexPlace): string {
  const named = by.slice(0, SHOWN).map(({ rule, project }) => ruleWords(rule, project, place));
  const rest = by.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", and ");
}

export function notWatchedMessage(): Message {
  return answer("That is not watched in this conversation. `/hex watching` shows what is.");
}

export function whatToWatchMessage(): Message {
  return answer(
    "Which project? Write its name, its id or its link: `/hex watch weekly revenue`.\nOr several at once: `/hex watch category:Finance`, `/hex watch owner:ada@example.com`, `/hex watch scheduled`.",
  );
}

/** The answer to an owner who is not named by an address. `command`: what goes before the owner. */
export function ownerIsAddressMessage(typed: string, command: string): Message {
  return answer(
    `${code(typed, 80)} is not an e-mail address. Use the one that the owner has in Hex: ${code(`/hex ${command} owner:ada@example.com`)}.`,
  );
}

/** `typed`: what was typed for it. */
export function whatToUnwatchMessage(typed: string): Message {
  return answer(
    `${code(typed, 80)} is not watched in this conversation. \`/hex watching\` shows what is, with Unwatch.`,
  );
}
