// `/hex cancel <run id or run link> [project id]`.

import type { Bot, Interaction } from "../bot.js";
import { cancelHexRun } from "../cancel-run.js";
import { cancelUsageMessage, otherHostMessage, unknownRunMessage } from "../messages/answers.js";
import { type ProjectRef, parseProjectRef } from "./parse/project-ref.js";
import { splitWords } from "./parse/words.js";

export async function cancel(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const split = splitWords(text);
  const [first, second] = split.ok ? split.words.map((word) => word.text) : [];
  if (first === undefined) return interaction.respond(cancelUsageMessage());
  const ref = parseProjectRef(first, bot.hex.origin);
  if (ref.kind === "other_host") return interaction.respond(otherHostMessage(ref.host, bot.hex.host));
  const runId = runIdOf(ref);
  if (runId === null) return interaction.respond(cancelUsageMessage());
  const known = await bot.runs.projectOf(runId);
  const typed = ref.kind === "run" ? ref.projectId : projectIdOf(second, bot.hex.origin);
  const projectId = known ?? typed;
  if (projectId === null) return interaction.respond(unknownRunMessage(runId));
  await cancelHexRun(bot, interaction, projectId, runId);
}

/** A lone id is the run's here. */
function runIdOf(ref: ProjectRef): string | null {
  if (ref.kind === "id") return ref.projectId;
  return ref.kind === "run" || ref.kind === "link_without_id" ? ref.runId : null;
}

function projectIdOf(typed: string | undefined, origin: string): string | null {
  const ref = typed === undefined ? null : parseProjectRef(typed, origin);
  return ref !== null && (ref.kind === "id" || ref.kind === "run") ? ref.projectId : null;
}
