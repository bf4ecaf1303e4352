// What somebody may do who reads a list of runs, which is for them alone.

import type { Run } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { ListAt, ListRights } from "../messages/runs.js";
import { mayDecide } from "./decide-run.js";

/** @param awaited runs of the list, of which some may await an approval */
async function listRights(bot: Bot, interaction: Interaction, awaited: readonly Run[]): Promise<ListRights> {
  const { user, permissions } = interaction;
  const decidable = await Promise.all(
    awaited.map(async (run) => (run.state === "awaiting" && (await mayDecide(bot, user, run)) ? [run.key] : [])),
  );
  const keys = new Set(decidable.flat());
  return {
    mayCancel: (projectId, requester) => requester === user || permissions.may("cancel", projectId),
    mayDecide: (runKey) => keys.has(runKey),
  };
}

/** What a list of runs is drawn with. */
export async function listAt(bot: Bot, interaction: Interaction, awaited: readonly Run[]): Promise<ListAt> {
  return {
    now: bot.clock.now(),
    place: bot.hex.place.now,
    ...(await listRights(bot, interaction, awaited)),
  };
}
