// When to warn that the token will expire. Pure.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";
import { DAY } from "../lib/time.js";

/** How many days in advance to warn, nearest first. */
const WARN_DAYS = [1, 3, 7, 14] as const;
/** Notices about older tokens than this many have nothing left to say. */
const KEPT = 5;

/** What was said about the expiry of one token. Times in epoch ms. */
export const noticeSchema = z.object({
  expiresAt: epochMs,
  /** The last warning: how many days in advance it was due, and when it was given. */
  days: z.literal(WARN_DAYS),
  at: epochMs,
  /** When a token with another expiry was seen. */
  renewedAt: epochMs.nullable(),
});
export type Notice = z.output<typeof noticeSchema>;

/** The nearest warning that is due, in days; `null` when none is due or it is too late for one. */
export function dueDays(expiresAt: number | null, now: number): Notice["days"] | null {
  if (expiresAt === null || expiresAt <= now) return null;
  return WARN_DAYS.find((days) => expiresAt - now <= days * DAY) ?? null;
}

/** The notices so far, plus what there is to say now about a token that expires at `expiresAt` (`null` for never). */
export function noticed(notices: readonly Notice[], expiresAt: number | null, now: number): Notice[] {
  const others = notices
    .filter((notice) => notice.expiresAt !== expiresAt)
    .map((notice) => ({ ...notice, renewedAt: notice.renewedAt ?? now }));
  const said = notices.find((notice) => notice.expiresAt === expiresAt);
  const days = dueDays(expiresAt, now);
  const isNews = expiresAt !== null && days !== null && (said === undefined || days < said.days);
  const current = isNews ? { expiresAt, days, at: now, renewedAt: null } : said && givenAnew(said, now);
  return [...others, ...(current ? [current] : [])].slice(-KEPT);
}

/** For a replaced token that is in use again: its warning is news again. */
function givenAnew(said: Notice, now: number): Notice {
  return said.renewedAt === null ? said : { ...said, at: now, renewedAt: null };
}

/** Whole days until the token expires; negative when it has expired. */
export function daysLeft(expiresAt: number, now: number): number {
  return Math.floor((expiresAt - now) / DAY);
}
