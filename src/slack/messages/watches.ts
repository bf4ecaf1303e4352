// What a conversation watches: the answer to `/hex watching`.

import type { KnownBlock } from "@slack/types";
import type { Due } from "../../follow/due-times.js";
import type { Followed } from "../../follow/followed-project.js";
import type { Trouble } from "../../follow/trouble.js";
import { type Rule, ruleKey, type Watch } from "../../follow/watch.js";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { type AbsentProject, absenceLine } from "./absence.js";
import { ACTIONS } from "./action-ids.js";
import { button, context, fitting, type Message, message, paragraphs, section } from "./blocks.js";
import { count, date, dotted, duration, inline, link, mention, moreProjects } from "./mrkdwn.js";
import type { ProjectShown } from "./project-option.js";
import { statusWord } from "./run-words.js";
import { spokenNames } from "./spoken-names.js";
import { kindsWords } from "./trouble-project.js";
import {
  hiddenNote,
  LEVEL_WORDS,
  loadNote,
  plainRuleWords,
  ruleWords,
  slackWords,
  TITLE_MAX,
  unclearWords,
  type WatchLoad,
} from "./watch-words.js";

/** A watched project, and what is known of it. Times in epoch ms. */
export interface SeenProject {
  project: Project;
  followed: Followed | null;
  nextDue: Due | null;
  /** `null`: it is in no trouble. */
  trouble: Trouble | null;
}

export interface SeenWatch {
  watch: Watch;
  /** Whether the reader may end it. */
  mayEnd: boolean;
  /** How many projects it names. */
  total: number;
  /** How many of them may not be shown in the conversation. */
  hidden: number;
  /** The first of them, those in trouble before all others. */
  projects: readonly SeenProject[];
  /** The projects that are not judged at the moment. */
  absent: readonly AbsentProject[];
  /** Whether all projects have been read once, so that there are no others. */
  areAllKnown: boolean;
}

/** How many projects of one rule are shown, and how many that are not judged are shown even beyond that. */
const SHOWN = 8;
const LEAST_ABSENT = 3;

export function watchesMessage(
  seen: readonly SeenWatch[],
  at: { now: number; place: HexPlace; load: WatchLoad; isThread: boolean },
): Message {
  if (seen.length === 0) {
    const where = at.isThread ? NONE_IN_THREAD : "Nothing is watched in this conversation.";
    return message("Nothing is watched here.", [section(`${where} Begin with \`/hex watch <project>\`.`)]);
  }
  const head = section("*What is watched here*");
  const load = context(loadNote(at.load));
  const names = spokenNames(seen.map(unwatchable));
  const all = seen.map((one, place) => watchBlocks(one, names[place] ?? "", at));
  const shown = fitting(all, [head, load, context(moreWatches(seen.length))]);
  const rest = seen.length - shown.length;
  return message("What is watched here", [head, ...shown.flat(), rest > 0 ? context(moreWatches(rest)) : null, load]);
}

const NONE_IN_THREAD =
  "Nothing is watched in this thread. What its channel watches is shown and ended there, with `/hex watching`.";

function moreWatches(rest: number): string {
  return `… and ${rest} more that this message has no room for. To end one, type \`/hex unwatch\` and its name; a rule such as \`category:…\` watches several at once.`;
}

/** The project of a rule that names one. Any other rule counts as a project that is called what it watches. */
function unwatchable({ watch: { rule }, projects, absent }: SeenWatch): ProjectShown {
  const project = rule.kind === "project" ? (projects[0]?.project ?? absent[0]) : undefined;
  return project ?? { id: ruleKey(rule), title: plainRuleWords(rule) };
}

/** `name`: what a screen reader calls what is watched. */
function watchBlocks(
  { watch, mayEnd, total, hidden, projects, absent, areAllKnown }: SeenWatch,
  name: string,
  at: { now: number; place: HexPlace },
): KnownBlock[] {
  const { rule, level, page, setBy } = watch;
  const [first] = projects;
  const project = first?.project ?? absent[0] ?? null;
  const named = ruleWords(rule, project, at.place);
  const head = `${named}\n${dotted(`told ${LEVEL_WORDS[level]}`, page ? "pages whoever is on call" : null, `set by ${mention(setBy)}`)}`;
  const describe = `Unwatch ${name}`;
  const end = mayEnd
    ? button({ actionId: ACTIONS.unwatch, label: "Unwatch", value: ruleKey(rule), describe })
    : undefined;
  const lines = projects.slice(0, SHOWN).map((one) => projectLine(one, at, rule.kind !== "project"));
  const rest = total - Math.min(total, SHOWN);
  const gone = absent
    .slice(0, Math.max(LEAST_ABSENT, SHOWN - lines.length))
    .map((one) => `:white_circle: ${absenceLine(one, at.place)}`);
  const goneRest = absent.length - gone.length;
  const moreGone = goneRest > 0 ? `… and ${count(goneRest, "more project")} not checked.` : null;
  const none = areAllKnown && total + absent.length === 0 ? nothingFits(rule) : null;
  const all = [...lines, moreProjects(rest), ...gone, moreGone, none, hiddenNote(hidden, total)];
  return [section(head, end), ...paragraphs(all.filter((line) => line !== null))];
}

/** A category that was renamed, for example, matches nothing any more. For people who may not see a project, it does not exist. */
function nothingFits({ kind }: Rule): string | null {
  switch (kind) {
    case "project":
      return null;
    case "category":
      return ":warning: No project has this category now. If it was renamed in Hex, watch it by its new name.";
    case "owner":
      return ":warning: No project has this owner now. If the projects went to somebody else, watch that owner.";
    case "scheduled":
      return ":warning: No project has a schedule now.";
  }
}

function projectLine(seen: SeenProject, { now, place }: { now: number; place: HexPlace }, isNamed: boolean): string {
  const { project, followed, nextDue, trouble } = seen;
  const name = isNamed ? `*${link(projectUrl(place, project), project.title, TITLE_MAX)}*: ` : "";
  return `${trouble === null ? ":white_small_square:" : ":red_circle:"} ${name}${dotted(
    trouble === null ? null : `*${kindsWords(trouble)}* since ${date(trouble.since)}`,
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

function dueWords({ schedules, lastPublishedAt, archivedAt, trashedAt }: Project, nextDue: Due | null, now: number) {
  if (archivedAt !== null || trashedAt !== null) return "archived, no longer checked";
  if (lastPublishedAt === null) return "not published, so not checked";
  const enabled = schedules.filter((one) => one.enabled);
  if (enabled.length === 0) return "no schedule";
  if (nextDue === null) return "the bot cannot tell when it is due";
  const why = nextDue.slackMs === 0 ? "" : ", because the clocks change";
  const unclear = unclearWords(enabled);
  const note = unclear === null ? "" : `, not counting ${unclear} whose due times the bot cannot tell`;
  return `${nextDue.at < now ? "due now" : `next due ${date(nextDue.at)}${slackWords(nextDue)}${why}`}${note}`;
}
