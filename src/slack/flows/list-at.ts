// What a list of runs is drawn with. Only one person sees it, and it shows what they may do.

import type { Run } from "../../runs/run.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { ListAt } from "../messages/runs.js";
import { mayDecide } from "./decide-run.js";

/** @param awaited runs of the list, some of which may await an approval */
export async function listAt(bot: Bot, interaction: Interaction, awaited: readonly Run[]): Promise<ListAt> {
  const { user, permissions } = interaction;
  const decidable = await Promise.all(
    awaited.map(async (run) => (run.state === "awaiting" && (await mayDecide(bot, user, run)) ? [run.key] : [])),
  );
  const keys = new Set(decidable.flat());
  return {
    now: bot.clock.now(),
    place: bot.hex.place.now,
    mayCancel: (projectId, requester) => requester === user || permissions.may("cancel", projectId),
    mayDecide: (runKey) => keys.has(runKey),
  };
}
