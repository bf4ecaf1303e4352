// Whether the bot can ask Hex about all watched projects often enough.

import { roundMs } from "../../follow/reading-plan.js";
import { fittingProjects } from "../../follow/watched-projects.js";
import type { Bot, Interaction } from "../listeners/context.js";
import type { WatchLoad } from "../messages/watch-words.js";

/** For all conversations together. Only the visible projects are counted, but all of them take their time. */
export async function watchLoad(
  { following, permissions: { catalog } }: Pick<Bot, "following" | "permissions">,
  { permissions: { projects } }: Pick<Interaction, "permissions">,
): Promise<WatchLoad> {
  const { follows, leastPerMinute: perMinute } = following;
  const ids = [...fittingProjects(await follows(), catalog).keys()];
  return {
    projects: ids.filter((id) => projects.has(id)).length,
    perMinute,
    ageMs: roundMs(ids.length, perMinute),
    leastAgeMs: roundMs(0, perMinute),
  };
}
