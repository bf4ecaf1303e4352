// `/hex cancel <run> [project]`, in either order: a run's id or link, and its project when the bot does not know the run. For a
// project alone, it lists that project's runs in flight, and for nothing at all, those in this conversation and the person's own.

import { asHexError, type HexErrorKind } from "../../../hex/errors.js";
import type { HexReference } from "../../../hex/links.js";
import { noteAttempt } from "../../access/attempts.js";
import { cancelHexRun } from "../../flows/cancel-run.js";
import { findProject } from "../../flows/find-project.js";
import { listAt } from "../../flows/list-at.js";
import { runsToCancel } from "../../flows/list-project-runs.js";
import { learnProject } from "../../flows/read-project.js";
import { projectOfRunFor, runsFor } from "../../flows/runs-for.js";
import { noRunInLinkMessage, unknownRunMessage, unusableLinkMessage } from "../../messages/answers.js";
import { runsInFlightMessage } from "../../messages/runs.js";
import { isUnusable, parseProjectRef, projectIdIn } from "../../parse/project-ref.js";
import { plainWords } from "../../parse/words.js";
import type { Bot, Interaction } from "../context.js";
import type { Command } from "./command.js";

export const cancel: Command = {
  name: "cancel",
  deed: "cancel",
  usage: "cancel [project, run id or run link]",
  summary:
    "Cancels a run. With a project's name, it lists that project's runs in flight, each with Cancel; alone, those in this conversation, and yours anywhere.",
  example: "cancel weekly revenue",
  handle,
};

async function handle(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const words = plainWords(text);
  if (words.length === 0) return offerRunsInFlight(bot, interaction);
  const typed = words.map((word) => read(word, bot, interaction));
  const unusable = typed.map(({ reference }) => reference).find(isUnusable);
  if (unusable !== undefined) return interaction.respond(unusableLinkMessage(unusable, bot.hex.host));
  const [first, second] = typed.filter(({ reference }) => reference !== null);
  const name = words.filter((_, at) => typed[at]?.reference === null).join(" ");
  const isSwapped = first?.projectId != null && second?.projectId === null && runIdOf(second.reference) !== null;
  const [run, project] = isSwapped ? [second, first] : [first, second];
  if (run?.projectId != null) return offerRuns(bot, interaction, run.projectId);
  const reference = run?.reference ?? null;
  const runId = runIdOf(reference);
  if (runId === null) return offerRunsByName(bot, interaction, words.join(" "));
  const known = await projectOfRunFor(bot, interaction, runId, "cancel");
  const given = projectIdIn(reference?.kind === "run" ? reference : (project?.reference ?? null));
  const projectId = known ?? given ?? (name === "" ? null : await idByName(bot, interaction, name));
  if (projectId === undefined) return;
  if (projectId === null) {
    // It may be the id of a project.
    noteAttempt(interaction, "cancel", { kind: "id", id: runId });
    return interaction.respond(unknownRunMessage(runId));
  }
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

/** How Hex may refuse an id that is not a run's. It is not documented which of these it uses. */
const MEANS_NO_RUN: ReadonlySet<HexErrorKind> = new Set(["not_found", "forbidden", "bad_request", "request_refused"]);

/** What a word names. `projectId` is `null` unless the id certainly belongs to a project and not to a run: from a link, or because it is known. */
function read(
  word: string,
  bot: Bot,
  interaction: Interaction,
): { reference: HexReference | null; projectId: string | null } {
  const reference = parseProjectRef(word, bot.hex.origin);
  if (reference?.kind !== "project") return { reference, projectId: null };
  const isProject = word.includes("/") || interaction.permissions.projects.known(reference.projectId) !== null;
  return { reference, projectId: isProject ? reference.projectId : null };
}

/** Offers the runs in flight in this conversation, and those that the person has started anywhere. */
async function offerRunsInFlight(bot: Bot, interaction: Interaction): Promise<void> {
  const { user, conversation } = interaction;
  const [runs, channels] = await Promise.all([bot.runs.inFlight(), bot.cards.channelsInFlight()]);
  const shown = (await runsFor(interaction, runs)).map((run) => ({ run, channel: channels.get(run.key) ?? null }));
  const here = conversation.channel;
  await interaction.respond(
    runsInFlightMessage(
      shown.filter(({ run, channel }) => run.requester === user || channel === here),
      { user, here, ...(await listAt(bot, interaction, [])) },
    ),
  );
}

async function offerRuns(bot: Bot, interaction: Interaction, projectId: string): Promise<void> {
  await learnProject(interaction, projectId, "cancel");
  const project = interaction.permissions.projects.named({ id: projectId });
  await interaction.respond(await runsToCancel(bot, interaction, project, "by_id"));
}

async function offerRunsByName(bot: Bot, interaction: Interaction, text: string): Promise<void> {
  const project = await findProject(bot, interaction, { purpose: "cancel", text });
  if (project !== null) await interaction.respond(await runsToCancel(bot, interaction, project, "by_name"));
}

/** The id of the project with a name; `undefined` after asking the person or telling them why there is none. */
async function idByName(bot: Bot, interaction: Interaction, text: string): Promise<string | undefined> {
  return (await findProject(bot, interaction, { purpose: "cancel", text }))?.id;
}

/** An id on its own is a run's here. */
function runIdOf(reference: HexReference | null): string | null {
  if (reference?.kind === "project") return reference.projectId;
  return reference?.kind === "run" || reference?.kind === "no_id" ? reference.runId : null;
}
