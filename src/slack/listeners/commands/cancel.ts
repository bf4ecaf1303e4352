// `/hex cancel <run id or run link> [project id or link]`, in either order. A project alone is answered with its runs in flight.

import { asHexError, type HexErrorKind } from "../../../hex/errors.js";
import type { HexReference } from "../../../hex/links.js";
import { isOver } from "../../../hex/schema.js";
import { cancelHexRun } from "../../flows/cancel-run.js";
import { readProjectRuns } from "../../flows/read-project-runs.js";
import {
  cancelUsageMessage,
  noRunInLinkMessage,
  unknownRunMessage,
  unusableLinkMessage,
} from "../../messages/answers.js";
import { runsToCancelMessage } from "../../messages/runs.js";
import { parseProjectRef } from "../../parse/project-ref.js";
import { plainWords } from "../../parse/words.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const cancel: Command = {
  name: "cancel",
  usage: "cancel <run id or run link> [project id]",
  summary: "Cancels a run. The project's id is needed for runs that were not started here.",
  example: "cancel 0c7b1d92-…",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const [first, second] = plainWords(text).map((word) => read(word, bot));
  const unusable = [first, second].map((typed) => unusableLinkMessage(typed?.reference ?? null, bot.hex.host));
  const refusal = unusable.find((message) => message !== null);
  if (refusal !== undefined) return interaction.respond(refusal);
  const isSwapped = first?.projectId != null && second?.projectId === null && runIdOf(second.reference) !== null;
  const [run, project] = isSwapped ? [second, first] : [first, second];
  if (run?.projectId != null) return offerRuns(bot, interaction, run.projectId);
  const reference = run?.reference ?? null;
  const runId = runIdOf(reference);
  if (runId === null) return interaction.respond(cancelUsageMessage());
  const known = await bot.runs.projectOf(runId);
  const projectId = known ?? projectIdOf(reference?.kind === "run" ? reference : (project?.reference ?? null));
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

/** What a word names. `projectId`: null unless it is certainly a project's, and no run's: by a link, or because it is known. */
function read(word: string, bot: Bot): { reference: HexReference | null; projectId: string | null } {
  const reference = parseProjectRef(word, bot.hex.origin);
  if (reference?.kind !== "project") return { reference, projectId: null };
  const isProject = word.includes("/") || bot.catalog.known(reference.projectId) !== null;
  return { reference, projectId: isProject ? reference.projectId : null };
}

async function offerRuns(bot: Bot, interaction: Interaction, projectId: string): Promise<void> {
  const [now, place] = [bot.clock.now(), bot.hex.place.now];
  const project = { id: projectId, title: bot.catalog.known(projectId)?.title ?? "" };
  const { runs, own } = await readProjectRuns(bot, interaction, projectId);
  const live = runs.filter((run) => !isOver(run, now));
  await interaction.respond(runsToCancelMessage({ project, runs: live, own, now, place }));
}

/** A lone id is the run's here. */
function runIdOf(reference: HexReference | null): string | null {
  if (reference?.kind === "project") return reference.projectId;
  return reference?.kind === "run" || reference?.kind === "no_id" ? reference.runId : null;
}

function projectIdOf(reference: HexReference | null): string | null {
  return reference?.kind === "project" || reference?.kind === "run" ? reference.projectId : null;
}
