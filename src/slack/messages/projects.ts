// The list of projects, page by page, with a Run button on each project that can be run.

import type { KnownBlock } from "@slack/types";
import { type HexPlace, projectUrl } from "../../hex/links.js";
import { ownerOrCreator } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { ACTIONS } from "./action-ids.js";
import { actions, answer, button, context, lengthOf, type Message, message, section } from "./blocks.js";
import { type Carried, packed, TOO_LONG } from "./carried.js";
import { LIMITS } from "./limits.js";
import { code, count, date, dotted, inline, link, spoken } from "./mrkdwn.js";
import { optionsLine } from "./run-words.js";
import { scheduleWords } from "./schedule.js";
import { type Searched, searchedInButton } from "./searched.js";

const PROJECTS_PER_PAGE = 8;
/** Room for the text above a list and for page numbers with several digits, in characters of the message's JSON. */
const SPARE = 1_000;

export interface ProjectsView {
  /** All projects that fit the words, in order. */
  projects: readonly Project[];
  /** True when no project has all the words, and these have a similar spelling. */
  isNearest: boolean;
  /** Whether the person may run a project with what Run starts with. */
  mayRun: (projectId: string) => boolean;
  words: readonly string[];
  /** Counts from 0. A page past the end shows the last page. */
  page: number;
  /** Makes each button of this rendering work only once. */
  nonce: string;
  /** When all projects were last read, epoch ms; `null` when that was recent, or has not happened yet. */
  readAt: number | null;
  /** How many projects are known while the bot is still reading the others; `null` when it knows them all. */
  known: number | null;
  place: HexPlace;
  /** What Run starts with. If that is too long for a button's value, nothing can be run from here. */
  carried: Carried | typeof TOO_LONG;
}

export function projectsMessage(view: ProjectsView): Message {
  const { projects, words, place } = view;
  if (projects.length === 0) return emptyMessage(view);
  const carried = carriedOf(view);
  const perPage = perPageOf(view, carried);
  const pages = Math.ceil(projects.length / perPage);
  const page = Math.min(Math.max(0, view.page), pages - 1);
  const shown = projects.slice(page * perPage, (page + 1) * perPage);
  const published = projects.filter((project) => project.lastPublishedAt !== null).length;
  const filter = words.length === 0 ? "" : ` for ${code(words.join(" "), 80)}`;
  const counted = `*${count(projects.length, "project")}*${filter}, ${published} published`;
  const head = view.isNearest
    ? `*No project has all of* ${code(words.join(" "), 80)}. The nearest by spelling:`
    : counted;
  return message(spoken(head), [
    section(head),
    carriedBlockOf(view, carried),
    ...shown.flatMap((project) =>
      projectBlocks(
        project,
        { nonce: view.nonce, words: searchedInButton(words), page, carried },
        place,
        view.mayRun(project.id),
      ),
    ),
    pages > 1 ? pager(view, page, pages, carried) : null,
    contextOf(pages > 1 ? `Page ${page + 1} of ${pages}` : null, gapOf(view)),
  ]);
}

function contextOf(...parts: (string | null)[]): KnownBlock | null {
  const text = dotted(...parts);
  return text === "" ? null : context(text);
}

/** What may be missing from the list, as mrkdwn; `null` when nothing is. */
function gapOf({ readAt, known }: ProjectsView): string | null {
  if (known !== null) return `${count(known, "project")} known so far: the bot is still reading the others from Hex`;
  return readAt === null ? null : `As of ${date(readAt, "{date_short_pretty} {time}")}`;
}

/**
 * How many projects fit into one message, whichever projects they are. Every page has this size: a project that its message had
 * no room for would otherwise be on no page at all.
 */
function perPageOf(view: ProjectsView, carried: InValue): number {
  const { projects, nonce, words, place } = view;
  const state = { nonce, words: searchedInButton(words), page: 0, carried };
  const lengthIn = (project: Project) => lengthOf(projectBlocks(project, state, place));
  const around = lengthOf([carriedBlockOf(view, carried), pager(view, 1, 3, carried)]);
  const room = LIMITS.messageBlocksText - SPARE - around;
  // Serializing thousands of projects takes long, so those that are certainly short enough are not serialized.
  const frame = Math.max(...FRAMES.map(lengthIn));
  const short = (project: Project) => frame + mostAdded(project) <= room / PROJECTS_PER_PAGE;
  const longest = projects.reduce((most, project) => (short(project) ? most : Math.max(most, lengthIn(project))), 1);
  return Math.min(PROJECTS_PER_PAGE, Math.max(1, Math.floor(room / longest)));
}

