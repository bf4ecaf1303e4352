// Which projects are watched, and which of these are judged. Pure.

import type { Catalog } from "../catalog/catalog.js";
import { isRunnable } from "../hex/projects.js";
import type { Project } from "../hex/schema.js";
import { isGone, type WhyAbsent, whyNotRun } from "./absence.js";
import type { Followed } from "./followed-project.js";
import { covers, type Follow, type Rule, ruleKey } from "./watch.js";

/** A project that somebody watches. */
export interface WatchedProject {
  project: Project;
  /** The keys of the rules that it fits. */
  rules: readonly string[];
  /** Since when, epoch ms. */
  from: number;
  /** Since when somebody wants to hear of every end of its runs, epoch ms; null if nobody does. */
  endsSince: number | null;
}

/** Each by the project's id. */
export interface Standings {
  judged: Map<string, WatchedProject>;
  /** Hex did not run them when somebody began to watch them. */
  neverJudged: Map<string, WatchedProject & { why: WhyAbsent }>;
  /** They were judged, and Hex no longer lists them as it did. It has to be asked what became of each. */
  doubtful: string[];
  /** Nobody watches them any more. */
  unwatched: string[];
}

type Known = Pick<Catalog, "all" | "known" | "isWhole">;

/** @param followed what is remembered about each project */
export function standings(
  follows: readonly Follow[],
  catalog: Known,
  followed: ReadonlyMap<string, Followed>,
): Standings {
  const fitting = fittingProjects(follows, catalog);
  const found: Standings = { judged: new Map(), neverJudged: new Map(), doubtful: [], unwatched: [] };
  for (const [id, watched] of fitting) {
    const why = whyNotRun(watched.project);
    const known = followed.get(id);
    if (why === null) found.judged.set(id, watched);
    else if (known === undefined) found.neverJudged.set(id, { ...watched, why });
    else if (!isGone(known.absence)) found.doubtful.push(id);
  }
  const keys = new Set(follows.map(({ rule }) => ruleKey(rule)));
  for (const [id, known] of followed) {
    if (fitting.has(id)) continue;
    const project = catalog.known(id);
    const fitted = keys.has(ruleKey({ kind: "project", id })) || known.rules.some((key) => keys.has(key));
    if (!fitted || (project !== null && isRunnable(project))) found.unwatched.push(id);
    // Until all projects have been read, it means nothing that one is missing.
    else if (!isGone(known.absence) && (project !== null || catalog.isWhole)) found.doubtful.push(id);
  }
  return found;
}

/** What is known of a project: as the catalog has it, and as it is remembered. Null: it is not known. */
export interface ProjectKnown {
  project: Project | null;
  followed: Followed | null;
}

/** @param followed what is remembered about each project */
export function knownOf(
  projectId: string,
  catalog: Pick<Catalog, "known">,
  followed: ReadonlyMap<string, Followed>,
): ProjectKnown {
  return { project: catalog.known(projectId), followed: followed.get(projectId) ?? null };
}

/** Whether a project fits a rule or, if Hex does not run it or show it any more, fitted it when Hex still did. */
export function isMeant(rule: Rule, projectId: string, { project, followed }: ProjectKnown): boolean {
  if (rule.kind === "project") return rule.id === projectId;
  if (project !== null && isRunnable(project)) return covers(rule, project);
  return followed?.rules.includes(ruleKey(rule)) ?? false;
}

/** The projects that fit any of the rules, each once. */
export function projectsOf(rules: readonly Rule[], catalog: Pick<Catalog, "all" | "known">): Project[] {
  return [...new Map(rules.flatMap((rule) => projectsOfRule(rule, catalog)).map((one) => [one.id, one])).values()];
}

function projectsOfRule(rule: Rule, catalog: Pick<Catalog, "all" | "known">): Project[] {
  const named = rule.kind === "project" ? [catalog.known(rule.id)] : catalog.all();
  return named.filter((project) => project !== null).filter((project) => covers(rule, project));
}

/** The projects that fit what somebody watches, by their ids. */
export function fittingProjects(
  follows: readonly Follow[],
  catalog: Pick<Catalog, "all" | "known">,
): Map<string, WatchedProject> {
  const found = new Map<string, WatchedProject>();
  for (const { rule, setAt, endsSince } of follows) {
    for (const project of projectsOfRule(rule, catalog)) {
      const before = found.get(project.id);
      found.set(project.id, {
        project,
        rules: [...new Set([...(before?.rules ?? []), ruleKey(rule)])].sort(),
        from: Math.min(setAt, before?.from ?? setAt),
        endsSince: earlierOf(endsSince, before?.endsSince ?? null),
      });
    }
  }
  return found;
}

function earlierOf(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
