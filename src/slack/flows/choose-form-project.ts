// Redraws the form for a project that somebody picks or types in it.

import type { ViewOutput } from "@slack/bolt";
import type { ProjectNamed } from "../../hex/projects.js";
import { noteAttempt } from "../access/attempts.js";
import { refusalEntry } from "../access/audit-entries.js";
import { asSlackFailure } from "../connection/failures.js";
import { drawnView, readAnswer } from "../connection/read-answer.js";
import type { Click } from "../listeners/actions/action.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { deniedWords } from "../messages/access.js";
import { runFormView } from "../messages/run-form.js";
import { formGoneMessage, staleFormMessage } from "../messages/run-form-answers.js";
import { type Complaint, needsDraft, nextRound, type RunForm } from "../messages/run-form-state.js";
import { fitted, forProject, withDraft } from "../parse/form-contents.js";
import { type ReadForm, readRunForm } from "../parse/run-form.js";
import { deedOfStart } from "./demand-start.js";
import { formKept, keepForm } from "./form-drafts.js";
import type { FormVersion } from "./form-versions.js";
import { deniedForm, drawnProject, offeredPart } from "./open-run-form.js";
import { typedProject } from "./typed-project.js";

/** The project that was picked. */
export async function choosePicked(bot: Bot, click: Click, view: ViewOutput): Promise<void> {
  const read = await readAgain(bot, click, view);
  if (read === null || read.picked === null) return;
  const { form, picked } = read;
  // They went back to the project that is drawn, unless an earlier pick has been drawn in the meantime.
  if (picked.id === form.project?.id) return draw(bot, click, view, form, { isDrawn: true });
  const denied = deniedForm(click, picked);
  if (denied !== null) {
    await bot.audit.record(refusalEntry(click, denied, bot.clock.now()));
    // The picker goes back to the project that the form is for.
    const complaint = { at: { kind: "project" as const }, text: deniedWords(denied) };
    return draw(bot, click, view, nextRound(form), { complaints: [complaint] });
  }
  // A title that was typed earlier would otherwise take precedence over the pick.
  const round = form.typedProject === "" ? form.round : form.round + 1;
  await draw(bot, click, view, await withProject(bot, click, { ...form, round }, picked));
}

/** The project that was typed, once somebody pressed Enter. */
export async function chooseTyped(bot: Bot, click: Click, view: ViewOutput): Promise<void> {
  const read = await readAgain(bot, click, view);
  if (read === null || read.form.typedProject === "") return;
  const { form } = read;
  await click.permissions.projects.ready();
  const meant = typedProject(bot, click.permissions.projects, form.typedProject);
  const refuse = (text: string) =>
    draw(bot, click, view, form, { complaints: [{ at: { kind: "typed_project" }, text }] });
  if (!meant.ok) {
    noteTyped(click, form, meant.name);
    return refuse(meant.text);
  }
  const denied = deniedForm(click, meant.project);
  if (denied !== null) {
    await bot.audit.record(refusalEntry(click, denied, bot.clock.now()));
    return refuse(deniedWords(denied));
  }
  const next = form.project?.id === meant.project.id ? form : await withProject(bot, click, form, meant.project);
  await draw(bot, click, view, { ...next, round: form.round + 1, typedProject: "" });
}

/** Notes a title that means no project that exists for them; `null` for what was typed and is no title. */
export function noteTyped(interaction: Interaction, form: Pick<RunForm, "publish">, name: string | null): void {
  if (name !== null) noteAttempt(interaction, deedOfStart(form), { kind: "words", text: name, mayBePart: false });
}

/** The form for another project, with the values to suggest for it. */
export async function withProject(
  bot: Bot,
  interaction: Interaction,
  form: RunForm,
  project: ProjectNamed,
): Promise<RunForm> {
  const named = interaction.permissions.projects.named(project);
  return fitted(forProject(form, named, await offeredPart(bot, interaction, project.id)));
}

/** The form in a view, completed with what is stored; `null` after telling the person why it cannot be read. */
async function readAgain(bot: Bot, interaction: Interaction, view: ViewOutput): Promise<ReadForm | null> {
  const read = readRunForm(view);
  if (read === null) {
    await interaction.respond(staleFormMessage());
    return null;
  }
  const form = await completed(bot, interaction, read);
  if (form !== null) return { ...read, form };
  await interaction.respond(formGoneMessage());
  return null;
}

/** Adds what no field holds; `null` when that is no longer stored. */
export async function completed(
  bot: Bot,
  { user }: Interaction,
  { form, hasDraft }: ReadForm,
): Promise<RunForm | null> {
  if (!hasDraft) return fitted(form);
  const whole = withDraft(form, (await formKept(bot, form.nonce, user))?.form ?? null);
  return whole && fitted(whole);
}

/** `isDrawn`: it is drawn again only if another version has replaced the one in which somebody acted. */
async function draw(
  bot: Bot,
  click: Click,
  { id, hash }: Pick<ViewOutput, "id"> & { hash?: string },
  form: RunForm,
  { complaints = [], isDrawn = false }: { complaints?: Complaint[]; isDrawn?: boolean } = {},
): Promise<void> {
  await bot.formVersions.redraw({ id, hash: hash ?? null }, click.at, async (shown) => {
    if (isDrawn && !shown.isNewer) return null;
    const round = Math.max(form.round, shown.leastRound);
    return update(bot, click, { id, hash: shown.hash }, { ...form, round }, complaints);
  });
}

/** Replaces the version with this hash, and no other. @returns the new version, or `null` */
async function update(
  bot: Bot,
  click: Click,
  { id, hash }: { id: string; hash: string | null },
  form: RunForm,
  complaints: Complaint[],
): Promise<FormVersion | null> {
  const { user, log } = click;
  if (needsDraft(form)) await keepForm(bot, { user, form, complaints });
  const view = runFormView(form, { ...drawnProject(click, form), complaints });
  try {
    const answer = await bot.slack.views.update({ view_id: id, view, ...(hash === null ? {} : { hash }) });
    return { hash: readAnswer("views.update", drawnView, answer).view?.hash ?? null, round: form.round };
  } catch (error) {
    const failure = asSlackFailure(error);
    // Something newer is shown: the form was submitted, or another process has redrawn it.
    if (failure.word === "hash_conflict") log.debug("The form was changed in the meantime");
    // A form that was submitted without being redrawn does not start a run: its blocks say whose inputs they are.
    else log.warn({ failure: failure.facts }, "The form was not redrawn");
    return null;
  }
}
