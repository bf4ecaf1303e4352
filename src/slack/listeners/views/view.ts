// What defines a modal that can be submitted.

import type { ViewOutput, ViewResponseAction } from "@slack/bolt";
import type { Deed } from "../../../audit/audit-entry.js";
import type { ViewId } from "../../messages/view-ids.js";
import type { Bot, Interaction } from "../context.js";

/** A modal that somebody has submitted. */
export interface Submission extends Interaction {
  /** The modal at the time of submission, with what was typed into it. */
  view: ViewOutput;
  /**
   * Says what happens to the modal, once and within three seconds; `null` closes it. Until then `respond` answers on top of it.
   * Rejects when the answer does not reach Slack.
   */
  answer: (action: ViewResponseAction | null) => Promise<void>;
  /** When Slack's time is nearly over, by the monotonic clock. */
  lateAt: number;
}

/** A modal. It is safe to submit twice. */
export interface View {
  id: ViewId;
  /** What somebody does who submits it. */
  deed: Deed;
  submit: (bot: Bot, submission: Submission) => Promise<void>;
}
