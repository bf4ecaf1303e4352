// `/hex unwatch <project | category:… | owner:… | scheduled>`: this conversation is no longer told of it.

import { projectMeant } from "../../../catalog/match.js";
import { ruleKey } from "../../../follow/watch.js";
import { folded } from "../../../lib/spelling.js";
import { type Named, noteAttempt } from "../../access/attempts.js";
import { alsoWatched, endWatch } from "../../flows/set-watch.js";
import { isKnownTo } from "../../flows/watch-rights.js";
import { unusableLinkMessage } from "../../messages/answers.js";
import { watchedByOthersMessage, whatToUnwatchMessage } from "../../messages/watch-answers.js";
import { isUnusable, parseProjectRef, projectIdIn, titleIn } from "../../parse/project-ref.js";
import { parseWatchArguments } from "../../parse/watch-arguments.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";
import { listWatches } from "./watching.js";

export const unwatch: Command = {
  name: "unwatch",
  deed: "unwatch",
  usage: "unwatch <project, category:…, owner:… or scheduled>",
  summary: "Ends what `/hex watch` began.",
  example: "unwatch weekly revenue",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, typed: string): Promise<void> {
  const { rule, text } = parseWatchArguments(typed);
  const all = await bot.watches.in(interaction.conversation);
  const watches = all.filter((watch) => isKnownTo(interaction, watch));
  if (text === "") return listWatches(bot, interaction);
  const reference = parseProjectRef(text, bot.hex.origin);
  if (isUnusable(reference)) return interaction.respond(unusableLinkMessage(reference, bot.hex.host));
  const named = projectIdIn(reference);
  const name = titleIn(reference) ?? text;
  const attempt: Named = named === null ? { kind: "words", text: name, mayBePart: true } : { kind: "id", id: named };
  if (watches.length === 0) {
    if (rule === null) noteAttempt(interaction, "unwatch", attempt);
    return listWatches(bot, interaction);
  }
  if (rule !== null) return endWatch(bot, interaction, ruleKey(rule));
  const id = named ?? projectMeant(interaction.permissions.projects.match(name, "listed"))?.id ?? null;
  const watched = watches.flatMap((watch) => (watch.rule.kind === "project" ? watch.rule.id : []));
  const meant = watched.find((one) => one === id) ?? (await lastCalled(bot, watched, name));
  if (meant === null) {
    const project = id === null ? null : interaction.permissions.projects.known(id);
    const also = project === null ? null : await alsoWatched(bot, interaction, { kind: "project", id: project.id });
    if (project !== null && also !== null)
      return interaction.respond(watchedByOthersMessage(project, also, bot.hex.place.now));
    noteAttempt(interaction, "unwatch", attempt);
    return interaction.respond(whatToUnwatchMessage(name));
  }
  await endWatch(bot, interaction, ruleKey({ kind: "project", id: meant }));
}

/** The one of these projects that had this title when Hex last listed it: Hex may not list it any more. `null`: none, or several. */
async function lastCalled({ troubles }: Bot, projectIds: readonly string[], text: string): Promise<string | null> {
  const followed = await troubles.followedOf(projectIds);
  const [called, another] = projectIds.filter((id) => folded(followed.get(id)?.title ?? "") === folded(text));
  return called === undefined || another !== undefined ? null : called;
}
