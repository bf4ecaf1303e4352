// What to tell the paging service next. Pure: what is not over, who is on it, what the service was told and the time go in, and the
// next events come out.
//
// A page is triggered once, acknowledged once, and resolved once. Its dedup key makes a repeated event harmless, so an event whose
// answer was lost is sent again.

import { z } from "zod";
import { type Attention, isSilenced, type Subject, subjectKey } from "../attention/attention.js";
import { epochMs } from "../lib/epoch.js";
import { MINUTE, SECOND } from "../lib/time.js";

const PAGE_ACTIONS = ["trigger", "acknowledge", "resolve"] as const;
export type PageAction = (typeof PAGE_ACTIONS)[number];

/**
 * Why an event was not accepted. `refused`: the service says that the event is invalid, and sending it again would not help. `denied`:
 * any other answer that is not a success.
 */
export const PAGE_FAILURES = ["refused", "denied", "rate_limited", "failed", "timeout", "unreachable"] as const;
export type PageFailureKind = (typeof PAGE_FAILURES)[number];

/** What the paging service was told of one outage or trouble. Times in epoch ms. */
export const pageSchema = z.object({
  /** Set before the first trigger is sent: from then on, the service may have a page that has to be resolved. */
  mayExist: z.boolean(),
  /** When the service accepted each event; null: it has not. */
  triggeredAt: epochMs.nullable(),
  acknowledgedAt: epochMs.nullable(),
  resolvedAt: epochMs.nullable(),
  /** The last event, if it was not accepted, and how many failures in a row there were. */
  failure: z
    .object({ action: z.enum(PAGE_ACTIONS), kind: z.enum(PAGE_FAILURES), at: epochMs, count: z.number() })
    .nullable(),
});
export type Page = z.output<typeof pageSchema>;

export const NO_PAGE: Page = {
  mayExist: false,
  triggeredAt: null,
  acknowledgedAt: null,
  resolvedAt: null,
  failure: null,
};

/** Something that is not over, and for which people want to be paged. */
export interface PageWish {
  subject: Subject;
  /** When people could first know of it, epoch ms. */
  toldAt: number;
  /** Whether it is still bad. If not, because it may be over soon, nobody is paged who has not been paged yet. */
  isBad: boolean;
  attention: Attention;
}

export interface PageTerms {
  /** How long (ms) somebody has time to press *I'm on it* before the page. */
  afterMs: number;
  /** Events that were refused before this time (epoch ms) are tried once more: the operator may have changed the key. */
  retryRefusedBefore: number;
  /** Epoch ms. What seems to have been refused later was refused before the clock was set back. */
  now: number;
}

export interface PageStep {
  subject: Subject;
  action: PageAction;
  /** When to send it, epoch ms: now, or later. */
  at: number;
}

/** All events that are known to be due now or later: those that failed least often first, then the earliest. */
export function plannedSteps<W extends PageWish>(
  wishes: readonly W[],
  pages: ReadonlyMap<string, { subject: Subject; page: Page }>,
  terms: PageTerms,
): PageStep[] {
  const wished = new Map(wishes.map((wish) => [subjectKey(wish.subject), wish]));
  const subjects = new Map([...wishes, ...pages.values()].map(({ subject }) => [subjectKey(subject), subject]));
  return [...subjects]
    .flatMap(([key, subject]) => {
      const page = pages.get(key)?.page ?? NO_PAGE;
      const next = nextEvent(wished.get(key) ?? null, page, terms);
      return next === null ? [] : [{ step: { subject, ...next }, failures: page.failure?.count ?? 0 }];
    })
    .sort((one, other) => one.failures - other.failures || one.step.at - other.step.at)
    .map(({ step }) => step);
}

/** `wish` is null when it is over, or when nobody wants to be paged for it any more. */
export function nextEvent(
  wish: PageWish | null,
  page: Page,
  { afterMs, retryRefusedBefore, now }: PageTerms,
): Pick<PageStep, "action" | "at"> | null {
  const next = wantedEvent(wish, page, afterMs);
  if (next === null) return null;
  const { failure } = page;
  if (failure?.kind !== "refused" || failure.action !== next.action) return next;
  return failure.at >= retryRefusedBefore && failure.at <= now ? null : next;
}

function wantedEvent(wish: PageWish | null, page: Page, afterMs: number): Pick<PageStep, "action" | "at"> | null {
  if (page.resolvedAt !== null) return null;
  if (wish === null) return page.mayExist ? { action: "resolve", at: 0 } : null;
  const { attention, toldAt, isBad } = wish;
  if (attention.taken !== null) {
    return page.mayExist && page.acknowledgedAt === null ? { action: "acknowledge", at: 0 } : null;
  }
  if (page.triggeredAt !== null || !isBad) return null;
  const due = toldAt + afterMs;
  if (!isSilenced(attention, due)) return { action: "trigger", at: due };
  const until = attention.silence?.until ?? null;
  return until === null ? null : { action: "trigger", at: until };
}

/** Before an event is sent. */
export function sending(page: Page, action: PageAction): Page {
  return action === "trigger" ? { ...page, mayExist: true } : page;
}

/** After it was accepted. `now`: epoch ms. */
export function accepted(page: Page, action: PageAction, now: number): Page {
  const done = { ...page, failure: null };
  switch (action) {
    case "trigger":
      // If an earlier trigger was lost, what was acknowledged since then was no page.
      return { ...done, triggeredAt: now, acknowledgedAt: null };
    case "acknowledge":
      return { ...done, acknowledgedAt: now };
    case "resolve":
      return { ...done, resolvedAt: now };
  }
}

/** After it was not. `before`: the page before it was sent; `now`: epoch ms. */
export function notAccepted(before: Page, action: PageAction, kind: PageFailureKind, now: number): Page {
  // The answer says that there is no page. Otherwise nobody knows.
  const page = kind === "refused" ? before : sending(before, action);
  return { ...page, failure: { action, kind, at: now, count: (before.failure?.count ?? 0) + 1 } };
}

/** Whether there is nothing more to tell the service, once it is over. */
export function isSettled(page: Page): boolean {
  return page.resolvedAt !== null || !page.mayExist;
}

const FIRST_PAUSE_MS = 15 * SECOND;
const LONGEST_PAUSE_MS = 10 * MINUTE;
/** "preferably with a backoff of a few minutes", says PagerDuty about a 429. */
const LIMITED_PAUSE_MS = 2 * MINUTE;
/** However long the service asks to wait. */
const LONGEST_WAIT_MS = 15 * MINUTE;

/**
 * How long to send nothing after a failure, in ms.
 * @param failures in a row, at least 1
 * @param retryAfterMs how long the service asks to wait; null: it does not say
 */
export function pauseAfter(failures: number, kind: PageFailureKind, retryAfterMs: number | null): number {
  const growing = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1));
  const least = kind === "rate_limited" ? LIMITED_PAUSE_MS : 0;
  return Math.max(growing, least, Math.min(LONGEST_WAIT_MS, retryAfterMs ?? 0));
}
