// A digest: somebody's wish that a conversation hears once a day how fresh the results of its projects are. Pure.

import { z } from "zod";
import { epochMs } from "../lib/epoch.js";
import { ruleKey, ruleSchema, type WatchPlace } from "./watch.js";

export const digestSchema = z.object({
  hour: z.number().int().min(0).max(23),
  minute: z.number().int().min(0).max(59),
  zone: z.string().max(100),
  weekdaysOnly: z.boolean(),
  /** Which projects it shows. `null`: those that the conversation watches. */
  rule: ruleSchema.nullable(),
  /** The Slack id of the person who set it. */
  setBy: z.string(),
  /** Epoch ms. What was due before is not sent. */
  setAt: epochMs,
  /** Since when Slack has not accepted it in the conversation. Without it, it does, as far as is known. */
  refusedSince: epochMs.optional(),
  /** When Slack stopped accepting it in the conversation, and the error code with which it did. `null` while it is sent. */
  ended: z.object({ at: epochMs, word: z.string() }).nullable(),
});

/** A conversation has at most one. */
export type Digest = WatchPlace & z.output<typeof digestSchema>;

/** What people choose when they set it. */
export type DigestChoice = Omit<Digest, "setBy" | "setAt" | "refusedSince" | "ended">;

/** Whether both are the same to people. */
export function isSameDigest(one: DigestChoice, other: DigestChoice): boolean {
  return spelled(one) === spelled(other);
}

function spelled({ hour, minute, zone, weekdaysOnly, rule }: DigestChoice): string {
  return JSON.stringify([hour, minute, zone, weekdaysOnly, rule && ruleKey(rule)]);
}
