// A project's runs as messages: the latest ones, or those that can be cancelled.

import { asHexError, HexError } from "../../hex/errors.js";
import { type HexRun, isOver } from "../../hex/schema.js";
import { identityOf, type Run } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { projectRunsMessage, runsToCancelMessage } from "../messages/runs.js";
import { listAt } from "./list-at.js";
import type { ProjectSeen } from "./read-project.js";
import { readProjectRuns } from "./read-project-runs.js";

/** The latest runs, with a Cancel button for those in flight. Hex may not know all of those. @throws HexError */
export async function projectRuns(bot: Bot, interaction: Interaction, project: ProjectSeen): Promise<Message> {
  const [{ runs, own }, tracked] = await Promise.all([
    readProjectRuns(bot, interaction, project.id),
    trackedRuns(bot, project),
  ]);
  const others = notListed(tracked, runs);
  return projectRunsMessage({ project, runs, own, others, ...(await listAt(bot, interaction, others)) });
}

/**
 * The runs in flight, including those that are waiting and that Hex does not know yet. When the bot cannot ask Hex, it lists the
 * runs that it tracks, which is better than nothing. `named` says how the project was given. @throws HexError
 */
export async function runsToCancel(
  bot: Bot,
  interaction: Interaction,
  project: ProjectSeen,
  named: "by_name" | "by_id",
): Promise<Message> {
  const [read, tracked] = await Promise.all([
    readProjectRuns(bot, interaction, project.id).catch(asHexError),
    trackedRuns(bot, project),
  ]);
  const isUnread = read instanceof HexError;
  if (isUnread && tracked.length === 0) throw read;
  const now = bot.clock.now();
  const runs = isUnread ? [] : read.runs.filter((run) => !isOver(run, now));
  const own = isUnread ? new Map() : read.own;
  const others = notListed(tracked, isUnread ? [] : read.runs);
  return runsToCancelMessage({
    project,
    runs,
    own,
    others,
    isUnread,
    named,
    ...(await listAt(bot, interaction, [])),
  });
}

/** The project's runs in flight that the bot tracks. */
async function trackedRuns(bot: Bot, project: ProjectSeen): Promise<Run[]> {
  return (await bot.runs.inFlight()).filter((run) => run.project.id === project.id);
}

function notListed(tracked: readonly Run[], listed: readonly HexRun[]): Run[] {
  const ids = new Set(listed.map(({ runId }) => runId));
  return tracked.filter((run) => !ids.has(identityOf(run)?.runId ?? ""));
}
