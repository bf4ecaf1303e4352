// Replies to a submitted form: in the acknowledgement; when Hex took longer, in place of "Checking with Hex…"; and when the form has
// been closed, in a direct message.

import type { ViewResponseAction } from "@slack/bolt";
import { asSlackFailure } from "../connection/failures.js";
import type { Bot } from "../listeners/context.js";
import type { Submission } from "../listeners/views/view.js";
import { checkingView, complaintsByBlock, runFormView, startedView } from "../messages/run-form.js";
import { type Complaint, type Notice, needsDraft, nextRound, type RunForm } from "../messages/run-form-state.js";
import { storeSlowWords } from "../messages/run-form-words.js";
import { bringBack, endCheck, noteCheck } from "./form-checks.js";
import { formKept, keepForm } from "./form-drafts.js";
import { drawnProject } from "./open-run-form.js";

/** What to say on a form that stays open. */
export interface Say {
  complaints?: Complaint[];
  notice?: Notice | null;
}

interface Started {
  title: string;
  channel: string | null;
  isAwaiting: boolean;
}

/** Where the submitted form is. This process holds it throughout, but may die. */
type State =
  /** On the screen: Slack is waiting for its acknowledgement. `stored`: also in the store, so it may be taken off the screen. */
  | { is: "unanswered"; stored: RunForm | null }
  /** In the store. The screen says "Checking with Hex…". */
  | { is: "checking" }
  /** The person has been told the outcome. */
  | { is: "told" };

export class FormReply {
  #state: State = { is: "unanswered", stored: null };

  /** `drawn` is the form as Slack shows it. Complaints can be attached to its blocks. */
  constructor(
    private readonly bot: Bot,
    private readonly submission: Submission,
    private readonly drawn: RunForm,
  ) {}

  /** Whether the person sees "Checking with Hex…". */
  get isChecking(): boolean {
    return this.#state.is === "checking";
  }

  /** Whether the person has already been told. */
  get isTold(): boolean {
    return this.#state.is === "told";
  }

  /** The form is stored, so it may be taken off the screen. */
  keeps(form: RunForm): void {
    if (this.#state.is === "unanswered") this.#state = { is: "unanswered", stored: form };
  }

  /** Slack's time is nearly over. Never rejects. */
  async late(): Promise<void> {
    if (this.#state.is !== "unanswered") return;
    const { stored } = this.#state;
    if (stored === null) return this.#lateWithoutStore();
    await this.#noteCheck(stored);
    // They have been told in the meantime.
    if (this.#state.is !== "unanswered") return this.#endCheck();
    this.#state = { is: "checking" };
    await this.#acknowledge({ response_action: "update", view: checkingView(this.drawn, this.#externalId) });
  }

  /** The form stays on the screen, because nothing else has it. */
  #lateWithoutStore(): Promise<void> {
    this.#state = { is: "told" };
    const complaint = { at: { kind: "project" as const }, text: storeSlowWords() };
    return this.#acknowledge({ response_action: "errors", errors: complaintsByBlock(this.drawn, [complaint]) });
  }

  /** Before the person has to wait for the check. The store has just accepted the form, and has most of a second. */
  #noteCheck({ nonce, round }: RunForm): Promise<void> {
    const { user, key, log } = this.submission;
    const check = { user, nonce, round, externalId: this.#externalId };
    return noteCheck(this.bot, key, check).catch((err: unknown) => log.error({ err }, "The check could not be noted"));
  }

  #acknowledge(answer: ViewResponseAction): Promise<void> {
    const { log } = this.submission;
    return this.submission.answer(answer).catch((err: unknown) => log.warn({ err }, "not acknowledged"));
  }

  /** Leaves the form as it is, with complaints at its fields. */
  async refuse(form: RunForm, complaints: Complaint[]): Promise<void> {
    if (this.#state.is !== "unanswered") return this.draw(nextRound(form), { complaints });
    this.#state = { is: "told" };
    await this.submission.answer({ response_action: "errors", errors: complaintsByBlock(this.drawn, complaints) });
  }

  /** Brings back the form as it is in `form`, with a `round` of its own. */
  async draw(form: RunForm, say: Say): Promise<void> {
    const { complaints = [] } = say;
    const { user } = this.submission;
    const isStored = this.#state.is === "unanswered" && needsDraft(form);
    if (isStored) await keepForm(this.bot, { user, form, complaints });
    // While it was being stored, Slack's time may have run out.
    switch (this.#state.is) {
      case "unanswered":
        return this.#drawInAnswer(form, say);
      case "checking":
        return this.#drawAfterCheck(form, say, isStored);
      case "told":
        return;
    }
  }

  #drawInAnswer(form: RunForm, { complaints = [], notice = null }: Say): Promise<void> {
    this.#state = { is: "told" };
    const view = runFormView(form, { ...drawnProject(this.submission, form), complaints, notice });
    return this.submission.answer({ response_action: "update", view });
  }

  async #drawAfterCheck(form: RunForm, { complaints = [], notice = null }: Say, isStored: boolean): Promise<void> {
    this.#state = { is: "told" };
    const { user, log, respond } = this.submission;
    if (isStored || (await this.#storeUnlessOvertaken(form, complaints))) {
      const drawn = drawnProject(this.submission, form);
      const externalId = this.#externalId;
      await bringBack(this.bot, log, { user, externalId, form, ...drawn, complaints, notice, respond });
    }
    await this.#endCheck();
  }

  /**
   * The run has been started, or somebody has to approve it first. `channel` is where its card is; `null` for the person's direct
   * messages.
   */
  async started({ title, channel, isAwaiting }: Started): Promise<void> {
    const isUnanswered = this.#state.is === "unanswered";
    this.#state = { is: "told" };
    if (isUnanswered) return this.submission.answer(null);
    const failure = await this.#update(startedView(title, channel, isAwaiting));
    // The card says so anyway.
    if (failure !== null) this.submission.log.info({ failure: failure.facts }, "The form was closed in the meantime");
    await this.#endCheck();
  }

  /** Whether the person has gone back from "Checking with Hex…" to the submitted form. @throws StoreFailure */
  async wentBack({ nonce, round }: RunForm): Promise<boolean> {
    if (!this.isChecking) return false;
    const kept = await formKept(this.bot, nonce, this.submission.user);
    return kept !== null && kept.form.round > round;
  }

  /** There is nothing to tell: the person sees the form. Never rejects. */
  async end(): Promise<void> {
    this.#state = { is: "told" };
    await this.#endCheck();
  }

  /** Returns false when another delivery of the same submission has told the person, or they went back to the form. */
  async #storeUnlessOvertaken(form: RunForm, complaints: Complaint[]): Promise<boolean> {
    const { user, log } = this.submission;
    try {
      const kept = await formKept(this.bot, form.nonce, user);
      if (kept !== null && kept.form.round >= form.round) return false;
      await keepForm(this.bot, { user, form, complaints });
    } catch (err) {
      log.error({ err }, "The form could not be stored");
    }
    return true;
  }

  #endCheck(): Promise<void> {
    const { key, log } = this.submission;
    return endCheck(this.bot, key).catch((err: unknown) => log.error({ err }, "The check could not be ended"));
  }

  #update(view: ReturnType<typeof startedView>) {
    return this.bot.slack.views.update({ external_id: this.#externalId, view }).then(() => null, asSlackFailure);
  }

  /** The external id of the "Checking with Hex…" view only. A view that has replaced it is left alone. */
  get #externalId(): string {
    return `checking.${this.submission.key}`;
  }
}
