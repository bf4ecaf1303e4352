// The recent runs of a project, no matter who started them.

import { PAGE_SIZE } from "../../hex/pages.js";
import type { HexRun } from "../../hex/schema.js";
import type { Run } from "../../runs/run.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";

/** Newest first, and the bot's own runs among them by their id in Hex. @throws HexError */
export async function readProjectRuns(
  bot: Bot,
  interaction: Interaction,
  projectId: string,
): Promise<{ runs: HexRun[]; own: ReadonlyMap<string, Run> }> {
  // The largest page: Hex promises no order, and the latest runs should be among them.
  const { runs } = await bot.hex.runs(projectId, { limit: PAGE_SIZE }, callFor(interaction));
  return { runs, own: await bot.runs.byHexRuns(runs.map((run) => run.runId)) };
}
