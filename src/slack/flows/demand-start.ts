// Whether somebody may start a run. Asked before anything is stored, and before Hex is asked to start anything, if only for a dry run.

import type { ProjectNamed } from "../../hex/projects.js";
import type { RunOptions } from "../../runs/run.js";
import type { Interaction } from "../listeners/context.js";
import { learnProject } from "./read-project.js";

/** @throws AccessDenied; HexError when the project does not exist for them */
export async function demandStart(
  interaction: Interaction,
  project: ProjectNamed,
  options: Pick<RunOptions, "publish">,
): Promise<void> {
  await learnProject(interaction, project.id, deedOfStart(options));
  interaction.permissions.demandStart(project, options);
}

/** What the start of a run with these options is. */
export function deedOfStart({ publish }: Pick<RunOptions, "publish">): "run" | "publish" {
  return publish ? "publish" : "run";
}
