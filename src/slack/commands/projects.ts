// `/hex projects [words]`: the projects, page by page.

import { HexError, meansLater } from "../../hex/errors.js";
import { searchProjects } from "../../hex/projects.js";
import { type Bot, callFor, type Interaction } from "../bot.js";
import type { Message } from "../messages/blocks.js";
import { type ProjectsView, projectsMessage } from "../messages/projects.js";
import { plainWords } from "./parse/words.js";

/** How old what is known may be, in ms, when somebody asks for the list anew; and when they only turn a page. */
const ANEW_MS = 60_000;
const PAGING_MS = 30 * 60_000;

export async function projects(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const words = plainWords(text);
  await interaction.respond(projectsMessage(await listProjects(bot, interaction, { words, page: 0 })));
}

/** A page of the list, with new buttons. */
export async function projectsPage(
  bot: Bot,
  interaction: Interaction,
  at: { words: readonly string[]; page: number },
): Promise<Message> {
  return projectsMessage(await listProjects(bot, interaction, at, PAGING_MS));
}

/** The projects that fit the words, from a list that is `maxAgeMs` old at most. */
export async function listProjects(
  bot: Bot,
  interaction: Interaction,
  { words, page }: { words: readonly string[]; page: number },
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
    nonce: bot.newNonce(),
    readAt: list.readAt,
    complete: list.complete,
    origin: bot.hex.origin,
  };
}
