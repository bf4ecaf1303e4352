// `/hex cancel <run id or run link> [project id or link]`.

import { asHexError, type HexErrorKind } from "../../../hex/errors.js";
import type { HexReference } from "../../../hex/links.js";
import { cancelHexRun } from "../../flows/cancel-run.js";
import {
  cancelUsageMessage,
  noRunInLinkMessage,
  unknownRunMessage,
  unusableLinkMessage,
} from "../../messages/answers.js";
import { parseProjectRef } from "../../parse/project-ref.js";
import { plainWords } from "../../parse/words.js";
import type { Bot, Interaction } from "../context.js";

export async function cancel(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const [first = "", second = ""] = plainWords(text);
  const reference = parseProjectRef(first, bot.hex.origin);
  const unusable = unusableLinkMessage(reference, bot.hex.host);
  if (unusable !== null) return interaction.respond(unusable);
  const runId = runIdOf(reference);
  if (runId === null) return interaction.respond(cancelUsageMessage());
  const known = await bot.runs.projectOf(runId);
  const typed = reference?.kind === "run" ? reference : parseProjectRef(second, bot.hex.origin);
  const projectId = known ?? projectIdOf(typed);
  if (projectId === null) return interaction.respond(unknownRunMessage(runId));
  const isCertain = known !== null || reference?.kind !== "run" || reference.isCertain;
  if (isCertain) return cancelHexRun(bot, interaction, projectId, runId);
  try {
    await cancelHexRun(bot, interaction, projectId, runId);
  } catch (error) {
    const { kind, facts } = asHexError(error);
    if (facts.operation !== "getRun" || !MEANS_NO_RUN.has(kind)) throw error;
    await interaction.respond(noRunInLinkMessage(projectId));
  }
}

/** Hex's refusals of an id that is no run's: which of them it uses is not documented. */
const MEANS_NO_RUN: ReadonlySet<HexErrorKind> = new Set(["not_found", "forbidden", "bad_request", "request_refused"]);

/** A lone id is the run's here. */
function runIdOf(reference: HexReference | null): string | null {
  if (reference?.kind === "project") return reference.projectId;
  return reference?.kind === "run" || reference?.kind === "no_id" ? reference.runId : null;
}

function projectIdOf(reference: HexReference | null): string | null {
  return reference?.kind === "project" || reference?.kind === "run" ? reference.projectId : null;
}
