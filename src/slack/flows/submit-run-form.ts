// Checks a submitted form, also with Hex, and starts its run. Nothing that was typed is lost, and one form starts one run.

import { AccessDenied } from "../../access/access-denied.js";
import { asHexError, HexError, meansLater } from "../../hex/errors.js";
import type { RunOptions } from "../../runs/run.js";
import { requestOf } from "../../runs/start-request.js";
import { type Conversation, directMessagesOf, isDirect, isPerson } from "../connection/conversation.js";
import { type Bot, callFor } from "../listeners/context.js";
import type { Submission } from "../listeners/views/view.js";
import { formGoneMessage, staleFormMessage } from "../messages/run-form-answers.js";
import { type Complaint, nextRound, type RunForm } from "../messages/run-form-state.js";
import { noProjectWords, noticeOf, notPublishedWords, refusalComplaints } from "../messages/run-form-words.js";
import { titleOf } from "../messages/run-words.js";
import { optionsOf, type ReadForm, readRunForm } from "../parse/run-form.js";
import { type CardConversation, cardConversation } from "./card-conversation.js";
import { completed, noteTyped, withProject } from "./choose-form-project.js";
import { deedOfStart } from "./demand-start.js";
import { keepForm, runKeyOf } from "./form-drafts.js";
import { FormReply } from "./form-reply.js";
import { rememberUnknown } from "./known-fields.js";
import { deniedForm } from "./open-run-form.js";
import { readProject } from "./read-project.js";
import { startRun } from "./start-run.js";
import { typedProject } from "./typed-project.js";

/** How long (ms) the check may wait for its turn to ask Hex. */
const TURN_MS = 2_000;

type Whole = RunForm & { project: NonNullable<RunForm["project"]> };

/** @throws AccessDenied, StoreFailure, NothingDone */
export async function submitRunForm(bot: Bot, submission: Submission): Promise<void> {
  const read = readRunForm(submission.view);
  if (read === null) return submission.respond(staleFormMessage());
  const reply = new FormReply(bot, submission, read.form);
  const over = new AbortController();
  // Slack has been waiting since the form arrived, also for the answer to who somebody is.
  const leftMs = Math.max(0, submission.lateAt - bot.clock.monotonic());
  const late = bot.clock.sleep(leftMs, over.signal).then(() => (over.signal.aborted ? undefined : reply.late()));
  try {
    await checkAndStart(bot, submission, read, reply);
  } catch (error) {
    const notice = noticeOf(error instanceof AccessDenied ? "denied" : "failed");
    if (reply.isChecking) await reply.draw(nextRound(read.form), { notice });
    throw error;
  } finally {
    over.abort();
    await late;
  }
}

async function checkAndStart(bot: Bot, submission: Submission, read: ReadForm, reply: FormReply): Promise<void> {
  const form = await wholeForm(bot, submission, read, reply);
  if (form === null) return;
  const wanted = optionsOf(form);
  if (!wanted.ok) return reply.refuse(form, wanted.complaints);
  const { options } = wanted;
  if (!form.dryRun && (await tellOfRun(bot, submission, reply, { form, options }))) return;
  await keepForm(bot, { user: submission.user, form, complaints: [] });
  reply.keeps(form);
  const checked = await check(bot, submission, form, options);
  if (!checked.ok) {
    await reply.refuse(form, checked.complaints);
    return rememberUnknown(bot, form.project.id, checked.unknown);
  }
  if (form.dryRun) return reply.draw(nextRound(form), { notice: noticeOf("would_start") });
  // Somebody who was told that nothing was started must not find a run.
  if (reply.isTold) return;
  // They are correcting what Hex has just accepted.
  if (await reply.wentBack(form)) return reply.end();
  await start(bot, submission, reply, { form, title: checked.title, options });
}

/** The form with the project to run, whose inputs are the ones that are drawn; `null` after telling the person what to do. */
async function wholeForm(bot: Bot, submission: Submission, read: ReadForm, reply: FormReply): Promise<Whole | null> {
  if (read.form.typedProject !== "") await submission.permissions.projects.ready();
  const typed =
    read.form.typedProject === "" ? null : typedProject(bot, submission.permissions.projects, read.form.typedProject);
  const refuse = async (at: "project" | "typed_project", text: string) => {
    await reply.refuse(read.form, [{ at: { kind: at }, text }]);
    return null;
  };
  if (typed?.ok === false) {
    noteTyped(submission, read.form, typed.name);
    return refuse("typed_project", typed.text);
  }
  const project = typed?.project ?? read.picked;
  if (project === null) return refuse("project", noProjectWords());
  const denied = deniedForm(submission, project);
  if (denied !== null) throw new AccessDenied(denied);
  const form = await completed(bot, submission, read);
  if (form === null) {
    await submission.respond(formGoneMessage());
    return null;
  }
  if (form.project?.id === project.id) return { ...form, project: form.project };
  const next = await withProject(bot, submission, form, project);
  const isCertain = typed === null || typed.isCertain;
  // Nothing was typed for another project, and there is nothing to check.
  if (isCertain && form.project === null && next.fields.length === 0) return { ...next, project };
  const notice = noticeOf(isCertain ? "other_project" : "known_alone", titleOf(next.project ?? project));
  await reply.draw({ ...next, round: form.round + 1 }, { notice });
  return null;
}

