// The direct messages in which people are asked to approve a run.
//
// One asks only once it is stored where it is, so that the next process can say in it what has been decided. If the process dies before,
// the message says nothing that becomes wrong, and there is another one.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Question } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import type { SlackFailure } from "../connection/failures.js";
import { edit, isPosted, post } from "../connection/post.js";
import { announcedMessage, decidedMessage, noLongerAskedMessage, questionMessage } from "../messages/approval.js";
import type { Message } from "../messages/blocks.js";
import { awaitingNow, changeApproval } from "./change-approval.js";

export interface ApprovalQuestionsOptions {
  slack: WebClient;
  runs: RunStore;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  /** Slack has not accepted a message. @returns whether that is worth another try */
  onRefused: (run: Run, failure: SlackFailure) => boolean;
}

export class ApprovalQuestions {
  constructor(private readonly options: ApprovalQuestionsOptions) {}

  /** Posts what becomes questions. @returns why somebody could not be sent one yet, or `null` */
  async announce(run: RunIn<"awaiting">, users: readonly string[]): Promise<SlackFailure | null> {
    const { slack, runs, hexPlace, onRefused } = this.options;
    for (const user of users) {
      if ((await awaitingNow(runs, run)) === null) return null;
      const posted = await post(slack, { channel: user }, announcedMessage(run, hexPlace()));
      if (isPosted(posted)) {
        const question = { user, channel: posted.channel, ts: posted.ts, asks: false };
        await changeApproval(runs, run, (approval) => ({ ...approval, questions: [...approval.questions, question] }));
      } else if (onRefused(run, posted)) return posted;
    }
    return null;
  }

  /** Makes all of them ask. @returns why somebody could not be asked yet, or `null` */
  async show(run: Run): Promise<SlackFailure | null> {
    const { slack, runs, hexPlace, onRefused } = this.options;
    for (const question of (await awaitingNow(runs, run))?.approval.questions ?? []) {
      const now = question.asks ? null : await awaitingNow(runs, run);
      if (now === null) continue;
      const failure = await edit(slack, question, questionMessage(now, hexPlace()));
      if (failure !== null && onRefused(run, failure)) return failure;
      await changeApproval(runs, run, (approval) => ({
        ...approval,
        questions: asking(approval.questions, question),
      }));
    }
    return null;
  }

  /** Tells people that others are asked now. @returns why one of the messages could not be changed yet, or `null` */
  release(run: Run, questions: readonly Question[]): Promise<SlackFailure | null> {
    return this.#end(run, questions, noLongerAskedMessage(run, this.options.hexPlace()));
  }

  /** Shows what has been decided. @returns why one of the messages could not be changed yet, or `null` */
  close(run: Run): Promise<SlackFailure | null> {
    return this.#end(run, run.approval?.questions ?? [], decidedMessage(run, this.options.hexPlace()));
  }

  /** Turns questions into messages that no longer ask anything. */
  async #end(run: Run, questions: readonly Question[], instead: Message): Promise<SlackFailure | null> {
    const { slack, runs, onRefused } = this.options;
    let held: SlackFailure | null = null;
    for (const question of questions) {
      const failure = await edit(slack, question, instead);
      if (failure !== null && onRefused(run, failure)) held ??= failure;
      else
        await changeApproval(runs, run, (approval) => ({
          ...approval,
          questions: without(approval.questions, question),
        }));
    }
    return held;
  }
}

function without(questions: readonly Question[], question: Question): Question[] {
  return questions.filter((one) => !isSame(one, question));
}

function asking(questions: readonly Question[], question: Question): Question[] {
  return questions.map((one) => (isSame(one, question) ? { ...one, asks: true } : one));
}

function isSame(one: Question, { channel, ts }: Question): boolean {
  return one.channel === channel && one.ts === ts;
}
