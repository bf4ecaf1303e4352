// `/hex projects [words, id or link]`: the projects, page by page.

import { HexError, meansLater } from "../../../hex/errors.js";
import type { HexReference } from "../../../hex/links.js";
import { searchProjects } from "../../../hex/projects.js";
import { unusableLinkMessage } from "../../messages/answers.js";
import type { Message } from "../../messages/blocks.js";
import { NOTHING_CARRIED } from "../../messages/carried.js";
import { type ProjectsView, projectsMessage } from "../../messages/projects.js";
import { parseProjectRef } from "../../parse/project-ref.js";
import { plainWords } from "../../parse/words.js";
import { type Bot, callFor, type Interaction } from "../context.js";

/** How old what is known may be, in ms, when somebody asks for the list anew; and when they only turn a page. */
const ANEW_MS = 60_000;
const PAGING_MS = 30 * 60_000;

export async function projects(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const typed = plainWords(text);
  const reference = typed.length === 1 ? parseProjectRef(typed[0] ?? "", bot.hex.origin) : null;
  const unusable = unusableLinkMessage(reference, bot.hex.host);
  if (unusable !== null) return interaction.respond(unusable);
  const words = reference === null ? typed : wordsOf(reference);
  const view = await listProjects(bot, interaction, { words, page: 0, carried: NOTHING_CARRIED });
  const projectId = reference !== null && "projectId" in reference ? reference.projectId : null;
  if (projectId === null || view.projects.length > 0) return interaction.respond(projectsMessage(view));
  // The list lacks what is new, what is archived or a component, and the end of a very long one.
  const project = await bot.hex.project(projectId, callFor(interaction));
  await interaction.respond(projectsMessage({ ...view, projects: [project], readAt: bot.clock.now(), complete: true }));
}

/** What to search for when a link or an id was typed: a link's id decides, its title only where there is none. */
function wordsOf(reference: HexReference): string[] {
  if (reference.kind === "no_id") return reference.words;
  return "projectId" in reference ? [reference.projectId] : [];
}

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
