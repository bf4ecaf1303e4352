// What the messages about watches have in common: what is watched, for what, how often the bot can look, and what is in the way.

import { cannotBeJudged, type Due } from "../../follow/due-times.js";
import type { Level, Rule } from "../../follow/watch.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { MINUTE } from "../../lib/time.js";
import { code, count, duration, inline, link } from "./mrkdwn.js";

/** The longest title that is shown, in characters. */
export const TITLE_MAX = 120;

export const LEVEL_WORDS: Record<Level, string> = {
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
export function loadNote({ projects, perMinute, ageMs, leastAgeMs }: WatchLoad): string | null {
  if (ageMs <= leastAgeMs) return null;
  const fits = Math.floor((perMinute * leastAgeMs) / MINUTE);
  return `:hourglass: The bot watches ${count(projects, "project")} in all. It asks first about those with a run that is due or in flight, and about the others in turn, so it may take ${duration(ageMs)} to learn of a run that nobody scheduled. With up to ${count(fits, "project")}, that takes ${duration(leastAgeMs)}.`;
}

/** "1 of its 2 schedules": those whose due times are not known. Null if there are none. */
export function unclearWords(enabled: Project["schedules"]): string | null {
  const unclear = enabled.filter(cannotBeJudged).length;
  return unclear === 0 ? null : `${unclear} of its ${enabled.length} schedules`;
}

/** How far off a due time may be, to put behind it. Empty if it is certain. */
export function slackWords({ slackMs }: Due): string {
  return slackMs === 0 ? "" : ` ± ${duration(slackMs)}`;
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
  return `:lock: Not everybody here may see ${what}, so this conversation is not told about ${hidden === 1 ? "it" : "them"}. Ask for it in your direct messages with the bot instead.`;
}

/** How many projects a rule or a digest covers now. */
export function namedNow(named: number): string {
  return `That covers ${count(named, "project")} now.`;
}

/** What a rule watches, in plain text. A project goes by its id. */
export function plainRuleWords(rule: Rule): string {
  switch (rule.kind) {
    case "project":
      return rule.id;
    case "category":
      return `every project of the category ${rule.name}`;
    case "owner":
      return `every project of ${rule.email}`;
    case "scheduled":
      return "every project with a schedule";
  }
}

/** `project`: of a rule that names one; null when it is not known. */
export function ruleWords(rule: Rule, project: ProjectNamed | null, place: HexPlace): string {
  switch (rule.kind) {
    case "project": {
      const known = project === null ? null : projectUrl(place, project);
      return `*${link(known, project?.title ?? rule.id, TITLE_MAX)}*`;
    }
    case "category":
      return `every project of the category ${code(rule.name, 80)}`;
    case "owner":
      return `every project of ${inline(rule.email, 80)}`;
    case "scheduled":
      return "every project with a schedule";
  }
}
