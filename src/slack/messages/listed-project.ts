// One project in the list of projects, with its buttons, and how much room it takes.

import type { KnownBlock } from "@slack/types";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { ownerOrCreator } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { ACTIONS } from "./action-ids.js";
import { actions, button, lengthOf, section } from "./blocks.js";
import { type CarriedInButton, TOO_LONG } from "./carried.js";
import { LIMITS } from "./limits.js";
import { code, date, dotted, inline, link } from "./mrkdwn.js";
import { scheduleWords } from "./schedule.js";
import type { Searched } from "./searched.js";

/** What a project's buttons keep of the list. */
export interface ListState {
  nonce: string;
  words: Searched;
  page: number;
  carried: CarriedInButton;
}

const DENIED = "\n_You may not run it here._";

/** Its line, and its buttons if it can be run. `name`: what a screen reader calls it. */
export function projectBlocks(
  project: Project,
  name: string,
  state: ListState,
  place: HexPlace,
  mayRun: boolean,
): (KnownBlock | null)[] {
  const { id, title, status, lastPublishedAt, schedules } = project;
  const isPublished = lastPublishedAt !== null;
  const label = status === null ? "" : `  ${code(status.name, 40)}`;
  const schedule = scheduleWords(schedules);
  const details = dotted(
    inline(ownerOrCreator(project) ?? "no owner", 80),
    isPublished ? `published ${date(lastPublishedAt, "{date_short_pretty}")}` : null,
    schedule === null ? null : `runs ${schedule}`,
  );
  const why = isPublished ? (mayRun ? "" : DENIED) : "\n_Not published: publish it in Hex to run it._";
  const canRun = isPublished && mayRun;
  const { carried } = state;
  const text = `*${link(projectUrl(place, project), title, 150)}*${label}\n${details}${why}`;
  if (carried === TOO_LONG) return [section(canRun ? `${text}\n${code(id, 60)}` : text)];
  const verb = carried?.dryRun ? "Dry run" : "Run";
  const run = button({
    actionId: ACTIONS.runProject,
    label: verb,
    value: JSON.stringify({ project: id, ...state }),
    describe: `${verb} ${name}`,
  });
  const form = button({
    actionId: ACTIONS.runProjectForm,
    label: `${verb}…`,
    value: JSON.stringify({ project: id, carried }),
    describe: `${verb} with other inputs: ${name}`,
  });
  return [section(text), canRun ? actions(run, form) : null];
}

/** How much room projects take with buttons, which take the most, in characters of a message's JSON. */
export interface Lengths {
  length: (project: Project) => number;
  /** Never less than `length`, and quick, because serializing thousands of projects takes long; infinite when a glance does not tell. */
  atMost: (project: Project) => number;
}

export function lengthsIn(state: ListState, place: HexPlace): Lengths {
  const length = (project: Project) => lengthOf(projectBlocks(project, longestName(project), state, place, true));
  const frame = Math.max(...FRAMES.map(length));
  return { length, atMost: (project) => frame + mostAdded(project) };
}

/** At least as long as what a screen reader calls the project, whichever others there are. It fills the labels of the buttons. */
function longestName(project: Project): string {
  return `${project.title}, ${ownerOrCreator(project)}, ${project.id}`.padEnd(LIMITS.buttonText, "x");
}

/** What surrounds a project's text, in its longest form. */
const FRAMES: readonly Project[] = [null, Date.UTC(2026, 0)].map((lastPublishedAt) => ({
  id: "",
  title: "",
  description: null,
  type: "PROJECT",
  creator: null,
  // "no owner" is longer than nothing.
  owner: null,
  status: { name: "" },
  categories: [],
  schedules: [],
  lastPublishedAt,
  lastEditedAt: null,
  createdAt: null,
  archivedAt: null,
  trashedAt: null,
}));
/** Text in which no character gets longer in a message's JSON. */
const PLAIN = /^[^&<>"\\\p{Cc}\p{Cs}]*$/u;
/** In how many places of a project's blocks one of its texts appears at most: its id in the link and in the values of two buttons. */
const MOST_PLACES = 3;

function mostAdded(project: Project): number {
  const { id, title, status, schedules } = project;
  const texts = [id, title, ownerOrCreator(project) ?? "", status?.name ?? ""];
  if (schedules.length > 0 || !texts.every((text) => PLAIN.test(text))) return Number.POSITIVE_INFINITY;
  return MOST_PLACES * texts.reduce((sum, text) => sum + text.length, 0);
}
