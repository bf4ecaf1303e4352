// Forms in their "Checking with Hex…" state. Whatever happens to the process that asks Hex, the form comes back.

import { z } from "zod";
import type { Logger } from "../../log/logger.js";
import { asSlackFailure } from "../connection/failures.js";
import type { Bot } from "../listeners/context.js";
import { type Message, NO_PREVIEWS } from "../messages/blocks.js";
import type { ProjectShown } from "../messages/project-option.js";
import { runFormView } from "../messages/run-form.js";
import { closedFormMessage } from "../messages/run-form-answers.js";
import { type Complaint, type Notice, nextRound, type RunForm } from "../messages/run-form-state.js";
import { noticeOf } from "../messages/run-form-words.js";
import { formKept, keepForm, runKeyOf } from "./form-drafts.js";

const PREFIX = "check:";
/** In ms. Longer than a check by a live process takes: two requests to Hex, each with its timeout and its wait for a turn. */
const LEASE_MS = 90_000;

const checkSchema = z.object({
  user: z.string(),
  /** The form's nonce. */
  nonce: z.string(),
  /** The stored form's round. A later round has been seen. */
  round: z.number(),
  /** The external id of the view that says "Checking with Hex…". */
  externalId: z.string(),
});
export type FormCheck = z.output<typeof checkSchema>;

/** Notes a check. `endCheck` must end it once the person has been told. `key` is the submission's. @throws StoreFailure */
export function noteCheck({ drafts }: Bot, key: string, check: FormCheck): Promise<void> {
  return drafts.keep(`${PREFIX}${key}`, check, LEASE_MS);
}

/** @throws StoreFailure */
export function endCheck({ drafts }: Bot, key: string): Promise<void> {
  return drafts.remove(`${PREFIX}${key}`);
}

/** Brings back the forms whose check no live process is making. @throws StoreFailure */
export async function bringBackLostForms(bot: Bot, log: Logger): Promise<void> {
  for (const check of await bot.drafts.takeExpired(PREFIX, checkSchema)) {
    await bringBackLost(bot, log, check).catch((err: unknown) =>
      log.error({ err }, "A form could not be brought back"),
    );
  }
}

async function bringBackLost(bot: Bot, log: Logger, { user, nonce, round, externalId }: FormCheck): Promise<void> {
  // The card says the rest.
  if ((await bot.runs.get(runKeyOf({ nonce }))) !== null) return;
  const kept = await formKept(bot, nonce, user);
  if (kept === null || kept.form.round > round) return;
  const form = nextRound(kept.form);
  await keepForm(bot, { user, form, complaints: [] });
  await bringBack(bot, log, {
    user,
    externalId,
    form,
    picked: form.project,
    complaints: [],
    notice: noticeOf("failed"),
    respond: null,
  });
}

/** A form that will replace "Checking with Hex…". */
export interface ReturningForm {
  user: string;
  externalId: string;
  form: RunForm;
  /** Its project as the picker shows it. */
  picked: ProjectShown | null;
  mayPublish?: boolean;
  complaints: Complaint[];
  notice: Notice | null;
  /** Answers the submission; `null` when nobody can any more. */
  respond: ((message: Message) => Promise<void>) | null;
}

/** If the form has been closed, a direct message offers it again, or else an answer. Rejects when Slack accepts none of them. */
export async function bringBack(bot: Bot, log: Logger, returning: ReturningForm): Promise<void> {
  const { user, externalId, form, complaints, notice, respond } = returning;
  const view = runFormView(form, returning);
  const failure = await bot.slack.views.update({ external_id: externalId, view }).then(() => null, asSlackFailure);
  if (failure === null) return;
  log.info({ failure: failure.facts }, "The form was closed in the meantime: a direct message brings it back");
  const message = closedFormMessage({ title: form.project?.title ?? "", complaints, notice, nonce: form.nonce });
  const refusal = await bot.slack.chat
    .postMessage({ channel: user, ...NO_PREVIEWS, ...message })
    .then(() => null, asSlackFailure);
  if (refusal === null) return;
  if (respond === null) throw refusal;
  log.warn({ failure: refusal.facts }, "Slack did not take the direct message: an answer brings the form back");
  await respond(message);
}
