// A watch: somebody's wish that a conversation is told of the troubles of a project, or of all projects that a rule names. Pure.

import { z } from "zod";
import { isListed } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import type { FindingKind } from "./judgement.js";

/** Which projects. A rule is kept as it is, so that a new project that it names is watched, too. */
export const ruleSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("project"), id: z.string() }),
  z.object({ kind: z.literal("category"), name: z.string() }),
  z.object({ kind: z.literal("owner"), email: z.string() }),
  z.object({ kind: z.literal("scheduled") }),
]);
export type Rule = z.output<typeof ruleSchema>;

/** What is told: runs that failed or are stuck, runs that are late, both, or every end as well. */
export const LEVELS = ["failures", "late", "trouble", "all"] as const;
export type Level = (typeof LEVELS)[number];

/** Where it is told. `threadTs`: null outside threads. */
export interface WatchPlace {
  channel: string;
  threadTs: string | null;
}

export interface Watch extends WatchPlace {
  rule: Rule;
  level: Level;
  /** The Slack id of whoever set it. */
  setBy: string;
  /** Epoch ms: what happened before is not told. */
  setAt: number;
}

export const watchSchema = z.object({
  rule: ruleSchema,
  level: z.enum(LEVELS),
  setBy: z.string(),
  setAt: epochMs,
});

/** Names a rule within a conversation: the same rule has the same key, however it was typed. */
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

/** Whether a rule names a project. */
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

/** Whether a watch with this level tells of a trouble that has had these findings. */
export function tells(level: Level, kinds: readonly FindingKind[]): boolean {
  if (level === "trouble" || level === "all") return true;
  return kinds.some((kind) => (kind === "late") === (level === "late"));
}

function folded(text: string): string {
  return text.trim().normalize("NFC").toLowerCase();
}