type Checked = { ok: true; title: string } | { ok: false; complaints: Complaint[]; unknown: readonly string[] };

/**
 * Asks Hex whether it would start the run. If it is just not the time to ask, the run will wait for its turn once it is started.
 * @throws AccessDenied
 */
async function check(bot: Bot, submission: Submission, form: Whole, options: RunOptions): Promise<Checked> {
  const refusal = ({ facts }: HexError): Checked => ({
    ok: false,
    complaints: refusalComplaints(facts, form),
    unknown: facts.inputs?.unknown ?? [],
  });
  const project = await readProject(submission, form.project.id, deedOfStart(options)).catch(asHexError);
  if (project instanceof HexError) return refusal(project);
  const title = project.title || form.project.title;
  submission.permissions.demandStart({ id: project.id, title }, options);
  if (project.lastPublishedAt === null) {
    return { ok: false, complaints: [{ at: { kind: "project" }, text: notPublishedWords(title) }], unknown: [] };
  }
  const call = { ...callFor(submission), turn: { maxWaitMs: TURN_MS } };
  const failure = await bot.hex.dryRun(project.id, requestOf(options), call).then(() => null, asHexError);
  if (failure === null) return { ok: true, title };
  const mayWait = meansLater(failure.kind) || failure.kind === "no_kernel";
  return mayWait && !form.dryRun ? { ok: true, title } : refusal(failure);
}

async function start(
  bot: Bot,
  submission: Submission,
  reply: FormReply,
  { form, title, options }: { form: Whole; title: string; options: RunOptions },
): Promise<void> {
  const { user } = submission;
  const project = { id: form.project.id, title };
  const conversation = chosenPlace(form, user);
  const key = runKeyOf(form);
  const told = ({ channel }: CardConversation, isAwaiting: boolean) =>
    tellStarted(submission, reply, { title: titleOf(project), channel, isAwaiting });
  if (await startRun(bot, { ...submission, conversation }, { key, project, options }, told)) return;
  // Another delivery of the same submission has started it.
  await tellOfRun(bot, submission, reply, { form, options });
}

/** Returns false when this form has not started a run yet. */
async function tellOfRun(
  bot: Bot,
  submission: Submission,
  reply: FormReply,
  { form, options }: { form: Whole; options: RunOptions },
): Promise<boolean> {
  const { user } = submission;
  const run = await bot.runs.get(runKeyOf(form));
  if (run === null) return false;
  const isSame = run.project.id === form.project.id && JSON.stringify(run.options) === JSON.stringify(options);
  if (isSame) {
    const { channel } = cardConversation(bot, { user, conversation: chosenPlace(form, user) }, run.project.id);
    await tellStarted(submission, reply, {
      title: titleOf(run.project),
      channel,
      isAwaiting: run.state === "awaiting",
    });
  }
  // Filled in differently and submitted again: another run, if that is what they want.
  else await reply.draw({ ...nextRound(form), nonce: bot.newNonce() }, { notice: noticeOf("already") });
  return true;
}

/** `channel`: where the card is. The run does not depend on this message. */
async function tellStarted(
  { log }: Submission,
  reply: FormReply,
  { title, channel, isAwaiting }: { title: string; channel: string; isAwaiting: boolean },
): Promise<void> {
  await reply
    .started({ title, channel: isDirect(channel) ? null : channel, isAwaiting })
    .catch((err: unknown) => log.warn({ err }, "The form was not told that its run has been started"));
}

/**
 * Where the form was opened, with its thread, if that was chosen. A person that was chosen gets no direct message from the bot: they
 * have not asked for it, and may not see the project.
 */
function chosenPlace({ channel, origin }: RunForm, user: string): Conversation {
  if (channel === null || isPerson(channel)) return directMessagesOf(user);
  return origin?.channel === channel ? origin : { channel, threadTs: null, isPublic: false };
}
