// What becomes of a form that was submitted: told in the acknowledgement, or, when Hex took longer, in the place of "Checking with
// Hex…"; when the form was closed meanwhile, in a direct message.

import type { ViewResponseAction } from "@slack/bolt";
import { slackFailure } from "../connection/failures.js";
import type { Bot } from "../listeners/context.js";
import type { Submission } from "../listeners/views/view.js";
import { checkingView, complaintsByBlock, type Notice, runFormView, startedView } from "../messages/run-form.js";
import { type Complaint, needsDraft, nextRound, type RunForm } from "../messages/run-form-state.js";
import { storeSlowWords } from "../messages/run-form-words.js";
import { bringBack, endCheck, noteCheck } from "./form-checks.js";
import { formKept, keepForm } from "./form-drafts.js";
import { pickedIn } from "./open-run-form.js";

/** What is said of a form that stays. */
export interface Say {
  complaints?: Complaint[];
  notice?: Notice | null;
}

export class FormReply {
  #state: "waiting" | "checking" | "told" = "waiting";
  /** The form as the store has it. */
  #kept: RunForm | null = null;

  /** `drawn`: the form as Slack shows it, whose blocks complaints can stand at. */
  constructor(
    private readonly bot: Bot,
    private readonly submission: Submission,
    private readonly drawn: RunForm,
  ) {}

  /** Whether the person reads "Checking with Hex…". */
  get isChecking(): boolean {
    return this.#state === "checking";
  }

  /** Whether the person has been told already. */
  get isTold(): boolean {
    return this.#state === "told";
  }

  /** The store has the form, so that it can be taken off the screen. */
  keeps(form: RunForm): void {
    this.#kept = form;
  }

  /** Slack's time is nearly over. Never rejects. */
  async late(): Promise<void> {
    if (this.#state !== "waiting") return;
    const kept = this.#kept;
    const { user, key, log } = this.submission;
    if (kept !== null) {
      // Before the person waits for it. The store has just taken the form, and has most of a second.
      const check = { user, nonce: kept.nonce, round: kept.round, externalId: this.#externalId };
      await noteCheck(this.bot, key, check).catch((err: unknown) => log.error({ err }, "the check is not noted"));
      if (this.#state !== "waiting") return this.#endCheck();
    }
    this.#state = kept === null ? "told" : "checking";
    const complaint = { at: { kind: "project" as const }, text: storeSlowWords() };
    const answer: ViewResponseAction =
      kept === null
        ? { response_action: "errors", errors: complaintsByBlock(this.drawn, [complaint]) }
        : { response_action: "update", view: checkingView(this.drawn, this.#externalId) };
    await this.submission.answer(answer).catch((err: unknown) => log.warn({ err }, "not acknowledged"));
  }

  /** The form stays as it is, with complaints at its fields. */
  async refuse(form: RunForm, complaints: Complaint[]): Promise<void> {
    if (this.#state !== "waiting") return this.draw(nextRound(form), { complaints });
    this.#state = "told";
    await this.submission.answer({ response_action: "errors", errors: complaintsByBlock(this.drawn, complaints) });
  }

  /** The form comes back as it stands in `form`, with a `round` of its own. */
  async draw(form: RunForm, say: Say = {}): Promise<void> {
    const { complaints = [], notice = null } = say;
    const { user, log } = this.submission;
    const isKept = this.#state === "waiting" && needsDraft(form);
    if (isKept) await keepForm(this.bot, { user, form, complaints });
    // The time may have been over meanwhile.
    if (this.#state === "told") return;
    const wasWaiting = this.#state === "waiting";
    this.#state = "told";
    if (wasWaiting) {
      const view = runFormView(form, { picked: pickedIn(this.bot, form), complaints, notice });
      return this.submission.answer({ response_action: "update", view });
    }
    if (isKept || (await this.#keep(form, complaints))) {
      await bringBack(this.bot, log, { user, externalId: this.#externalId, form, complaints, notice });
    }
    await this.#endCheck();
  }

  /** The run has been started. `channel`: where its card is; null: in the person's direct messages. */
  async started(title: string, channel: string | null): Promise<void> {
    const wasWaiting = this.#state === "waiting";
    this.#state = "told";
    if (wasWaiting) return this.submission.answer(null);
    const failure = await this.#update(startedView(title, channel));
    // Its card says so anyway.
    if (failure !== null) this.submission.log.info({ failure }, "the form was closed meanwhile");
    await this.#endCheck();
  }

  /** False when another delivery of the same has told them, or they went back to the form. */
  async #keep(form: RunForm, complaints: Complaint[]): Promise<boolean> {
    const { user, log } = this.submission;
    try {
      const kept = await formKept(this.bot, form.nonce, user);
      if (kept !== null && kept.form.round >= form.round) return false;
      await keepForm(this.bot, { user, form, complaints });
    } catch (err) {
      log.error({ err }, "the form is not kept");
    }
    return true;
  }

  #endCheck(): Promise<void> {
    const { key, log } = this.submission;
    return endCheck(this.bot, key).catch((err: unknown) => log.error({ err }, "the check stays noted"));
  }

  #update(view: ReturnType<typeof startedView>) {
    return this.bot.slack.views.update({ external_id: this.#externalId, view }).then(() => null, slackFailure);
  }

  /** Of the view that says "Checking with Hex…", and of no other: what has taken its place is left alone. */
  get #externalId(): string {
    return `checking.${this.submission.key}`;
  }
}
