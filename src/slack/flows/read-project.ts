// Reads one project by its id, for commands and buttons alike.

import type { Deed } from "../../audit/audit-entry.js";
import { HexError, meansLater } from "../../hex/errors.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Project } from "../../hex/schema.js";
import { noteAttempt } from "../access/attempts.js";
import { callFor, type Interaction } from "../listeners/context.js";

/** What is known about a project. */
export interface ProjectSeen extends ProjectNamed {
  /** Epoch ms; `null` when not published, `undefined` when not known. */
  lastPublishedAt?: Project["lastPublishedAt"];
}

/** How long (ms) to wait for Hex's limit or the bot's budget, since somebody is waiting to see something. */
const TURN_MS = 2_000;

/**
 * For a published project, what the catalog knows is enough; otherwise this asks Hex. When it is not the time for another request,
 * the answer is what is known, so that nobody has to wait for a title.
 * @param deed what they want to do to it; `null` for reading
 * @throws HexError
 */
export async function readProject(
  interaction: Interaction,
  projectId: string,
  deed: Deed | null,
): Promise<ProjectSeen> {
  const { projects } = interaction.permissions;
  try {
    return await projects.project(projectId, { ...callFor(interaction), turn: { maxWaitMs: TURN_MS } });
  } catch (error) {
    noteAttempt(interaction, deed, { kind: "id", id: projectId });
    if (!(error instanceof HexError) || !meansLater(error.kind)) throw error;
    // Whatever it is, as far as the rules can tell.
    if (!projects.has(projectId)) throw error;
    return projects.named({ id: projectId });
  }
}

/**
 * Sees to it that the rules can judge a project by what it is. Asks Hex only for one that the bot does not know, and only where there
 * are rules.
 * @param deed what they want to do to it; `null` for reading
 * @throws HexError when the project does not exist for them
 */
export async function learnProject(interaction: Interaction, projectId: string, deed: Deed | null): Promise<void> {
  const { areUnlimited, projects } = interaction.permissions;
  if (areUnlimited) return;
  await projects.ready();
  if (projects.known(projectId) === null) await readProject(interaction, projectId, deed);
}
