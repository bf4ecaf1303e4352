// What a conversation watches: the answers to `/hex watch`, `/hex unwatch` and `/hex watching`.

import type { KnownBlock } from "@slack/types";
import { whyNotRun } from "../../follow/absence.js";
import { cannotBeJudged } from "../../follow/due-times.js";
import type { Followed } from "../../follow/followed-project.js";
import { type Level, type Rule, ruleKey, type Watch } from "../../follow/watch.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { MINUTE } from "../../lib/time.js";
import { ABSENCE_WORDS, type AbsentProject, absenceLine } from "./absence.js";
import { ACTIONS } from "./action-ids.js";
import { button, context, fitting, type Message, message, paragraphs, section } from "./blocks.js";
import { code, count, date, dotted, duration, inline, link, mention } from "./mrkdwn.js";
import { statusWord } from "./run-words.js";
import { scheduleWords } from "./schedule.js";

const TITLE = 120;

const LEVEL_WORDS: Record<Level, string> = {
  failures: "when a run fails or is stuck",
  late: "when a scheduled run is late",
  trouble: "when a run fails, is late, or is stuck",
  all: "when a run ends, is late, or is stuck",
};

/** How much there is to watch, for all conversations together. */
export interface WatchLoad {
  projects: number;
  /** About how many of them the bot can ask Hex in a minute. */
  perMinute: number;
  /** How old (ms) what is known of each gets while no run of it is expected, and how old it gets at least, however few there are. */
  ageMs: number;
  leastAgeMs: number;
}

/** Null if the bot can ask about all of them as often as it wants to. */
function loadNote({ projects, perMinute, ageMs, leastAgeMs }: WatchLoad): string | null {
  if (ageMs <= leastAgeMs) return null;
  const fits = Math.floor((perMinute * leastAgeMs) / MINUTE);
  return `:hourglass: The bot watches ${count(projects, "project")} in all. It asks about those with a run that is due or going first, and about the others in turn, so it may learn only after ${duration(ageMs)} of a run that nobody scheduled. With up to ${count(fits, "project")}, that takes ${duration(leastAgeMs)}.`;
}

export interface WatchSet {
  rule: Rule;
  level: Level;
  /** Whether whoever is on call is paged for it; `no_key`: they would be, if the bot had a key for PagerDuty. */
  paging: "none" | "on" | "no_key";
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
  const what = set === "same" ? "is already told" : set === "changed" ? "is now told" : "is told from now on";
  const lines = [
    `:eyes: This conversation ${what} ${LEVEL_WORDS[level]}: ${ruleWords(rule, project, place)}.`,
    rule.kind === "project" ? scheduleNote(project, level) : countNote(named),
    hiddenNote(hidden, named),
    obstacleNote(obstacle),
    PAGING_NOTES[paging],
    loadNote(load),
  ];
  return message("Watching", [
    section(lines.filter((line) => line !== null).join("\n")),
    context("`/hex watching` shows what is watched here, `/hex unwatch` ends it."),
  ]);
}

const PAGING_NOTES: Record<WatchSet["paging"], string | null> = {
  none: null,
  on: ":pager: Whoever is on call is paged, too, unless somebody presses *I'm on it* in time.",
  no_key:
    ":warning: Nobody is paged yet: the bot has no key for PagerDuty. Whoever runs the bot can set `PAGERDUTY_ROUTING_KEY`.",
};

function scheduleNote(project: Project | null, level: Level): string | null {
  const why = project === null ? null : whyNotRun(project);
  if (why !== null)
    return `:warning: It ${ABSENCE_WORDS[why]}, so Hex does not run it. The bot checks it once Hex does.`;
  if (project === null || level === "failures") return null;
  const schedules = project.schedules.filter(({ enabled }) => enabled);
  if (schedules.length === 0) return "It has no schedule, so no run of it can be late.";
  if (schedules.every(cannotBeJudged)) {
    return "The bot cannot tell when its schedule is due, so no run of it is called late.";
  }
  const unclear = unclearWords(schedules);
  const note =
    unclear === null
      ? ""
      : ` The bot cannot tell the due times of ${unclear}, so no run is called late because of them.`;
  return `Its schedule: ${scheduleWords(schedules) ?? ""}.${note}`;
}

/** "1 of its 2 schedules": those whose due times are not known. Null if there are none. */
function unclearWords(enabled: Project["schedules"]): string | null {
  const unclear = enabled.filter(cannotBeJudged).length;
  return unclear === 0 ? null : `${unclear} of its ${enabled.length} schedules`;
}

/**
 * What may keep the bot from writing in a conversation: it may have to be invited to the channel, by its `name`, or people write to
 * each other there.
 */
export type Obstacle = { kind: "not_invited"; name: string } | { kind: "between_people" };

