// Asks those who may approve a run, once: in its card's thread, and in direct messages to those who may not see the card. When it has
// been decided, the direct messages say so.
//
// A direct message asks only once it is stored where it is, so that the next process can say in it what has been decided. If the process
// dies before, the message says nothing that becomes wrong, and there is another one. The reply in the thread may come twice, and then
// says so.

import type { WebClient } from "@slack/web-api";
import type { PeopleTerm } from "../../access/policy.js";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import { type Approval, areSame, type Question, rewanted, untold, withHope } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { permissionsOf } from "../access/permissions.js";
import { type ApproverSources, mayBeApproved } from "../access/possible-approvers.js";
import { mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import type { PersonByEmail } from "../connection/people-by-email.js";
import { edit, isPosted, post } from "../connection/post.js";
import {
  announcedMessage,
  approversMessage,
  decidedMessage,
  hopelessMessage,
  noLongerAskedMessage,
  questionMessage,
} from "../messages/approval.js";
import type { Message } from "../messages/blocks.js";
import { repeated } from "../messages/repeat.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Card } from "./store.js";

export interface ApproversOptions {
  slack: WebClient;
  runs: RunStore;
  permissions: ApproverSources;
  clock: Clock;
  /** Where the projects are in Hex, for links. */
  hexPlace: () => HexPlace;
  log: Logger;
}

/** A rule may name a group of hundreds. */
const MOST_ASKED = 20;
/** After this many temporary failures in a row, a message is given up: the card says the same. */
const TRIES = 20;
/** How often and how long (ms) the bot waits for Slack to say who is in a group, or who somebody is. */
const LOOKS = 6;
const LOOK_AGAIN_MS = 10_000;

export class Approvers {
  /** How many times in a row Slack has refused a message about a run, or not said whom to ask. */
  readonly #failures = new Map<string, number>();

  constructor(private readonly options: ApproversOptions) {}

  /** Whether somebody is still to be asked, or told that it has been decided. */
  hasMoreToSay({ state, approval }: Run): boolean {
    if (approval === null) return false;
    return state === "awaiting" ? !approval.told || isNews(approval) : approval.questions.length > 0;
  }

  /**
   * Asks, or says what has been decided. The caller sees to it that no other process does so at the same time.
   * @returns how long to wait before another try, in ms; `null` when there is nothing more to say
   */
  async tell(run: Run, card: Card): Promise<number | null> {
    if (!this.hasMoreToSay(run)) return null;
    const failure = run.state === "awaiting" ? await this.#ask(run, card) : await this.#close(run);
    if (failure === null) {
      this.#failures.delete(run.key);
      return null;
    }
    const failures = this.#failuresOf(run) + 1;
    this.#failures.set(run.key, failures);
    return failure === "not_known" ? LOOK_AGAIN_MS : retryPauseMs(failure, failures);
  }

  /**
   * Looks whether the rules want somebody else's approval by now, and whether somebody can give it, for each run that waits. Rejects when
   * the store fails.
   */
  async sweep(): Promise<void> {
    const { runs, permissions } = this.options;
    if (!permissions.access.hasPolicy) return;
    // Right after a start, the stored catalog may not have been read yet.
    await permissions.catalog.ready();
    for (const run of await runs.inFlight()) if (run.state === "awaiting") await this.#review(run);
  }

  async #review(run: RunIn<"awaiting">): Promise<void> {
    const { runs, permissions, clock } = this.options;
    const { requester, project, options, approval } = run;
    if (requester === null) return;
    const asker = await permissionsOf(permissions, requester, approval.place);
    // `null` where it would need no approval by now, or is not allowed: that is decided when somebody presses a button.
    const need = asker.approvalFor(project, options);
    const { by, place } = need ?? approval;
    const isHopeless = !(await mayBeApproved(permissions, { projectId: project.id, requester, by, place }));
    await runs.update(run.key, (stored) => {
      if (stored.state !== "awaiting") return null;
      const wanted = need === null ? stored.approval : rewanted(stored.approval, need);
      return { ...stored, approval: withHope(wanted, isHopeless, clock.now()) };
    });
  }

  /** The card has moved to where other people read it. */
  async askAgain(run: Run): Promise<void> {
    if (run.state === "awaiting") await this.#change(run, untold);
  }

  /** Whoever asked for the run has been told of its end, although not everything has been said to those who were asked. */
  async noteEndTold(run: Run): Promise<void> {
    await this.#change(run, (approval) => ({ ...approval, isEndTold: true }));
  }

  /** @returns why somebody could not be asked yet, or `null` */
  async #ask(run: RunIn<"awaiting">, card: Card): Promise<SlackFailure | "not_known" | null> {
    if (isNews(run.approval)) return this.#tellHopeless(run, card);
    const owner = await this.#ownerOf(run);
    const isForAll = isSeenByAll(card);
    const nobody = { users: [], released: [], isWhole: true };
    const { users, released, isWhole } = isForAll ? nobody : await this.#toAsk(run, owner);
    const kept = await this.#edit(run, released, noLongerAskedMessage(run, this.options.hexPlace()));
    if (kept !== null) return kept;
    for (const user of users) {
      const failure = await this.#announce(run, user);
      if (failure !== null && this.#isWorthRepeating(run, failure)) return failure;
    }
    const unasked = await this.#showQuestions(run);
    if (unasked !== null) return unasked;
    if (!isWhole && this.#failuresOf(run) < LOOKS) return "not_known";
    const now = await this.#awaitingNow(run);
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
    // The rules may name others by now.
    await this.#change(run, (approval) =>
      areSame(approval.by, run.approval.by) ? { ...approval, told: true, posting: null } : approval,
    );
    return null;
  }

  /** Says to whoever asked that nobody can approve it. @returns why Slack did not take that yet, or `null` */
  async #tellHopeless(run: RunIn<"awaiting">, card: Card): Promise<SlackFailure | null> {
    const failure = await this.#reply(run, card, "hopeless", hopelessMessage(run));
    if (failure !== null) return failure;
    await this.#change(run, (approval) => {
      const { hopeless } = approval;
      if (hopeless === null) return approval;
      return { ...approval, told: true, posting: null, hopeless: { ...hopeless, told: true } };
    });
    return null;
  }

  /**
   * Notes before that it is about to post: if the process dies, or Slack's answer is lost, the reply is posted again and says so. The
   * caller notes that it was posted. @returns why Slack did not take it, if that is worth another try, or `null`
   */
  async #reply(
    run: RunIn<"awaiting">,
    { channel, threadTs, ts }: Card,
    kind: NonNullable<Approval["posting"]>,
    reply: Message,
  ): Promise<SlackFailure | null> {
    const isRepeat = run.approval.posting === kind;
    await this.#change(run, (approval) => ({ ...approval, posting: kind }));
    const thread = threadTs ?? ts;
    const posted = await post(
      this.options.slack,
      thread === null ? { channel } : { channel, thread_ts: thread },
      isRepeat ? repeated(reply) : reply,
    );
    if (isPosted(posted)) return null;
    this.#warn(run, posted);
    if (posted.kind !== "transient") await this.#change(run, (approval) => ({ ...approval, posting: null }));
    return this.#isWorthRepeating(run, posted) ? posted : null;
  }

  /** The run as it is now; `null` once it has been decided. */
  async #awaitingNow({ key }: Run): Promise<RunIn<"awaiting"> | null> {
    const run = await this.options.runs.get(key);
    return run?.state === "awaiting" ? run : null;
  }

  /** Posts what becomes a question. @returns why Slack did not take it, or `null` */
  async #announce(run: RunIn<"awaiting">, user: string): Promise<SlackFailure | null> {
    const { slack, hexPlace } = this.options;
    if ((await this.#awaitingNow(run)) === null) return null;
    const posted = await post(slack, { channel: user }, announcedMessage(run, hexPlace()));
    if (!isPosted(posted)) {
      this.#warn(run, posted);
      return posted;
    }
    const question = { user, channel: posted.channel, ts: posted.ts, asks: false };
    await this.#change(run, (approval) => ({ ...approval, questions: [...approval.questions, question] }));
    return null;
  }

  /** @returns why somebody could not be asked yet, or `null` */
  async #showQuestions(run: Run): Promise<SlackFailure | null> {
    const { slack, hexPlace } = this.options;
    for (const question of (await this.#awaitingNow(run))?.approval.questions ?? []) {
      const now = question.asks ? null : await this.#awaitingNow(run);
      if (now === null) continue;
      const failure = await edit(slack, question, questionMessage(now, hexPlace()));
      if (failure !== null) {
        this.#warn(run, failure);
        if (this.#isWorthRepeating(run, failure)) return failure;
      }
      await this.#change(run, (approval) => ({ ...approval, questions: asking(approval.questions, question) }));
    }
    return null;
  }

  /**
   * Those who are named, may see the project, and have not been asked. `released`: the questions to people who are not named any more.
   * `isWhole`: whether Slack has said who they all are.
   */
  async #toAsk(
    { project, requester, approval }: RunIn<"awaiting">,
    owner: PersonByEmail,
  ): Promise<{ users: string[]; released: Question[]; isWhole: boolean }> {
    const { permissions } = this.options;
    const { ids, isWhole: areAllSaid } = await permissions.access.named(approval.by);
    const isWhole = areAllSaid && owner.said !== "not_yet";
    const named = [...new Set(owner.id === null ? ids : [owner.id, ...ids])];
    const isAsked = (user: string) => approval.questions.some((question) => question.user === user);
    const others = named.filter((user) => user !== requester).slice(0, MOST_ASKED);
    const unasked = others.filter((user) => !isAsked(user));
    const sight = await Promise.all(
      unasked.map(async (user) => (await permissionsOf(permissions, user, null)).decide("see", project.id)),
    );
    return {
      users: unasked.filter((_, index) => sight[index]?.kind === "allowed"),
      released: isWhole ? approval.questions.filter(({ user }) => !named.includes(user)) : [],
      isWhole: isWhole && !sight.some((seen) => seen.kind === "denied" && seen.isUnsure),
    };
  }

  /** The project's owner, if the rule names them. */
  async #ownerOf({ project, approval }: RunIn<"awaiting">): Promise<PersonByEmail> {
    const { permissions } = this.options;
    if (!approval.by.some(({ kind }: PeopleTerm) => kind === "owner")) return NO_OWNER;
    const known = permissions.catalog.known(project.id);
    const email = known?.owner?.email ?? null;
    if (email !== null) return permissions.peopleByEmail.of(email);
    return known === null ? { id: null, said: "not_yet" } : NO_OWNER;
  }

  /** Shows in the direct messages what has been decided. @returns why one of them could not be changed yet, or `null` */
  #close(run: Run): Promise<SlackFailure | null> {
    return this.#edit(run, run.approval?.questions ?? [], decidedMessage(run, this.options.hexPlace()));
  }

  /** Turns questions into messages that no longer ask anything. @returns why one of them could not be changed yet, or `null` */
  async #edit(run: Run, questions: readonly Question[], instead: Message): Promise<SlackFailure | null> {
    let held: SlackFailure | null = null;
    for (const question of questions) {
      const failure = await edit(this.options.slack, question, instead);
      if (failure !== null) {
        this.#warn(run, failure);
        if (this.#isWorthRepeating(run, failure)) {
          held ??= failure;
          continue;
        }
      }
      await this.#change(run, (approval) => ({ ...approval, questions: without(approval.questions, question) }));
    }
    return held;
  }

  #change({ key }: Run, change: (approval: Approval) => Approval): Promise<unknown> {
    return this.options.runs.update(key, (run) => {
      switch (run.state) {
        case "awaiting":
        case "approved":
        case "declined":
        case "expired":
          return { ...run, approval: change(run.approval) };
        default:
          return run.approval === null ? null : { ...run, approval: change(run.approval) };
      }
    });
  }

  #isWorthRepeating(run: Run, failure: SlackFailure): boolean {
    return mayPass(failure) && this.#failuresOf(run) < TRIES;
  }

  #failuresOf({ key }: Run): number {
    return this.#failures.get(key) ?? 0;
  }

  #warn({ key, reference }: Run, failure: SlackFailure): void {
    const { todo } = slackRemedy(failure.word);
    const facts = { runKey: key, reference, failure: failure.facts, todo };
    this.options.log.warn(facts, "Slack did not accept a message about an approval: %s", failure.word);
  }
}

const NO_OWNER: PersonByEmail = { id: null, said: "yes" };

/** Whether whoever asked has not been told yet that nobody can approve it. */
function isNews({ hopeless }: Approval): boolean {
  return hopeless !== null && !hopeless.told;
}

/** The bot cannot know who is in a private channel. */
function isSeenByAll({ channel, isPublic }: Card): boolean {
  return isPublic && channel.startsWith("C");
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
