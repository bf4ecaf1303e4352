// The list of projects, for the command, the pages behind it, and the choice of a project by its title.

import { HexError, meansLater } from "../../hex/errors.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { type ProjectsView, projectsMessage } from "../messages/projects.js";

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
  const { catalog } = bot;
  await catalog.ready();
  await catalog.look(callFor(interaction), maxAgeMs).catch((error: unknown) => {
    // What is known is worth more than nothing.
    if (error instanceof HexError && meansLater(error.kind) && catalog.seen !== null) return;
    throw error;
  });
  return knownProjects(bot, { words, page, carried });
}

/** The projects that fit the words, as far as they are known without asking Hex. */
export function knownProjects(
  { catalog, clock, hex, newNonce }: Bot,
  { words, page, carried }: Pick<ProjectsView, "words" | "page" | "carried">,
): ProjectsView {
  return {
    projects: catalog.withWords(words),
    words,
    page,
    carried,
    nonce: newNonce(),
    readAt: catalog.readAt !== null && clock.now() - catalog.readAt > OLD_MS ? catalog.readAt : null,
    known: catalog.isWhole ? null : catalog.size,
    place: hex.place.now,
  };
}
