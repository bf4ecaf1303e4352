// Shows administrators who did what.

import { mayBeMeant, projectMeant } from "../../catalog/match.js";
import type { ProjectNamed } from "../../hex/projects.js";
import { DAY } from "../../lib/time.js";
import { deedEntry } from "../access/audit-entries.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { unusableLinkMessage } from "../messages/answers.js";
import { auditInTerminalMessage, auditMessage, whichAuditProjectMessage } from "../messages/audit.js";
import type { AuditArguments } from "../parse/audit-arguments.js";
import { isUnusable, parseProjectRef, projectIdIn, titleIn } from "../parse/project-ref.js";

const USUAL_DAYS = 7;
/** In days: longer than anything is kept. */
const LONGEST = 36_500;
/** How many entries a message has room for, at most. */
const SHOWN = 40;

/** @throws AccessDenied for anybody else, StoreFailure */
export async function showAudit(bot: Bot, interaction: Interaction, typed: AuditArguments): Promise<void> {
  const { permissions, respond } = interaction;
  if (!bot.permissions.access.hasPolicy) return respond(auditInTerminalMessage());
  permissions.demandAdministration();
  const project = await projectOf(bot, interaction, typed.project);
  if (project === undefined) return;
  const days = Math.min(Math.max(typed.days ?? USUAL_DAYS, 1), LONGEST);
  const now = bot.clock.now();
  const query = {
    since: now - days * DAY,
    ...(project === null ? {} : { projectId: project.id }),
    ...(typed.who === null ? {} : { who: typed.who }),
  };
  await permissions.projects.ready();
  // To an administrator who may not see a project, nothing was ever done to it.
  const except = await permissions.projects.hiddenAmong(await bot.auditStore.projectIds(query));
  const { entries, total } = await bot.auditStore.latest({ ...query, except }, SHOWN);
  const detail = typed.who === null ? `audit ${days} d` : `audit ${days} d of ${typed.who}`;
  await bot.audit.record(deedEntry(interaction, "administer", now, { detail, project }));
  await respond(auditMessage({ entries, total, days, who: typed.who, project }));
}

/** `null` for all projects; `undefined` after asking which one is meant. */
async function projectOf(
  bot: Bot,
  { permissions: { projects }, respond }: Interaction,
  typed: string,
): Promise<ProjectNamed | null | undefined> {
  if (typed === "") return null;
  await projects.ready();
  const reference = parseProjectRef(typed, bot.hex.origin);
  if (isUnusable(reference)) return respond(unusableLinkMessage(reference, bot.hex.host)).then(() => undefined);
  const id = projectIdIn(reference);
  if (id !== null) return { id, title: projects.known(id)?.title ?? id };
  const match = projects.match(titleIn(reference) ?? typed, "listed");
  return projectMeant(match) ?? respond(whichAuditProjectMessage(typed, mayBeMeant(match))).then(() => undefined);
}
