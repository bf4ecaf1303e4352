// A project's runs as messages: the latest ones, or those that can be cancelled.

import { asHexError, HexError } from "../../hex/errors.js";
import { isOver } from "../../hex/schema.js";
import { identityOf } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { Message } from "../messages/blocks.js";
import { projectRunsMessage, runsToCancelMessage } from "../messages/runs.js";
import { listAt } from "./list-rights.js";
import type { ProjectSeen } from "./read-project.js";
import { readProjectRuns } from "./read-project-runs.js";

/** The latest runs, with a Cancel button for those in flight. @throws HexError */
export async function projectRuns(bot: Bot, interaction: Interaction, project: ProjectSeen): Promise<Message> {
  const { runs, own } = await readProjectRuns(bot, interaction, project.id);
  return projectRunsMessage({ project, runs, own, ...(await listAt(bot, interaction, [])) });
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
  const [read, inFlight] = await Promise.all([
    readProjectRuns(bot, interaction, project.id).catch(asHexError),
    bot.runs.inFlight(),
  ]);
  const watched = inFlight.filter((run) => run.project.id === project.id);
  const isUnread = read instanceof HexError;
  if (isUnread && watched.length === 0) throw read;
  const now = bot.clock.now();
  const runs = isUnread ? [] : read.runs.filter((run) => !isOver(run, now));
  const own = isUnread ? new Map() : read.own;
  const listed = new Set(isUnread ? [] : read.runs.map(({ runId }) => runId));
  const others = watched.filter((run) => !listed.has(identityOf(run)?.runId ?? ""));
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
