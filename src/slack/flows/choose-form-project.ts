// Redraws the form for a project that somebody picks or types in it.

import type { ViewOutput } from "@slack/bolt";
import { noteAttempt } from "../access/attempts.js";
import { refusalEntry } from "../access/audit-entries.js";
import { asSlackFailure } from "../connection/failures.js";
import type { Bot, Interaction } from "../listeners/context.js";
import { deniedWords } from "../messages/access.js";
import { runFormView } from "../messages/run-form.js";
import { formGoneMessage, staleFormMessage } from "../messages/run-form-answers.js";
import { type Complaint, needsDraft, nextRound, type RunForm } from "../messages/run-form-state.js";
import { fitted, forProject, type ReadForm, readRunForm, withDraft } from "../parse/run-form.js";
import { deedOfStart } from "./demand-start.js";
import { formKept, keepForm } from "./form-drafts.js";
import { deniedForm, drawnProject, offeredPart, titled } from "./open-run-form.js";
import { typedProject } from "./typed-project.js";

/** The project that was picked. */
export async function choosePicked(bot: Bot, interaction: Interaction, view: ViewOutput): Promise<void> {
  const read = await readAgain(bot, interaction, view);
  if (read === null || read.picked === null || read.picked.id === read.form.project?.id) return;
  const { form, picked } = read;
  const denied = deniedForm(interaction, picked);
  if (denied !== null) {
    await bot.audit.record(refusalEntry(interaction, denied, bot.clock.now()));
    // The picker goes back to the project that the form is for.
    const complaint = { at: { kind: "project" as const }, text: deniedWords(denied) };
    return draw(bot, interaction, view, nextRound(form), [complaint]);
  }
  // A title that was typed earlier would otherwise take precedence over the pick.
  const round = form.typedProject === "" ? form.round : form.round + 1;
  await draw(bot, interaction, view, await withProject(bot, interaction, { ...form, round }, picked));
}

/** The project that was typed, once somebody pressed Enter. */
export async function chooseTyped(bot: Bot, interaction: Interaction, view: ViewOutput): Promise<void> {
  const read = await readAgain(bot, interaction, view);
  if (read === null || read.form.typedProject === "") return;
  const { form } = read;
  // Right after a start, the stored catalog may not have been read yet.
  await interaction.permissions.projects.ready();
  const meant = typedProject(bot, interaction.permissions.projects, form.typedProject);
  const refuse = (text: string) => draw(bot, interaction, view, form, [{ at: { kind: "typed_project" }, text }]);
  if (!meant.ok) {
    noteTyped(interaction, form, meant.name);
    return refuse(meant.text);
  }
  const denied = deniedForm(interaction, meant.project);
  if (denied !== null) {
    await bot.audit.record(refusalEntry(interaction, denied, bot.clock.now()));
    return refuse(deniedWords(denied));
  }
  const next = form.project?.id === meant.project.id ? form : await withProject(bot, interaction, form, meant.project);
  await draw(bot, interaction, view, { ...next, round: form.round + 1, typedProject: "" });
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
  project: { id: string; title: string },
): Promise<RunForm> {
  return fitted(forProject(form, titled(interaction, project), await offeredPart(bot, interaction, project.id)));
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

async function draw(
  bot: Bot,
  interaction: Interaction,
  { id }: ViewOutput,
  form: RunForm,
  complaints: Complaint[] = [],
): Promise<void> {
  const { user, log } = interaction;
  if (needsDraft(form)) await keepForm(bot, { user, form, complaints });
  const view = runFormView(form, { ...drawnProject(interaction, form), complaints });
  const failure = await bot.slack.views.update({ view_id: id, view }).then(() => null, asSlackFailure);
  // A form that was submitted without being redrawn does not start a run: its blocks say whose inputs they are.
  if (failure !== null) log.warn({ failure: failure.facts }, "the form was not redrawn");
}
