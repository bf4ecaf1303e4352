// The runs that exist for somebody: those of projects that they may see, and those that they asked for themselves.

import type { Deed } from "../../audit/audit-entry.js";
import { HexError } from "../../hex/errors.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Run } from "../../runs/run.js";
import { asUnreadableRun, UnreadableRun } from "../../runs/unreadable-run.js";
import { noteAttempt } from "../access/attempts.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { learnProject } from "./read-project.js";

/**
 * `null` for a run that does not exist for them, as for one that the bot does not know.
 * @param deed what they want to do about it
 * @throws UnreadableRun
 */
export function runFor(bot: Bot, interaction: Interaction, key: string, deed: Deed): Promise<Run | null> {
  return ifTheirs(interaction, bot.runs.get(key), deed);
}

/** The same by the run's id in Hex. @throws UnreadableRun */
export function runByHexIdFor(bot: Bot, interaction: Interaction, runId: string, deed: Deed): Promise<Run | null> {
  return ifTheirs(interaction, bot.runs.byHexRun(runId), deed);
}

/** The id of a run's project, by the run's id in Hex, even if the run cannot be read; `null` as for `runFor`. */
export async function projectOfRunFor(
  bot: Bot,
  interaction: Interaction,
  runId: string,
  deed: Deed,
): Promise<string | null> {
  const run = await runByHexIdFor(bot, interaction, runId, deed).catch(asUnreadableRun);
  return run instanceof UnreadableRun ? run.run.projectId : (run?.project.id ?? null);
}

/** The runs among these that exist for them. */
export async function runsFor(interaction: Interaction, runs: readonly Run[]): Promise<Run[]> {
  const { permissions, user } = interaction;
  if (permissions.areUnlimited) return [...runs];
  await permissions.projects.ready();
  return runs.filter(({ requester, project }) => requester === user || permissions.projects.has(project.id));
}

async function ifTheirs(interaction: Interaction, read: Promise<Run | null>, deed: Deed): Promise<Run | null> {
  try {
    const run = await read;
    if (run === null || run.requester === interaction.user) return run;
    return (await isSeen(interaction, run.project, deed)) ? run : null;
  } catch (error) {
    if (!(error instanceof UnreadableRun)) throw error;
    // Who asked for it cannot be read either.
    if (await isSeen(interaction, { id: error.run.projectId, title: "" }, deed)) throw error;
    return null;
  }
}

async function isSeen(interaction: Interaction, project: ProjectNamed, deed: Deed): Promise<boolean> {
  const { projects } = interaction.permissions;
  try {
    await projects.ready();
    // Hex is asked for nothing about a run that the bot does not know.
    if (!projects.hides(project.id)) {
      await learnProject(interaction, project.id, null);
      return true;
    }
  } catch (error) {
    if (!(error instanceof HexError) || error.kind !== "not_found") throw error;
  }
  noteAttempt(interaction, deed, { kind: "project", project });
  return false;
}
