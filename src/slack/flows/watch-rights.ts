// Who may begin and end the watches and the digest of a conversation.

import type { Deed } from "../../audit/audit-entry.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import type { Digest } from "../../follow/digest.js";
import type { Rule, Watch } from "../../follow/watch.js";
import { projectsOf } from "../../follow/watched-projects.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { noteAttempt } from "../access/attempts.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { learnProject } from "./read-project.js";

export type WatchDeed = Extract<Deed, "watch" | "unwatch" | "digest" | "digest_off">;

/**
 * Demands the right to watch a project, or every visible project that a rule covers now. Where there is none, the rules without
 * projects decide: otherwise everybody could end what is about hidden projects alone.
 * @param deed what they want to do
 * @throws AccessDenied; HexError for a project that they may not see
 */
export async function demandWatch(interaction: Interaction, rules: readonly Rule[], deed: WatchDeed): Promise<void> {
  const { permissions } = interaction;
  const { projects } = permissions;
  await projects.ready();
  if (rules.length === 0) permissions.demandApartFromProjects("watch");
  for (const rule of rules) {
    if (rule.kind === "project") await learnProject(interaction, rule.id, deed);
    const covered = coveredBy(rule, projects);
    if (covered.length === 0) permissions.demandApartFromProjects("watch");
    for (const project of covered) permissions.demand("watch", project);
  }
}

function coveredBy(rule: Rule, projects: VisibleProjects): ProjectNamed[] {
  return rule.kind === "project" ? [projects.named(rule)] : projectsOf([rule], projects);
}

/** Whether a watch or a digest exists for somebody: one of a hidden project exists only for the person who set it. */
export function isKnownTo(
  { user, permissions }: Interaction,
  { rule, setBy }: Pick<Watch | Digest, "rule" | "setBy">,
): boolean {
  return setBy === user || rule?.kind !== "project" || permissions.projects.has(rule.id);
}

/** Notes that somebody tried to end what does not exist for them. */
export function noteHidden(interaction: Interaction, { rule }: Pick<Watch | Digest, "rule">, deed: WatchDeed): void {
  if (rule?.kind === "project")
    noteAttempt(interaction, deed, { kind: "project", project: { id: rule.id, title: "" } });
}

/** Demands the right to end a watch. The person who set it has that right. @throws AccessDenied */
export async function demandToEnd(interaction: Interaction, { rule, setBy }: Watch): Promise<void> {
  if (setBy !== interaction.user) await demandWatch(interaction, [rule], "unwatch");
}

/** Whether they would have it, as far as that is known now. */
export function mayEnd({ user, permissions }: Interaction, { rule, setBy }: Watch): boolean {
  if (setBy === user) return true;
  const covered = coveredBy(rule, permissions.projects);
  if (covered.length === 0) return permissions.mayApartFromProjects("watch");
  return covered.every(({ id }) => permissions.may("watch", id));
}

/** Demands the right to end a digest, which another one may be about to replace. @throws AccessDenied */
export async function demandToEndDigest(
  bot: Bot,
  interaction: Interaction,
  digest: Digest,
  deed: WatchDeed,
): Promise<void> {
  const { rule, setBy } = digest;
  if (setBy === interaction.user) return;
  if (rule?.kind === "project" && !isKnownTo(interaction, digest))
    return interaction.permissions.denyHidden("watch", rule.id);
  await demandWatch(interaction, await rulesOf(bot, interaction, digest), deed);
}

/** What a digest is about: its rule, or what its conversation watches, as far as that exists for the person. */
export async function rulesOf(
  bot: Bot,
  interaction: Interaction,
  { channel, threadTs, rule }: Pick<Digest, "channel" | "threadTs" | "rule">,
): Promise<Rule[]> {
  const { projects } = interaction.permissions;
  const rules = rule === null ? (await bot.watches.in({ channel, threadTs })).map((watch) => watch.rule) : [rule];
  return rules.filter((one) => one.kind !== "project" || projects.has(one.id));
}

/** The project that a rule is about, for the audit log; `null` when it is about no certain one. */
export function projectOfRule({ permissions }: Interaction, rule: Rule | null): ProjectNamed | null {
  return rule?.kind === "project" ? permissions.projects.named(rule) : null;
}
