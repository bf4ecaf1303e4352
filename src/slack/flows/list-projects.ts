// The list of projects, for the command and its further pages.

import type { VisibleProjects } from "../../catalog/visible-projects.js";
import { HexError, meansLater } from "../../hex/errors.js";
import { isUuid } from "../../hex/ids.js";
import type { Project } from "../../hex/schema.js";
import { HOUR, MINUTE } from "../../lib/time.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { TOO_LONG } from "../messages/carried.js";
import { type ProjectsView, projectsMessage } from "../messages/projects.js";
import type { Searched } from "../messages/searched.js";
import { withoutEmojiCodes } from "../parse/emoji-codes.js";
import { keepWords, readWords } from "./kept-words.js";

/** How long ago the bot may last have asked Hex, in ms: for a new list, and for turning a page. */
const ANEW_MS = MINUTE;
const PAGING_MS = 30 * MINUTE;
/** In ms. A list that is older than this says when it was read. */
const OLD_MS = HOUR;

/** A page of the list, with new buttons; `null` when it is no longer known what was searched for. `at` is from a button's value. */
export async function projectsPage(
  bot: Bot,
  interaction: Interaction,
  at: Pick<ProjectsView, "nonce" | "page" | "carried"> & { words: Searched },
): Promise<Message | null> {
  const words = await readWords(bot, at);
  return words === null ? null : projectsMessage(await listProjects(bot, interaction, { ...at, words }, PAGING_MS));
}

/** The projects that fit the words. Asks Hex for new ones, unless that was done in the last `maxAgeMs`. */
export async function listProjects(
  bot: Bot,
  interaction: Interaction,
  { words, page, carried }: Pick<ProjectsView, "words" | "page" | "carried">,
  maxAgeMs = ANEW_MS,
): Promise<ProjectsView> {
  const { clock, hex, newNonce } = bot;
  const { permissions } = interaction;
  const { projects } = permissions;
  const nonce = newNonce();
  await keepWords(bot, nonce, words);
  await projects.ready();
  await lookForNew(interaction, maxAgeMs);
  const fitting = projects.withWords(words);
  const nearest = fitting.length > 0 ? [] : nearestOf(projects, words);
  return {
    projects: fitting.length > 0 ? fitting : nearest,
    isNearest: nearest.length > 0,
    mayRun: (id) => permissions.mayStart(id, { publish: carried !== TOO_LONG && carried.publish }),
    words,
    page,
    carried,
    nonce,
    readAt: projects.readAt !== null && clock.now() - projects.readAt > OLD_MS ? projects.readAt : null,
    known: projects.isWhole ? null : projects.size,
    place: hex.place.now,
  };
}

/** How many one page shows. */
const NEAREST = 8;

/** The projects with a similar spelling, for when no project has all of the words. An id does not count as a word. */
function nearestOf(projects: VisibleProjects, words: readonly string[]): Project[] {
  const text = withoutEmojiCodes(words.join(" "));
  return text === "" || words.some(isUuid) ? [] : projects.suggest(text, NEAREST, "listed");
}

/** Asks Hex for new projects, unless that was done in the last `maxAgeMs`. @throws HexError */
export async function lookForNew(interaction: Interaction, maxAgeMs: number): Promise<void> {
  const { projects } = interaction.permissions;
  await projects.look(callFor(interaction), maxAgeMs).catch((error: unknown) => {
    // The known projects are better than nothing.
    if (error instanceof HexError && meansLater(error.kind) && projects.areKnown) return;
    throw error;
  });
}
