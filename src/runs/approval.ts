// What a run needs before it may be started where a rule says so: somebody's approval.

import { z } from "zod";
import type { Answer } from "../access/answer.js";
import { APPROVABLE, type PeopleTerm } from "../access/policy.js";
import { hasCome } from "../lib/due.js";
import { epochMs } from "../lib/epoch.js";
import { HOUR, MINUTE } from "../lib/time.js";

/** How long somebody may approve it, in ms. */
export const APPROVAL_MS = HOUR;
/** How long after the approval the bot may still start it, in ms: it may have been stopped in between. */
export const APPROVED_MS = 10 * MINUTE;
/** In ms. A clock that is set back by less than this ends nothing early. */
const SET_BACK_MS = HOUR;

const peopleTerm = z.discriminatedUnion("kind", [
  z.object({ kind: z.enum(["everyone", "members", "guests", "admins", "owner"]) }),
  z.object({ kind: z.literal("person"), id: z.string() }),
  z.object({ kind: z.literal("group"), id: z.string() }),
]) satisfies z.ZodType<PeopleTerm>;

const rule = z.object({
  /** Its place in the policy file, from 1. */
  number: z.number(),
  name: z.string().nullable(),
});

/** A direct message in which somebody is asked to approve a run. */
const questionSchema = z.object({
  /** Whom it asks: a Slack user id. */
  user: z.string(),
  channel: z.string(),
  ts: z.string(),
  /** Whether it asks. Before, it says only that somebody has asked for an approval, which stays true whatever happens. */
  asks: z.boolean().default(true),
});
export type Question = z.output<typeof questionSchema>;

export const approvalSchema = z.object({
  /** What nobody may do without it. */
  verb: z.enum(APPROVABLE),
  /** The rule that said so when the run was asked for, and who could approve it then. */
  rule,
  by: z.array(peopleTerm),
  /** The conversation in which the run was asked for, as the rules see it; `null` for none. */
  place: z.string().nullable(),
  /** Until when somebody may approve it, epoch ms. */
  until: epochMs,
  /** `null` while nobody has. */
  approved: z.object({ by: z.string(), at: epochMs }).nullable(),
  /** Whether the approvers have been told in the card's thread, or can no longer be. */
  told: z.boolean(),
  /** The reply that is being posted there: if the process died or Slack's answer got lost, it may be there. */
  posting: z.enum(["approvers", "hopeless"]).nullable().default(null),
  /** The direct messages that still ask. */
  questions: z.array(questionSchema),
  /** The Slack id of the owner who is asked; `null`: not found, or the rule names no owner. Missing: nobody has been asked yet. */
  owner: z.string().nullable().optional(),
  /** Whether the requester has been told of the run's end, while some of those messages could not be changed yet. */
  isEndTold: z.boolean().default(false),
  /** Since when it has been certain that nobody can approve it, and whether the requester has been told; `null` when somebody may. */
  hopeless: z.object({ since: epochMs, told: z.boolean() }).nullable().default(null),
});
export type Approval = z.output<typeof approvalSchema>;

/** What the rules want before a run starts. */
export type ApprovalNeed = Pick<Approval, "verb" | "rule" | "by" | "place">;

/** An approval that nobody has given yet. `now`: epoch ms. */
export function wantedApproval({ verb, rule: { number, name }, by, place }: ApprovalNeed, now: number): Approval {
  const rule = { number, name };
  const until = now + APPROVAL_MS;
  const nothingYet = { approved: null, told: false, posting: null, questions: [], isEndTold: false, hopeless: null };
  return { verb, rule, by: [...by], place, until, ...nothingYet };
}

/**
 * The approval as the rules want it by now, with the others asked if they are others. What has been asked for stays in force until
 * its time is over.
 */
export function rewanted(approval: Approval, { verb, rule: { number, name }, by }: ApprovalNeed): Approval {
  const wanted = { verb, rule: { number, name }, by: [...by] };
  const asked = areSame(by, approval.by) ? {} : { ...NOT_TOLD, owner: undefined, hopeless: null };
  return { ...approval, ...wanted, ...asked };
}

/** Whether these are the same people, by the names that the rules give them. */
export function areSame(some: readonly PeopleTerm[], others: readonly PeopleTerm[]): boolean {
  const named = (terms: readonly PeopleTerm[]) =>
    terms.map((term) => ("id" in term ? `${term.kind} ${term.id}` : term.kind)).join();
  return named(some) === named(others);
}

/** The approval, with the project's owner asked if another one was. `owner`: their Slack id; `null`: nobody's. */
export function withOwner(approval: Approval, owner: string | null): Approval {
  if (approval.owner === undefined || approval.owner === owner) return approval;
  return { ...approval, owner, ...NOT_TOLD };
}

/** The approval, now that nobody can give it, or somebody can again. `hope`: `null` when that is not known. `now`: epoch ms. */
export function withHope(approval: Approval, hope: Answer, now: number): Approval {
  if (hope === null || hope === (approval.hopeless === null)) return approval;
  return hope
    ? // There is somebody new to ask.
      { ...approval, hopeless: null, ...NOT_TOLD }
    : { ...approval, hopeless: { since: now, told: false } };
}

/** The approval, for other readers than those who have been told. */
export function untold(approval: Approval): Approval {
  return { ...approval, ...NOT_TOLD };
}

const NOT_TOLD = { told: false, posting: null } as const;

/** Whether it is too late to approve. `now`: epoch ms. */
export function isApprovalOver({ until }: Approval, now: number): boolean {
  return hasCome(until, now, APPROVAL_MS + SET_BACK_MS);
}

/** Whether it was approved so long ago that nobody expects a start any more. `now`: epoch ms. */
export function isApprovalStale({ approved }: Approval, now: number): boolean {
  return approved !== null && now - approved.at > APPROVED_MS;
}
