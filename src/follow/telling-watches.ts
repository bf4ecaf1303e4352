// Which watches tell of what happens to a project, and since when. Pure.

import type { RunEnd } from "./run-end.js";
import { newsSince, type Trouble } from "./trouble.js";
import { endsSince, tells, type Watch } from "./watch.js";
import { isMeant, type ProjectKnown } from "./watched-projects.js";

/** Whether a watch tells of a trouble. `known`: what is known of its project. */
export function tellsOf({ rule, level, setAt }: Watch, trouble: Trouble, known: ProjectKnown): boolean {
  const { projectId, ailments } = trouble;
  if (newsSince(trouble, setAt) === null) return false;
  const kinds = ailments.map(({ kind }) => kind);
  return tells(level, kinds) && isMeant(rule, projectId, known);
}

/** The same for the end of a run. */
export function tellsOfEnd(watch: Watch, { projectId, endedAt }: RunEnd, known: ProjectKnown): boolean {
  const since = endsSince(watch);
  return since !== null && endedAt >= since && isMeant(watch.rule, projectId, known);
}

/** When people could first know of a trouble because of a watch that tells of it, epoch ms. What was wrong before may be of another kind. */
export function toldSince({ level, setAt }: Watch, trouble: Trouble): number {
  const meant = trouble.ailments.filter(({ kind }) => tells(level, [kind]));
  const seenAt = Math.min(...meant.map((one) => one.seenAt ?? trouble.seenAt));
  return seenAt >= setAt ? seenAt : (newsSince(trouble, setAt) ?? seenAt);
}