/** `null` if the bot can write there, as far as is known. */
export function obstacleNote(obstacle: Obstacle | null): string | null {
  switch (obstacle?.kind) {
    case "not_invited":
      return `If the bot is not in this channel yet, type ${code(`/invite @${obstacle.name}`, 100)} here. Otherwise it cannot write to it.`;
    case "between_people":
      return ":warning: The bot cannot write in direct messages between people. Type the command in a channel or in your direct messages with the bot instead.";
    case undefined:
      return null;
  }
}

/** Why a conversation is not told of what somebody watches in it; null if it is. */
export function hiddenNote(hidden: number, named: number): string | null {
  if (hidden === 0) return null;
  const what = named === 1 ? "this project" : hidden === named ? "these projects" : `${hidden} of them`;
  return `:lock: Not everybody here may see ${what}, so this conversation is not told of ${hidden === 1 ? "it" : "them"}. Ask for it in your direct messages with the bot instead.`;
}

function countNote(named: number): string {
  if (named === 0) return "No project fits that yet. One that does later is watched, too.";
  return `${namedNow(named)} Any project that fits later is watched, too.`;
}

/** How many projects fit a rule, of those that fit at all. */
export function namedNow(named: number): string {
  return `That covers ${count(named, "project")} now.`;
}

/** The other watches of a conversation that tell it of the same projects. */
export interface AlsoWatched {
  /** Their rules, each with its project; null when it is not known, or the rule names others. */
  by: readonly { rule: Rule; project: Project | null }[];
  /** How many of the projects they tell of. */
  projects: number;
}

/** `also`: null if the conversation is told of none of its projects any more. */
export function noLongerWatchedMessage(also: AlsoWatched | null, isOne: boolean, place: HexPlace): Message {
  if (also === null) {
    return message("No longer watched here.", [section("No longer watched in this conversation.")]);
  }
  const what = isOne ? "it" : `${count(also.projects, "project")} that it covered`;
  return message("That watch has ended.", [
    section(
      `That watch has ended. But this conversation is still told of ${what}, because it also watches ${alsoWords(also, place)}.`,
    ),
    context(SHOWS_WATCHES),
  ]);
}

/** The answer to somebody who ends the watch of a project that has none of its own. */
export function watchedByOthersMessage(project: Project, also: AlsoWatched, place: HexPlace): Message {
  const name = ruleWords({ kind: "project", id: project.id }, project, place);
  return message("That has no watch of its own here.", [
    section(
      `${name} has no watch of its own here. This conversation is told of it because it watches ${alsoWords(also, place)}.`,
    ),
    context(SHOWS_WATCHES),
  ]);
}

const SHOWS_WATCHES = "`/hex watching` shows what is watched here, with Unwatch.";

function alsoWords({ by }: AlsoWatched, place: HexPlace): string {
  const named = by.slice(0, SHOWN).map(({ rule, project }) => ruleWords(rule, project, place));
  const rest = by.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(", and ");
}

export function notWatchedMessage(): Message {
  return message("Not watched here.", [
    section("That is not watched in this conversation. `/hex watching` shows what is."),
  ]);
}

export function whatToWatchMessage(): Message {
  return message("What to watch?", [
    section(
      "Which project? Write its name, its id or its link: `/hex watch weekly revenue`.\nOr several at once: `/hex watch category:Finance`, `/hex watch owner:ada@example.com`, `/hex watch scheduled`.",
    ),
  ]);
}

/** The answer to an owner who is not named by an address. `command`: what goes before the owner. */
export function ownerIsAddressMessage(typed: string, command: string): Message {
  return message("An owner is an e-mail address.", [
    section(
      `${code(typed, 80)} is not an e-mail address. Use the one that the owner has in Hex: ${code(`/hex ${command} owner:ada@example.com`)}.`,
    ),
  ]);
}

/** `typed`: what was typed for it. */
export function whatToUnwatchMessage(typed: string): Message {
  return message("Not watched here.", [
    section(`${code(typed, 80)} is not watched in this conversation. \`/hex watching\` shows what is, with Unwatch.`),
  ]);
}

/** A watched project, and what is known of it. Times in epoch ms. */
export interface SeenProject {
  project: Project;
  followed: Followed | null;
  nextDue: number | null;
  isInTrouble: boolean;
}

export interface SeenWatch {
  watch: Watch;
  /** Whether whoever reads this may end it. */
  mayEnd: boolean;
  /** How many projects it names. */
  total: number;
  /** How many of them may not be shown in the conversation. */
  hidden: number;
  /** The first of them, those in trouble before all others. */
  projects: readonly SeenProject[];
  /** The projects that are not judged at the moment. */
  absent: readonly AbsentProject[];
}

