// Opens the form that starts a run. The trigger_id that opens it works once and within three seconds. When it is too late, a button
// opens the same form.

import type { DeniedDeed } from "../../access/access-denied.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { RunOptions } from "../../runs/run.js";
import type { Conversation } from "../connection/conversation.js";
import { asSlackFailure, SlackFailure } from "../connection/failures.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { MAX_PROJECT_ID } from "../messages/project-option.js";
import { type Drawing, runFormView } from "../messages/run-form.js";
import { formNotOpenedMessage } from "../messages/run-form-answers.js";
import { needsDraft, type ProjectPart, type RunForm } from "../messages/run-form-state.js";
import { partOf } from "../parse/form-contents.js";
import { demandStart } from "./demand-start.js";
import { keepForm } from "./form-drafts.js";
import { knownFields } from "./known-fields.js";

/** What the form contains when it opens. */
export interface Prefill {
  project: ProjectNamed | null;
  /** `null` for the inputs that earlier runs have used, with suggested values. */
  options: RunOptions | null;
  dryRun?: boolean;
  /** Where the card goes unless somebody chooses another place; `null` when that is not known. */
  conversation: Conversation | null;
}

/** @throws AccessDenied, HexError; StoreFailure when a value that no field can show could not be stored */
export async function openRunForm(bot: Bot, interaction: Interaction, prefill: Prefill): Promise<void> {
  if (prefill.project !== null) await demandForm(interaction, prefill.project);
  await showForm(bot, interaction, await newForm(bot, interaction, prefill));
}

/** Whether somebody may have the form for a project. What the form publishes is up to them. @throws AccessDenied, HexError */
export function demandForm(interaction: Interaction, project: ProjectNamed): Promise<void> {
  return demandStart(interaction, project, { publish: false });
}

/**
 * Why they may not have it, from memory alone. `null` when they may, and for a project that is not known: Hex is asked about it when
 * the form is submitted.
 */
export function deniedForm({ permissions }: Interaction, project: ProjectNamed): DeniedDeed | null {
  return permissions.projects.known(project.id) === null ? null : permissions.deniedStart(project, { publish: false });
}

/** Opens a form in its current state, with its complaints. */
export async function showForm(
  bot: Bot,
  interaction: Interaction,
  form: RunForm,
  drawing: Omit<Drawing, "picked" | "mayPublish"> = {},
): Promise<void> {
  const { triggerId, user, log, respond } = interaction;
  const complaints = [...(drawing.complaints ?? [])];
  const keep = () => keepForm(bot, { user, form, complaints });
  if (needsDraft(form)) await keep();
  const view = runFormView(form, { ...drawing, ...drawnProject(interaction, form) });
  const failure: SlackFailure | null =
    triggerId === null
      ? new SlackFailure({ kind: "gone", word: "no_trigger_id" })
      : await bot.slack.views.open({ trigger_id: triggerId, view }).then(() => null, asSlackFailure);
  // Another delivery of the same interaction has opened it.
  if (failure === null || failure.word === "exchanged_trigger_id") return;
  // A message cannot open a form.
  if (triggerId !== null)
    log.warn({ failure: failure.facts }, "The form could not be opened: sent a button that opens it");
  await keepForm(bot, { user, form: withItsPlace(form), complaints });
  await respond(formNotOpenedMessage(form.nonce, triggerId !== null));
}

/**
 * For a form that nobody has seen yet, the card goes to where the form was supposed to open. The second time, Slack does not fill
 * that in.
 */
function withItsPlace(form: RunForm): RunForm {
  const place = form.origin?.channel ?? "";
  const isUnseen = form.round === 0 && form.channel === null;
  return isUnseen && /^[CDG]/.test(place) ? { ...form, channel: place } : form;
}

async function newForm(bot: Bot, interaction: Interaction, prefill: Prefill): Promise<RunForm> {
  const { project: wanted, options, dryRun = false, conversation } = prefill;
  const hasRoom = wanted === null || wanted.id.length <= MAX_PROJECT_ID;
  const project = wanted === null || !hasRoom ? null : interaction.permissions.projects.named(wanted);
  const { fresh = false, publish = false } = options ?? {};
  return {
    nonce: bot.newNonce(),
    round: 0,
    draw: 0,
    origin: conversation,
    place: interaction.place,
    project,
    typedProject: hasRoom ? "" : wanted.id,
    ...(await offeredPart(bot, interaction, project?.id ?? null, options)),
    fresh,
    publish,
    dryRun,
    channel: null,
    earlier: [],
  };
}

/**
 * What the form suggests for a project: the options to start a run with, if they are known, and its other inputs empty; otherwise
 * what earlier runs used.
 */
export async function offeredPart(
  bot: Bot,
  interaction: Interaction,
  projectId: string | null,
  options: RunOptions | null = null,
): Promise<ProjectPart> {
  const known = projectId === null ? [] : await knownFields(bot, interaction, projectId);
  if (options === null) return partOf(known);
  const given = Object.entries(options.inputs).map(([name, value]) => ({ name, value }));
  const others = known.filter(({ name }) => !Object.hasOwn(options.inputs, name));
  return partOf([...given, ...others.map(({ name }) => ({ name, value: undefined }))], options.view);
}

/** A form's project as it is drawn for somebody. What is not known of it is found out when the form is submitted. */
export function drawnProject(
  { permissions }: Interaction,
  { project }: Pick<RunForm, "project">,
): Required<Pick<Drawing, "picked" | "mayPublish">> {
  const known = project === null ? null : permissions.projects.known(project.id);
  return {
    picked: known ?? project,
    mayPublish: known === null || permissions.mayStart(known.id, { publish: true }),
  };
}
