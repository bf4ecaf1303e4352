// A watch: somebody's wish that the bot tells a conversation about the troubles of one project, or of all projects that fit a rule.
// Pure.

import { z } from "zod";
import { isListed } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { folded } from "../lib/spelling.js";
import { DAY } from "../lib/time.js";
import type { FindingKind } from "./judgement.js";

/** Which projects to watch. The rule itself is stored, so a project that fits it later is watched, too. */
export const ruleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("project"), id: z.string() }),
  z.object({ kind: z.literal("category"), name: z.string() }),
  z.object({ kind: z.literal("owner"), email: z.string() }),
  z.object({ kind: z.literal("scheduled") }),
]);
export type Rule = z.output<typeof ruleSchema>;

/** What the conversation is told about: runs that failed or are stuck, runs that are late, both, or also the end of every run. */
export const LEVELS = ["failures", "late", "trouble", "all"] as const;
export type Level = (typeof LEVELS)[number];

/** The conversation that is told. `threadTs`: null outside threads. */
export interface WatchPlace {
  channel: string;
  threadTs: string | null;
}

/** The same for two places exactly when they are the same conversation. Part of the ids of stored messages, so it never changes. */
export function placeKey({ channel, threadTs }: WatchPlace): string {
  return `${channel} ${threadTs ?? ""}`;
}

/** Whether they are the same conversation. A thread is a different one from its channel. False if there is no first place. */
export function isSamePlace(one: WatchPlace | undefined, other: WatchPlace): boolean {
  return one?.channel === other.channel && one.threadTs === other.threadTs;
}

/** Which projects somebody wants to hear of, and since when (epoch ms). */
export interface Follow {
  rule: Rule;
  setAt: number;
  /** Since when somebody wants to hear of every end of a run, epoch ms; null if nobody does. */
  endsSince: number | null;
}

/** What the bot has to ask Hex about. */
export interface Following {
  /** All that somebody watches, or has set a digest for. */
  follows: () => Promise<Follow[]>;
  /** About how many projects it can ask in a minute, at least. */
  leastPerMinute: number;
}

export const watchSchema = z.object({
  rule: ruleSchema,
  level: z.enum(LEVELS),
  /** Whether whoever is on call is paged, too. */
  page: z.boolean().default(false),
  /** The Slack id of the person who set it. */
  setBy: z.string(),
  /** Epoch ms. What happened before is not told. */
  setAt: epochMs,
  /** Since when it has this level, epoch ms. Without it, since it was set. */
  levelSetAt: epochMs.optional(),
  /** Since when Slack has not accepted messages in the conversation. Without it, it does, as far as is known. */
  refusedSince: epochMs.optional(),
  /** When Slack stopped accepting messages in the conversation for good, and the error code with which it did. */
  ended: z.object({ at: epochMs, word: z.string() }).optional(),
});
export type Watch = WatchPlace & z.output<typeof watchSchema>;

/** Slack's refusal of a message in a conversation. */
export interface Refusal {
  /** Epoch ms. */
  at: number;
  /** Slack's error code. */
  word: string;
  isForGood: boolean;
}

/** How long (ms) a conversation may not accept messages before it is given up: somebody may invite the bot again. */
const PATIENCE_MS = DAY;

/** Whether a conversation is given up that has not accepted messages since `since` (epoch ms). */
export function isGivenUp(since: number, { at, isForGood }: Refusal): boolean {
  return isForGood || at - since >= PATIENCE_MS;
}

/** A watch of a conversation to which the bot cannot write any more. */
export type EndedWatch = Watch & { ended: NonNullable<Watch["ended"]> };

/** Since when the conversation hears of every end of a run, epoch ms; null if it does not. */
export function endsSince({ level, setAt, levelSetAt }: Watch): number | null {
  return level === "all" ? (levelSetAt ?? setAt) : null;
}

/** The key of a rule within a conversation. The same rule has the same key, however it was typed. */
export function ruleKey(rule: Rule): string {
  switch (rule.kind) {
    case "project":
      return `project ${rule.id}`;
    case "category":
      return `category ${folded(rule.name)}`;
    case "owner":
      return `owner ${folded(rule.email)}`;
    case "scheduled":
      return "scheduled";
  }
}

/** Whether a project fits a rule. */
export function covers(rule: Rule, project: Project): boolean {
  switch (rule.kind) {
    case "project":
      return project.id === rule.id;
    case "category":
      return isListed(project) && project.categories.some(({ name }) => folded(name) === folded(rule.name));
    case "owner":
      return isListed(project) && folded(project.owner?.email ?? "") === folded(rule.email);
    case "scheduled":
      return isListed(project) && project.schedules.some(({ enabled }) => enabled);
  }
}

/** Whether a watch with this level tells people about a trouble with these findings. */
export function tells(level: Level, kinds: readonly FindingKind[]): boolean {
  if (level === "trouble" || level === "all") return true;
  return kinds.some((kind) => (kind === "late") === (level === "late"));
}
