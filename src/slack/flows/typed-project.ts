// The project that somebody typed into the form, found from memory alone.

import type { Match } from "../../catalog/match.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import type { Project } from "../../hex/schema.js";
import type { Bot } from "../listeners/context.js";
import { otherHexWords, unclearProjectWords } from "../messages/run-form-words.js";
import { parseProjectRef } from "../parse/project-ref.js";

/**
 * `title` is empty when it is not known. `isCertain` is false when other projects may have the same title, because not all are known
 * yet. `text` says why there is no project, and `name` is what was typed as its title; `null` when it was something else.
 */
export type TypedProject =
  | { ok: true; project: { id: string; title: string }; isCertain: boolean }
  | { ok: false; text: string; name: string | null };

/** A title counts when it is the whole title of exactly one project. */
export function typedProject({ hex }: Bot, projects: VisibleProjects, typed: string): TypedProject {
  const reference = parseProjectRef(typed, hex.origin);
  switch (reference?.kind) {
    case "project":
    case "run":
      return { ok: true, project: projects.named({ id: reference.projectId }), isCertain: true };
    case "other_host":
    case "no_project":
      return { ok: false, text: otherHexWords(hex.host), name: null };
  }
  const name = reference?.kind === "no_id" ? reference.words.join(" ") : typed;
  const match = projects.match(name);
  if (match.kind === "exact") return { ok: true, project: match.project, isCertain: projects.isWhole };
  const titles = meantBy(match).map(({ title }) => title);
  return { ok: false, text: unclearProjectWords(name, titles, match.kind === "several"), name };
}

function meantBy(match: Exclude<Match, { kind: "exact" }>): readonly Project[] {
  switch (match.kind) {
    case "one":
      return [match.project];
    case "several":
      return match.projects;
    case "none":
      return match.nearest;
  }
}
