// The recent runs of a project, no matter who started them.

import type { HexRun } from "../../hex/schema.js";
import type { Run } from "../../runs/run.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";

/** The most runs that one answer can contain. Hex promises no order, and the latest should be among them. */
const RUNS_READ = 100;

/** Newest first, and the bot's own runs among them by their id in Hex. @throws HexError */
export async function readProjectRuns(
  bot: Bot,
  interaction: Interaction,
  projectId: string,
): Promise<{ runs: HexRun[]; own: ReadonlyMap<string, Run> }> {
  const { runs } = await bot.hex.runs(projectId, { limit: RUNS_READ }, callFor(interaction));
  return { runs, own: await bot.runs.byHexRuns(runs.map((run) => run.runId)) };
}
