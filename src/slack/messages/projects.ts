// The list of projects, page by page, with a Run button on each project that can be run.

import type { KnownBlock } from "@slack/types";
import type { HexPlace } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { ACTIONS } from "./action-ids.js";
import { actions, answer, button, context, lengthOf, type Message, message, section } from "./blocks.js";
import { type Carried, type CarriedInButton, packed, TOO_LONG } from "./carried.js";
import { LIMITS } from "./limits.js";
import { lengthsIn, projectBlocks } from "./listed-project.js";
import { code, count, date, dotted, spoken } from "./mrkdwn.js";
import { optionsLine } from "./run-words.js";
import { searchedInButton } from "./searched.js";
import { spokenNames } from "./spoken-names.js";

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
  const starting = startsWith(view);
  const { carried } = starting;
  const perPage = perPageOf(view, starting);
  const pages = Math.ceil(projects.length / perPage);
  const page = Math.min(Math.max(0, view.page), pages - 1);
  const shown = projects.slice(page * perPage, (page + 1) * perPage);
  const names = spokenNames(shown);
  const published = projects.filter((project) => project.lastPublishedAt !== null).length;
  const filter = words.length === 0 ? "" : ` for ${code(words.join(" "), 80)}`;
  const counted = `*${count(projects.length, "project")}*${filter}, ${published} published`;
  const head = view.isNearest
    ? `*No project has all of* ${code(words.join(" "), 80)}. The nearest by spelling:`
    : counted;
  return message(spoken(head), [
    section(head),
    starting.words,
    ...shown.flatMap((project, at) =>
      projectBlocks(
        project,
        names[at] ?? "",
        { nonce: view.nonce, words: searchedInButton(words), page, carried },
        place,
        view.mayRun(project.id),
      ),
    ),
    pages > 1 ? pager(view, page, pages, carried) : null,
    context(dotted(pages > 1 ? `Page ${page + 1} of ${pages}` : null, gapOf(view))),
  ]);
}

/** What may be missing from the list, as mrkdwn; `null` when nothing is. */
function gapOf({ readAt, known }: ProjectsView): string | null {
  if (known !== null) return `${count(known, "project")} known so far: the bot is still reading the others from Hex`;
  return readAt === null ? null : `As of ${date(readAt)}`;
}

/**
 * How many projects fit into one message, whichever projects they are. Every page has this size: a project that its message had
 * no room for would otherwise be on no page at all.
 */
function perPageOf(view: ProjectsView, { carried, words }: StartsWith): number {
  const { projects, nonce, place } = view;
  const room = LIMITS.messageBlocksText - SPARE - lengthOf([words, pager(view, 1, 3, carried)]);
  const share = room / PROJECTS_PER_PAGE;
  const state = { nonce, words: searchedInButton(view.words), page: 0, carried };
  const { length, atMost } = lengthsIn(state, place);
  const longest = projects.reduce(
    (most, project) => (atMost(project) <= share ? most : Math.max(most, length(project))),
    share,
  );
  return Math.max(1, Math.floor(room / longest));
}

/** What Run starts with: in the values of buttons, and in words above the list. */
interface StartsWith {
  carried: CarriedInButton;
  words: KnownBlock | null;
}

const TOO_LONG_TO_START: StartsWith = {
  carried: TOO_LONG,
  words: section(
    ":warning: What you typed after the title is too long for a button, so there are no Run buttons here. Write `/hex run <project id>` with the id of one of these projects, followed by the same inputs and flags.",
  ),
};

function startsWith({ carried, words, nonce, page }: ProjectsView): StartsWith {
  if (carried === TOO_LONG) return TOO_LONG_TO_START;
  const wanted = packed(carried);
  if (wanted === undefined) return { carried: undefined, words: null };
  const longest = JSON.stringify({ project: UUID, nonce, words: searchedInButton(words), page, carried: wanted });
  const fits = JSON.stringify(longest).length <= LIMITS.carriedInButton;
  return fits ? { carried: wanted, words: carriedBlock(carried) } : TOO_LONG_TO_START;
}
const UUID = "00000000-0000-0000-0000-000000000000";

function carriedBlock({ dryRun, ...options }: Carried): KnownBlock {
  const line = optionsLine(options);
  if (dryRun)
    return section(
      `*Dry run* asks Hex whether the run would start, without starting it.${line === null ? "" : `\n${line}`}`,
    );
  return section(`*Run* starts with what you typed: ${line ?? ""}`);
}

function pager({ words, nonce }: ProjectsView, page: number, pages: number, carried: CarriedInButton) {
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
    context(gapOf(view)),
  );
}
