// Whether the bot can ask Hex about all watched projects often enough.

import { roundMs } from "../../follow/reading-plan.js";
import { fittingProjects } from "../../follow/watched-projects.js";
import type { Bot } from "../listeners/context.js";
import type { WatchLoad } from "../messages/watches.js";

/** For all conversations together. */
export async function watchLoad({
  following,
  permissions: { catalog },
}: Pick<Bot, "following" | "permissions">): Promise<WatchLoad> {
  const { follows, leastPerMinute: perMinute } = following;
  const projects = fittingProjects(await follows(), catalog).size;
  return { projects, perMinute, ageMs: roundMs(projects, perMinute), leastAgeMs: roundMs(0, perMinute) };
}
