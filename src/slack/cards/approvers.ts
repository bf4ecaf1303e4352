// Asks those who may approve a run, once: in its card's thread, and in direct messages to those who may not see the card. When it has
// been decided, the direct messages say so. If the process dies, the reply in the thread may come twice, and then says so.

import type { WebClient } from "@slack/web-api";
import type { HexPlace } from "../../hex/links.js";
import type { Logger } from "../../log/logger.js";
import { type Approval, areSame, untold } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import type { ApproverSources } from "../access/possible-approvers.js";
import { retryPauseMs, type SlackFailure } from "../connection/failures.js";
import { isPosted, post, postNoted, targetOf } from "../connection/post.js";
import { approversMessage, hopelessMessage } from "../messages/approval.js";
import type { Message } from "../messages/blocks.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import { ApprovalQuestions } from "./approval-questions.js";
import { awaitingNow, changeApproval } from "./change-approval.js";
import type { Card } from "./store.js";
import { ownerToAsk, whomToAsk } from "./whom-to-ask.js";

export interface ApproversOptions {
  slack: WebClient;
  runs: RunStore;
  permissions: ApproverSources;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  log: Logger;
}

/**
 * After this many failures in a row, a message is given up: the card says the same. Slack may grant a token or a scope later. A word that
 * the bot does not know may pass, too, but others wait for it.
 */
const TRIES: Partial<Record<SlackFailure["kind"], number>> = {
  rate_limited: 20,
  transient: 20,
  credentials: 20,
  other: 4,
};
/** How often and how long (ms) the bot waits for Slack to say who is in a group, or who somebody is. */
const LOOKS = 6;
const LOOK_AGAIN_MS = 10_000;

export class Approvers {
  /** How many times in a row Slack has refused a message about a run, or not said whom to ask. */
  readonly #failures = new Map<string, number>();
  readonly #questions: ApprovalQuestions;

  constructor(private readonly options: ApproversOptions) {
    const { slack, runs, hexPlace } = options;
    const onRefused = (run: Run, failure: SlackFailure) => this.#onRefused(run, failure);
    this.#questions = new ApprovalQuestions({ slack, runs, hexPlace, onRefused });
  }

  /** Whether somebody is still to be asked, or told that it has been decided. */
  hasMoreToSay({ state, approval }: Run): boolean {
    if (approval === null) return false;
    if (state !== "awaiting") return approval.questions.length > 0;
    return approval.hopeless === null ? !approval.told : !approval.hopeless.told;
  }

  /**
   * Asks, or says what has been decided. The caller sees to it that no other process does so at the same time.
   * @returns how long to wait before another try, in ms; `null` when there is nothing more to say
   */
  async tell(run: Run, card: Card): Promise<number | null> {
    if (!this.hasMoreToSay(run)) return null;
    const failure = run.state === "awaiting" ? await this.#ask(run, card) : await this.#questions.close(run);
    if (failure === null) {
      this.#failures.delete(run.key);
      return null;
    }
    const failures = this.#failuresOf(run) + 1;
    this.#failures.set(run.key, failures);
    return failure === "not_known" ? LOOK_AGAIN_MS : retryPauseMs(failure, failures);
  }

  /** The card has moved to where other people read it. */
  async askAgain(run: Run): Promise<void> {
    if (run.state === "awaiting") await changeApproval(this.options.runs, run, untold);
  }

  /** The requester has been told of the end, although those who were asked have not been told everything yet. */
  async noteEndTold(run: Run): Promise<void> {
    await changeApproval(this.options.runs, run, (approval) => ({ ...approval, isEndTold: true }));
  }

  /** @returns why somebody could not be asked yet, or `null` */
  async #ask(run: RunIn<"awaiting">, card: Card): Promise<SlackFailure | "not_known" | null> {
    if (run.approval.hopeless !== null) return this.#tellHopeless(run, card);
    const { runs, permissions } = this.options;
    const owner = await ownerToAsk(permissions, run);
    const isForAll = isSeenByAll(card);
    const nobody = { users: [], released: [], isWhole: true };
    const { users, released, isWhole } = isForAll ? nobody : await whomToAsk(permissions, run, owner);
    const refusedQuestion =
      (await this.#questions.release(run, released)) ??
      (await this.#questions.announce(run, users)) ??
      (await this.#questions.show(run));
    if (refusedQuestion !== null) return refusedQuestion;
    if (!isWhole && this.#failuresOf(run) < LOOKS) return "not_known";
    const now = await awaitingNow(runs, run);
    // It has been decided in the meantime.
    if (now === null) return null;
    const asked = now.approval.questions.length;
    const refused = await this.#reply(
      now,
      card,
      "approvers",
      approversMessage(now, { owner: owner.id, asked, isForAll }),
    );
    if (refused !== null) return refused;
    // The rules may name others by now, or the project may have another owner.
    await changeApproval(this.options.runs, run, (approval) =>
      areSame(approval.by, run.approval.by) && approval.owner === run.approval.owner
        ? { ...approval, told: true, posting: null, owner: owner.id }
        : approval,
    );
    return null;
  }

  /** Tells the requester that nobody can approve it. @returns why Slack did not take that yet, or `null` */
  async #tellHopeless(run: RunIn<"awaiting">, card: Card): Promise<SlackFailure | null> {
    const failure = await this.#reply(run, card, "hopeless", hopelessMessage(run));
    if (failure !== null) return failure;
    await changeApproval(this.options.runs, run, (approval) => {
      const { hopeless } = approval;
      if (hopeless === null) return approval;
      return { ...approval, posting: null, hopeless: { ...hopeless, told: true } };
    });
    return null;
  }

  /** Says it as `postNoted` does. @returns why Slack did not take it, if that is worth another try, or `null` */
  async #reply(
    run: RunIn<"awaiting">,
    { channel, threadTs, ts }: Card,
    kind: NonNullable<Approval["posting"]>,
    reply: Message,
  ): Promise<SlackFailure | null> {
    const { slack, runs } = this.options;
    const note = (isPosting: boolean) =>
      changeApproval(runs, run, (approval) => ({ ...approval, posting: isPosting ? kind : null }));
    const posted = await postNoted(reply, { isRepeat: run.approval.posting === kind, note }, (said) =>
      post(slack, targetOf(channel, threadTs ?? ts), said),
    );
    return !isPosted(posted) && this.#onRefused(run, posted) ? posted : null;
  }

  /** @returns whether it is worth another try */
  #onRefused(run: Run, failure: SlackFailure): boolean {
    const { key, reference } = run;
    const { what, todo } = slackRemedy(failure.word);
    const facts = { runKey: key, reference, failure: failure.facts, todo };
    this.options.log.warn(facts, "Slack did not accept a message about an approval: %s", what);
    return this.#failuresOf(run) < (TRIES[failure.kind] ?? 0);
  }

  #failuresOf({ key }: Run): number {
    return this.#failures.get(key) ?? 0;
  }
}

/** The bot cannot know who is in a private channel. */
function isSeenByAll({ channel, isPublic }: Card): boolean {
  return isPublic && channel.startsWith("C");
}
