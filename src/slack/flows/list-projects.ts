// The list of projects, for the command and the pages behind it.

import { HexError, meansLater } from "../../hex/errors.js";
import { isUuid } from "../../hex/links.js";
import type { Project } from "../../hex/schema.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { type ProjectsView, projectsMessage } from "../messages/projects.js";
import { withoutEmojiCodes } from "../parse/emoji-codes.js";

/** How long ago Hex may have been looked at, in ms, when somebody asks for the list anew; and when they only turn a page. */
const ANEW_MS = 60_000;
const PAGING_MS = 30 * 60_000;
/** An older list says when it was read, in ms. */
const OLD_MS = 60 * 60_000;

/** A page of the list, with new buttons. */
export async function projectsPage(
  bot: Bot,
  interaction: Interaction,
  at: Pick<ProjectsView, "words" | "page" | "carried">,
): Promise<Message> {
  return projectsMessage(await listProjects(bot, interaction, at, PAGING_MS));
}

/** The projects that fit the words. Hex is asked for new ones, unless it was in the last `maxAgeMs`. */
export async function listProjects(
  bot: Bot,
  interaction: Interaction,
  { words, page, carried }: Pick<ProjectsView, "words" | "page" | "carried">,
  maxAgeMs = ANEW_MS,
): Promise<ProjectsView> {
  const { catalog, clock, hex, newNonce } = bot;
  await catalog.ready();
  await lookForNew(bot, interaction, maxAgeMs);
  const fitting = catalog.withWords(words);
  const nearest = fitting.length > 0 ? [] : nearestOf(bot, words);
  return {
    projects: fitting.length > 0 ? fitting : nearest,
    isNearest: nearest.length > 0,
    words,
    page,
    carried,
    nonce: newNonce(),
    readAt: catalog.readAt !== null && clock.now() - catalog.readAt > OLD_MS ? catalog.readAt : null,
    known: catalog.isWhole ? null : catalog.size,
    place: hex.place.now,
  };
}

/** As many as one page shows. */
const NEAREST = 8;

/** For words that no project has all of: those that are spelt about the same. An id is no word. */
function nearestOf({ catalog }: Bot, words: readonly string[]): Project[] {
  const text = withoutEmojiCodes(words.join(" "));
  return text === "" || words.some(isUuid) ? [] : catalog.suggest(text, NEAREST, "listed");
}

/** Asks Hex for new projects, unless it was asked in the last `maxAgeMs`. @throws HexError */
export async function lookForNew({ catalog }: Bot, interaction: Interaction, maxAgeMs: number): Promise<void> {
  await catalog.look(callFor(interaction), maxAgeMs).catch((error: unknown) => {
    // What is known is worth more than nothing.
    if (error instanceof HexError && meansLater(error.kind) && catalog.seen !== null) return;
    throw error;
  });
}
