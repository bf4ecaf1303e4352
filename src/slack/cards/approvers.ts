// Asks those who may approve a run, once: in its card's thread, and in direct messages to those who may not see the card. When it has
// been decided, the direct messages say so.
//
// What has been asked is stored afterwards, so if the process dies in between, the next one asks again, which is better than never.

import type { WebClient } from "@slack/web-api";
import type { PeopleTerm } from "../../access/policy.js";
import type { HexPlace } from "../../hex/links.js";
import type { Clock } from "../../lib/clock.js";
import type { Logger } from "../../log/logger.js";
import type { Approval, Question } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";
import { type PermissionSources, permissionsOf } from "../access/permissions.js";
import { mayPass, retryPauseMs, type SlackFailure } from "../connection/failures.js";
import type { PeopleByEmail } from "../connection/people-by-email.js";
import { edit, isPosted, post } from "../connection/post.js";
import { approversMessage, decidedMessage, questionMessage } from "../messages/approval.js";
import { slackRemedy } from "../messages/slack-remedies.js";
import type { Card } from "./store.js";

export interface ApproversOptions {
  slack: WebClient;
  runs: RunStore;
  permissions: PermissionSources;
  people: Pick<PeopleByEmail, "idOf">;
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
    return approval !== null && (state === "awaiting" ? !approval.told : approval.questions.length > 0);
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

  /** @returns why somebody could not be asked yet, or `null` */
  async #ask(run: RunIn<"awaiting">, card: Card): Promise<SlackFailure | "not_known" | null> {
    const { slack } = this.options;
    const owner = await this.#ownerOf(run);
    const { users, isWhole } = isSeenByAll(card) ? { users: [], isWhole: true } : await this.#toAsk(run, owner);
    let asked = run.approval.questions.length;
    for (const user of users) {
      const failure = await this.#askOne(run, user);
      if (failure === null) asked += 1;
      else if (this.#isWorthRepeating(run, failure)) return failure;
    }
    if (!isWhole && this.#failuresOf(run) < LOOKS) return "not_known";
    const thread = card.threadTs ?? card.ts;
    const to = thread === null ? { channel: card.channel } : { channel: card.channel, thread_ts: thread };
    const reply = await post(slack, to, approversMessage(run, owner, asked));
    if (!isPosted(reply)) {
      this.#warn(run, reply);
      if (this.#isWorthRepeating(run, reply)) return reply;
    }
    await this.#change(run, (approval) => ({ ...approval, told: true }));
    return null;
  }

  async #askOne(run: RunIn<"awaiting">, user: string): Promise<SlackFailure | null> {
    const { slack, hexPlace } = this.options;
    const posted = await post(slack, { channel: user }, questionMessage(run, hexPlace()));
    if (!isPosted(posted)) {
      this.#warn(run, posted);
      return posted;
    }
    const question = { user, channel: posted.channel, ts: posted.ts };
    await this.#change(run, (approval) => ({ ...approval, questions: [...approval.questions, question] }));
    return null;
  }

  /** Those who are named, may see the project, and have not been asked. `isWhole`: whether Slack has said who they all are. */
  async #toAsk(
    { project, requester, approval }: RunIn<"awaiting">,
    owner: string | null,
  ): Promise<{ users: string[]; isWhole: boolean }> {
    const { permissions } = this.options;
    const { ids, isWhole } = await permissions.access.named(approval.by);
    const named = [...new Set(owner === null ? ids : [owner, ...ids])];
    const isAsked = (user: string) => approval.questions.some((question) => question.user === user);
    const others = named.filter((user) => user !== requester).slice(0, MOST_ASKED);
    const unasked = others.filter((user) => !isAsked(user));
    const sight = await Promise.all(
      unasked.map(async (user) => (await permissionsOf(permissions, user, null)).decide("see", project.id)),
    );
    return {
      users: unasked.filter((_, index) => sight[index]?.kind === "allowed"),
      isWhole: isWhole && !sight.some((seen) => seen.kind === "denied" && seen.isUnsure),
    };
  }

  /** The project's owner, if the rule names them and Slack knows who they are. */
  async #ownerOf({ project, approval }: RunIn<"awaiting">): Promise<string | null> {
    const { permissions, people } = this.options;
    const isNamed = approval.by.some(({ kind }: PeopleTerm) => kind === "owner");
    const email = permissions.catalog.known(project.id)?.owner?.email ?? null;
    return isNamed && email !== null ? people.idOf(email) : null;
  }

  /** Shows in the direct messages what has been decided. */
  async #close(run: Run): Promise<SlackFailure | null> {
    const { slack, hexPlace } = this.options;
    const decided = decidedMessage(run, hexPlace());
    for (const question of run.approval?.questions ?? []) {
      const failure = await edit(slack, { channel: question.channel, ts: question.ts }, decided);
      if (failure !== null) {
        this.#warn(run, failure);
        if (this.#isWorthRepeating(run, failure)) return failure;
      }
      await this.#change(run, (approval) => ({ ...approval, questions: without(approval.questions, question) }));
    }
    return null;
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

/** The bot cannot know who is in a private channel. */
function isSeenByAll({ channel, isPublic }: Card): boolean {
  return isPublic && channel.startsWith("C");
}

function without(questions: readonly Question[], { channel, ts }: Question): Question[] {
  return questions.filter((one) => one.channel !== channel || one.ts !== ts);
}