/** What surrounds a project's text, in its longest form. */
const FRAMES: readonly Project[] = [null, Date.UTC(2026, 0)].map((lastPublishedAt) => ({
  id: "",
  title: "",
  description: null,
  type: "PROJECT",
  creator: null,
  owner: { email: "" },
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

/** The most by which a project's block can exceed the frame, in characters; infinite when that cannot be told at a glance. */
function mostAdded(project: Project): number {
  const { id, title, status, schedules } = project;
  const texts = [id, title, ownerOrCreator(project) ?? "", status?.name ?? ""];
  if (schedules.length > 0 || !texts.every((text) => PLAIN.test(text))) return Number.POSITIVE_INFINITY;
  // No text appears in more than three places.
  return 3 * texts.reduce((sum, text) => sum + text.length, 0);
}

/** The form that goes into the values of buttons; `undefined` when there is nothing to carry. */
type InValue = ReturnType<typeof packed> | typeof TOO_LONG;

function carriedOf({ carried, words, nonce, page }: ProjectsView): InValue {
  if (carried === TOO_LONG) return TOO_LONG;
  const wanted = packed(carried);
  const longest = JSON.stringify({ project: UUID, nonce, words: searchedInButton(words), page, carried: wanted });
  return wanted === undefined || JSON.stringify(longest).length <= LIMITS.carriedInButton ? wanted : TOO_LONG;
}
const UUID = "00000000-0000-0000-0000-000000000000";

function carriedBlockOf(view: ProjectsView, carried: InValue): KnownBlock | null {
  return carried === undefined ? null : carriedBlock(carried === TOO_LONG ? TOO_LONG : view.carried);
}

function carriedBlock(carried: ProjectsView["carried"]): KnownBlock {
  if (carried === TOO_LONG) {
    return section(
      ":warning: What you typed after the title is too long for a button, so there are no Run buttons here. Write `/hex run <project id>` with the id of one of these projects, followed by the same inputs and flags.",
    );
  }
  const { dryRun, ...options } = carried;
  const line = optionsLine(options);
  if (dryRun)
    return section(
      `*Dry run* asks Hex whether the run would start, without starting it.${line === null ? "" : `\n${line}`}`,
    );
  return section(`*Run* starts with what you typed: ${line ?? ""}`);
}

const DENIED = "\n_You may not run it here._";

/** They take the most room with buttons. */
function projectBlocks(
  project: Project,
  state: { nonce: string; words: Searched; page: number; carried: InValue },
  place: HexPlace,
  mayRun = true,
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
    describe: `${verb} ${title}`,
  });
  const form = button({
    actionId: ACTIONS.runProjectForm,
    label: `${verb}…`,
    value: JSON.stringify({ project: id, carried }),
    describe: `${verb} with other inputs: ${title}`,
  });
  return [section(text), canRun ? actions(run, form) : null];
}

function pager({ words, nonce }: ProjectsView, page: number, pages: number, carried: InValue) {
  const value = (to: number) => JSON.stringify({ words: searchedInButton(words), page: to, nonce, carried });
  return actions(
    page > 0 ? button({ actionId: ACTIONS.projectsPrevious, label: "Previous", value: value(page - 1) }) : null,
    page < pages - 1 ? button({ actionId: ACTIONS.projectsNext, label: "Next", value: value(page + 1) }) : null,
  );
}

/** The answer to a button of a list when it is no longer known what was searched for. */
export function searchGoneMessage(): Message {
  return answer(
    "What you searched for was too long for a button, so the bot kept it for a day, and that day is over.\nType the command again.",
  );
}

function emptyMessage(view: ProjectsView): Message {
  const { words } = view;
  if (words.length === 0) {
    return answer(
      "*The bot's token sees no projects.*\nShare a project with the workspace or with the token's user in Hex, then try `/hex projects` again.",
    );
  }
  return answer(
    `*No project fits* ${code(words.join(" "), 120)}\nEvery word must occur in the title, description, category or owner. Try fewer words, or \`/hex projects\` to see all projects.`,
    contextOf(gapOf(view)),
  );
}
