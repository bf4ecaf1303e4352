// Begins and ends a watch of the conversation that somebody is in.

import { covers, type Rule, ruleKey, type Watch } from "../../follow/watch.js";
import { projectsOf } from "../../follow/watched-projects.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { projectsShownTo } from "../access/audience.js";
import { deedEntry } from "../access/audit-entries.js";
import type { Bot, Interaction } from "../listeners/context.js";
import {
  type AlsoWatched,
  noLongerWatchedMessage,
  notWatchedMessage,
  watchSetMessage,
} from "../messages/watch-answers.js";
import { hiddenHere } from "./hidden-here.js";
import { obstacleIn } from "./obstacle.js";
import { watchLoad } from "./watch-load.js";
import { demandToEnd, demandWatch, isKnownTo, noteHidden, projectOfRule } from "./watch-rights.js";

/** @throws StoreFailure, AccessDenied; HexError for a project that they may not see */
export async function setWatch(
  bot: Bot,
  interaction: Interaction,
  rule: Rule,
  { level, page }: Pick<Watch, "level" | "page">,
): Promise<void> {
  const { user, conversation } = interaction;
  const { channel, threadTs } = conversation;
  await demandWatch(interaction, [rule], "watch");
  const before = (await bot.watches.in(conversation)).find((watch) => ruleKey(watch.rule) === ruleKey(rule));
  const set = await bot.watches.set({ channel, threadTs, rule, level, page, setBy: user, setAt: bot.clock.now() });
  const { projects: visible } = interaction.permissions;
  const about = {
    project: projectOfRule(interaction, rule),
    detail: `${ruleKey(rule)} ${level}${page ? " page" : ""}`,
  };
  await bot.audit.record(deedEntry(interaction, "watch", bot.clock.now(), { ...about, result: set }));
  interaction.log.info({ rule, tells: level, page, set }, "watch");
  bot.wakeFollowing();
  const projects = projectsOf([rule], visible);
  await interaction.respond(
    watchSetMessage({
      rule,
      level,
      paging: page ? (bot.pages === null ? "no_key" : "on") : before?.page === true ? "ended" : "none",
      set,
      project: rule.kind === "project" ? visible.known(rule.id) : null,
      named: rule.kind === "project" ? 1 : projects.length,
      hidden: await hiddenHere(bot, interaction, projects),
      obstacle: await obstacleIn(bot, interaction),
      load: await watchLoad(bot, interaction),
      place: bot.hex.place.now,
    }),
  );
}

/** `key`: of the rule, see `ruleKey`. @throws StoreFailure, AccessDenied */
export async function endWatch(bot: Bot, interaction: Interaction, key: string): Promise<void> {
  const { conversation } = interaction;
  const watch = (await bot.watches.in(conversation)).find(({ rule }) => ruleKey(rule) === key);
  if (watch !== undefined && !isKnownTo(interaction, watch)) {
    noteHidden(interaction, watch, "unwatch");
    return interaction.respond(notWatchedMessage());
  }
  if (watch !== undefined) await demandToEnd(interaction, watch);
  const named = watch === undefined ? null : await projectNamed(bot, interaction, watch.rule);
  const was = await bot.watches.remove(conversation, key);
  const result = was ? "ended" : "not_watched";
  const project = projectOfRule(interaction, watch?.rule ?? null);
  await bot.audit.record(deedEntry(interaction, "unwatch", bot.clock.now(), { project, detail: key, result }));
  interaction.log.info({ key, was }, "unwatch");
  bot.wakeFollowing();
  if (!was || watch === undefined) return interaction.respond(notWatchedMessage());
  const { rule } = watch;
  const also = await alsoWatched(bot, interaction, rule);
  await interaction.respond(noLongerWatchedMessage({ rule, project: named, also }, bot.hex.place.now));
}

/** The project that a rule names, with the title that it has, or had when Hex last listed it; null if the person may see no title. */
async function projectNamed(bot: Bot, { permissions }: Interaction, rule: Rule): Promise<ProjectNamed | null> {
  if (rule.kind !== "project") return null;
  const { id } = rule;
  const known = permissions.projects.known(id);
  if (known !== null || !permissions.projects.has(id)) return known;
  const title = (await bot.troubles.followedOf([id])).get(id)?.title ?? null;
  return title === null ? null : { id, title };
}

/**
 * The other watches of the conversation that tell it of projects that a rule names, as far as these watches and projects exist for the
 * person; null if there are none.
 */
export async function alsoWatched(bot: Bot, interaction: Interaction, rule: Rule): Promise<AlsoWatched | null> {
  const { projects } = interaction.permissions;
  const { channel, threadTs } = interaction.conversation;
  const { projects: shown } = await projectsShownTo(bot.permissions, { channel, person: interaction.user });
  const others = (await bot.watches.in({ channel, threadTs })).filter(
    (watch) => ruleKey(watch.rule) !== ruleKey(rule) && isKnownTo(interaction, watch),
  );
  const named = projectsOf([rule], projects).filter(({ id }) => shown.has(id));
  const by = others.filter((watch) => named.some((project) => covers(watch.rule, project)));
  if (by.length === 0) return null;
  return {
    by: by.map((watch) => ({
      rule: watch.rule,
      project: watch.rule.kind === "project" ? projects.known(watch.rule.id) : null,
    })),
    projects: named.filter((project) => by.some((watch) => covers(watch.rule, project))).length,
  };
}
