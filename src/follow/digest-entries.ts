// What a digest says about each of its projects. Pure.

import type { Project } from "../hex/schema.js";
import { type Due, nextDue } from "./due-times.js";
import type { Followed } from "./followed-project.js";
import { type Freshness, type FreshnessKind, type FreshnessTerms, freshnessOf } from "./freshness.js";

export interface DigestEntry {
  project: Project;
  freshness: Freshness;
  /** What is known about its runs, or null if nothing is. */
  followed: Followed | null;
  /** Null if no due time is known. */
  nextDue: Due | null;
}

/** What somebody has to look at comes first. */
export const FRESHNESS_ORDER: readonly FreshnessKind[] = ["failed", "late", "stuck", "running", "unknown", "fresh"];

/** In the order of `FRESHNESS_ORDER`, then by title. `followed`: by the projects' ids. */
export function digestEntries(
  projects: readonly Project[],
  followed: ReadonlyMap<string, Followed>,
  terms: FreshnessTerms,
): DigestEntry[] {
  const entries = projects.map((project) => {
    const known = followed.get(project.id) ?? null;
    const freshness = freshnessOf(project, known, terms);
    return { project, freshness, followed: known, nextDue: nextDue(project.schedules, terms.now) };
  });
  const rank = ({ freshness }: DigestEntry) => FRESHNESS_ORDER.indexOf(freshness.kind);
  return entries.sort(
    (one, other) => rank(one) - rank(other) || byTitle.compare(one.project.title, other.project.title),
  );
}

export const byTitle = new Intl.Collator("en", { numeric: true });
