// The project that somebody typed into the form, found from memory alone.

import { mayBeMeant } from "../../catalog/match.js";
import type { VisibleProjects } from "../../catalog/visible-projects.js";
import type { ProjectNamed } from "../../hex/projects.js";
import type { Bot } from "../listeners/context.js";
import { otherHexWords, unclearProjectWords } from "../messages/run-form-words.js";
import { isUnusable, parseProjectRef, projectIdIn, titleIn } from "../parse/project-ref.js";

/**
 * `isCertain` is false when other projects may have the same title, because not all are known yet. `text` says why there is no
 * project, and `name` is what was typed as its title; `null` when it was something else.
 */
export type TypedProject =
  | { ok: true; project: ProjectNamed; isCertain: boolean }
  | { ok: false; text: string; name: string | null };

/** A title counts when it is the whole title of exactly one project. */
export function typedProject({ hex }: Bot, projects: VisibleProjects, typed: string): TypedProject {
  const reference = parseProjectRef(typed, hex.origin);
  if (isUnusable(reference)) return { ok: false, text: otherHexWords(hex.host), name: null };
  const id = projectIdIn(reference);
  if (id !== null) return { ok: true, project: projects.named({ id }), isCertain: true };
  const name = titleIn(reference) ?? typed;
  const match = projects.match(name);
  if (match.kind === "exact") return { ok: true, project: match.project, isCertain: projects.isWhole };
  const titles = mayBeMeant(match).map(({ title }) => title);
  return { ok: false, text: unclearProjectWords(name, titles, match.kind === "several"), name };
}
