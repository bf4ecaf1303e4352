// The list of projects, for the command, the pages behind it, and the choice of a project by its title.

import { HexError, meansLater } from "../../hex/errors.js";
import { searchProjects } from "../../hex/projects.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { type ProjectsView, projectsMessage } from "../messages/projects.js";

/** How old what is known may be, in ms, when somebody asks for the list anew; and when they only turn a page. */
const ANEW_MS = 60_000;
const PAGING_MS = 30 * 60_000;

/** A page of the list, with new buttons. */
export async function projectsPage(
  bot: Bot,
  interaction: Interaction,
  at: Pick<ProjectsView, "words" | "page" | "carried">,
): Promise<Message> {
  return projectsMessage(await listProjects(bot, interaction, at, PAGING_MS));
}

/** The projects that fit the words, from a list that is `maxAgeMs` old at most. */
export async function listProjects(
  bot: Bot,
  interaction: Interaction,
  { words, page, carried }: Pick<ProjectsView, "words" | "page" | "carried">,
  maxAgeMs = ANEW_MS,
): Promise<ProjectsView> {
  const list = await bot.catalog.list(callFor(interaction), maxAgeMs).catch((error: unknown) => {
    // An older list, which says when it was read, is worth more than none.
    if (error instanceof HexError && meansLater(error.kind) && bot.catalog.last !== null) return bot.catalog.last;
    throw error;
  });
  return {
    projects: searchProjects(list.projects, words),
    words,
    page,
    carried,
    nonce: bot.newNonce(),
    readAt: list.readAt,
    complete: list.complete,
    place: bot.hex.place.now,
  };
}
