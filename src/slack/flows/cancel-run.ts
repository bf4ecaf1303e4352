// Cancels a run for somebody and tells them the outcome. The card shows the rest.

import type { Call } from "../../hex/client.js";
import type { CancelOutcome } from "../../runs/cancel.js";
import { identityOf, isEnded, isLive, PLAIN_OPTIONS, type Run } from "../../runs/run.js";
import { adopted, intended } from "../../runs/transitions.js";
import { asUnreadableRun, UnreadableRun } from "../../runs/unreadable-run.js";
import { deedEntry } from "../access/audit-entries.js";
import type { Click } from "../listeners/actions/action.js";
import { type Bot, callFor, type Interaction } from "../listeners/context.js";
import {
  cancelAskedMessage,
  cancelFailedMessage,
  cancelledLaterMessage,
  cannotCancelMessage,
  staleButtonMessage,
  withdrawnMessage,
} from "../messages/answers.js";
import { unreadableRunCancelledMessage } from "../messages/set-aside.js";
import { cardConversation } from "./card-conversation.js";
import { cardPlace } from "./card-place.js";
import { learnProject, readProject } from "./read-project.js";
import { runByHexIdFor, runFor } from "./runs-for.js";
import { tellWhere } from "./tell-where.js";
import { trackAgain } from "./track-again.js";

/** Cancels a run that the bot knows. `pressed`: the click on what shows the run, if it was one. */
export async function cancelKnownRun(
  bot: Bot,
  interaction: Interaction,
  key: string,
  pressed: Pick<Click, "messageTs"> | null = null,
): Promise<void> {
  const run = await runFor(bot, interaction, key, "cancel").catch(asUnreadableRun);
  if (run instanceof UnreadableRun) return cancelUnreadable(bot, interaction, run);
  if (run === null) return interaction.respond(staleButtonMessage());
  await demandCancel(interaction, run);
  const outcome = await bot.canceller.cancel(key, interaction.user, interaction.reference).catch(asUnreadableRun);
  if (outcome instanceof UnreadableRun) return cancelUnreadable(bot, interaction, outcome);
  await recordCancel(bot, interaction, outcome);
  const card = await cardPlace(bot, interaction, key);
  const sees = card !== null && pressed !== null && (await seesCard(bot, interaction, key, pressed));
  switch (outcome.kind) {
    case "unknown":
      return interaction.respond(staleButtonMessage());
    case "already":
    case "too_late":
      return interaction.respond(cannotCancelMessage(outcome.run, card));
    case "failed":
      return interaction.respond(cancelFailedMessage(outcome.error.facts, interaction.reference));
    case "later":
      // The card says so too.
      return sees ? undefined : interaction.respond(cancelledLaterMessage(outcome.run, outcome.error.facts, card));
    case "withdrawn":
      return sees ? undefined : interaction.respond(withdrawnMessage(outcome.run));
    case "asked":
      interaction.log.info({ runKey: key }, "run cancelled");
      return sees ? undefined : interaction.respond(cancelAskedMessage(outcome.run, card));
  }
}

/** Whether what somebody has pressed is kept true: the card, and not what it has left behind when it moved, or their Home tab. */
async function seesCard(
  { cards }: Bot,
  { conversation: { channel } }: Interaction,
  key: string,
  { messageTs: ts }: Pick<Click, "messageTs">,
): Promise<boolean> {
  return ts === null || (await cards.isAt(key, { channel, ts }));
}

/**
 * Cancels a run by its id in Hex. A run that was started elsewhere is tracked from now on and shown in the channel, if it may be. A run
 * that the bot no longer tracks is tracked again when Hex says that it is still going. @throws AccessDenied, HexError
 */
export async function cancelHexRun(
  bot: Bot,
  interaction: Interaction,
  projectId: string,
  runId: string,
): Promise<void> {
  const known = await runByHexIdFor(bot, interaction, runId, "cancel").catch(asUnreadableRun);
  if (known instanceof UnreadableRun) return cancelUnreadable(bot, interaction, known);
  await demandCancel(interaction, known ?? { project: { id: projectId, title: "" }, requester: null });
  if (known !== null) {
    if (isEnded(known)) await trackAgain(bot, known, runId, callToCancel(interaction));
    return cancelKnownRun(bot, interaction, known.key);
  }
  const run = await readForeignRun(bot, interaction, projectId, runId);
  if (!isLive(run)) return interaction.respond(cannotCancelMessage(run, null));
  const card = cardConversation(bot, interaction, projectId);
  await bot.runs.insert(run, (db) => bot.cards.open(run.key, card, { requester: interaction.user, db }));
  const asked = cancelKnownRun(bot, interaction, run.key);
  await Promise.all([asked, tellWhere(bot, interaction, run.key, { card, asked })]);
}

/**
 * A run's requester may cancel it, and so may those to whom the rules give the right. Checked before Hex is asked for anything, and
 * before anything is stored. @throws AccessDenied; HexError when the project does not exist for them
 */
async function demandCancel(
  interaction: Interaction,
  { project, requester }: Pick<Run, "project" | "requester">,
): Promise<void> {
  const { user, permissions } = interaction;
  if (requester === user) return;
  await learnProject(interaction, project.id, "cancel");
  permissions.demandCancel(permissions.projects.named(project), requester);
}

/** Asks Hex all the same, because the run's ids are stored outside the document that cannot be read. @throws HexError, UnreadableRun */
async function cancelUnreadable(bot: Bot, interaction: Interaction, error: UnreadableRun): Promise<void> {
  const { projectId, runId } = error.run;
  await demandCancel(interaction, { project: { id: projectId, title: "" }, requester: null });
  if (runId === null) throw error;
  await bot.hex.cancelRun(projectId, runId, callFor(interaction));
  const about = { project: { id: projectId, title: "" }, runKey: error.run.key, hexRunId: runId };
  await bot.audit.record(deedEntry(interaction, "cancel", bot.clock.now(), { ...about, result: "asked" }));
  interaction.log.info({ runKey: error.run.key }, "run cancelled");
  await interaction.respond(unreadableRunCancelledMessage(error.run, bot.hex.place.now));
}

/** A cancellation continues even if it cannot be recorded yet. */
async function recordCancel(bot: Bot, interaction: Interaction, outcome: CancelOutcome): Promise<void> {
  if (outcome.kind === "unknown") return;
  const { run, kind } = outcome;
  const identity = identityOf(run);
  await bot.audit.record(
    deedEntry(interaction, "cancel", bot.clock.now(), {
      project: run.project,
      runKey: run.key,
      hexRunId: identity?.runId ?? null,
      traceId: "error" in outcome ? (outcome.error.facts.traceId ?? null) : (identity?.traceId ?? null),
      detail: "error" in outcome ? outcome.error.kind : null,
      result: kind,
    }),
  );
}

/** Reading a run in order to cancel it is part of the cancellation. */
function callToCancel(interaction: Interaction): Call {
  return { ...callFor(interaction), priority: "cancel" };
}

async function readForeignRun(bot: Bot, interaction: Interaction, projectId: string, runId: string): Promise<Run> {
  const [project, seen] = await Promise.all([
    readProject(interaction, projectId, "cancel"),
    bot.hex.run(projectId, runId, callToCancel(interaction)),
  ]);
  const now = bot.clock.now();
  const intent = {
    key: `foreign:${seen.runId}`,
    project: { id: project.id, title: project.title },
    options: PLAIN_OPTIONS,
    requester: null,
    requestedAt: Math.min(seen.startTime ?? now, now),
    reference: interaction.reference,
  };
  return adopted({ ...intended(intent, now), trigger: seen.runTrigger }, seen, now);
}