/** Projects that are shown of one rule, and how many of those that are not judged in any case. */
const SHOWN = 8;
const LEAST_ABSENT = 3;

export function watchesMessage(
  seen: readonly SeenWatch[],
  at: { now: number; place: HexPlace; load: WatchLoad },
): Message {
  if (seen.length === 0) {
    return message("Nothing is watched here.", [
      section("Nothing is watched in this conversation. Begin with `/hex watch <project>`."),
    ]);
  }
  const head = section("*What is watched here*");
  const load = context(loadNote(at.load));
  const all = seen.map((one) => watchBlocks(one, at));
  const shown = fitting(all, [head, load, context(moreWatches(seen.length))]);
  const rest = seen.length - shown.length;
  return message("What is watched here", [head, ...shown.flat(), rest > 0 ? context(moreWatches(rest)) : null, load]);
}

function moreWatches(rest: number): string {
  return `… and ${rest} more that this message has no room for. \`/hex unwatch\` and the name ends one; a rule such as \`category:…\` watches several at once.`;
}

function watchBlocks(
  { watch, mayEnd, total, hidden, projects, absent }: SeenWatch,
  at: { now: number; place: HexPlace },
): KnownBlock[] {
  const { rule, level, page, setBy } = watch;
  const [first] = projects;
  const named = ruleWords(rule, first?.project ?? absent[0] ?? null, at.place);
  const head = `${named}\n${dotted(`told ${LEVEL_WORDS[level]}`, page ? "pages whoever is on call" : null, `set by ${mention(setBy)}`)}`;
  const end = mayEnd ? button({ actionId: ACTIONS.unwatch, label: "Unwatch", value: ruleKey(rule) }) : undefined;
  const lines = projects.slice(0, SHOWN).map((one) => projectLine(one, at, rule.kind !== "project"));
  const rest = total - Math.min(total, SHOWN);
  const more = rest > 0 ? [`… and ${count(rest, "more project")}.`] : [];
  const gone = absent
    .slice(0, Math.max(LEAST_ABSENT, SHOWN - lines.length))
    .map((one) => `:white_circle: ${absenceLine(one, at.place)}`);
  const goneRest = absent.length - gone.length;
  const moreGone = goneRest > 0 ? [`… and ${count(goneRest, "more project")} not checked.`] : [];
  const notTold = hiddenNote(hidden, total);
  return [
    section(head, end),
    ...paragraphs([...lines, ...more, ...gone, ...moreGone, ...(notTold === null ? [] : [notTold])]),
  ];
}

function projectLine(seen: SeenProject, { now, place }: { now: number; place: HexPlace }, isNamed: boolean): string {
  const { project, followed, nextDue, isInTrouble } = seen;
  const name = isNamed ? `*${link(projectUrl(place, project), project.title, TITLE)}*: ` : "";
  return `${isInTrouble ? ":red_circle:" : ":white_small_square:"} ${name}${dotted(
    lastWords(followed),
    dueWords(project, nextDue, now),
    project.owner?.email == null ? null : `owner ${inline(project.owner.email, 80)}`,
  )}`;
}

function lastWords(followed: Followed | null): string {
  if (followed?.readAt == null) return "not looked at yet";
  const { lastRun } = followed;
  if (lastRun === null) return "no run known";
  const took = lastRun.tookMs === null ? "" : ` in ${duration(lastRun.tookMs)}`;
  return `${link(lastRun.url, "last run", 40)} ${date(lastRun.endedAt)}: ${statusWord(lastRun.status)}${took}`;
}

function dueWords({ schedules, lastPublishedAt, archivedAt, trashedAt }: Project, nextDue: number | null, now: number) {
  if (archivedAt !== null || trashedAt !== null) return "archived, no longer checked";
  if (lastPublishedAt === null) return "not published, so not checked";
  const enabled = schedules.filter((one) => one.enabled);
  if (enabled.length === 0) return "no schedule";
  if (nextDue === null) return "the bot cannot tell when it is due";
  const unclear = unclearWords(enabled);
  const note = unclear === null ? "" : `, not counting ${unclear} whose due times the bot cannot tell`;
  return `${nextDue - now < 0 ? "due now" : `next due ${date(nextDue)}`}${note}`;
}

/** `project`: of a rule that names one; null when it is not known. */
export function ruleWords(rule: Rule, project: Pick<Project, "id" | "title"> | null, place: HexPlace): string {
  switch (rule.kind) {
    case "project": {
      const known = project === null ? null : projectUrl(place, project);
      return `*${link(known, project?.title ?? rule.id, TITLE)}*`;
    }
    case "category":
      return `every project of the category ${code(rule.name, 80)}`;
    case "owner":
      return `every project of ${inline(rule.email, 80)}`;
    case "scheduled":
      return "every project with a schedule";
  }
}
