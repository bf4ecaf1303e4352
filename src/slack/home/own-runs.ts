// What a person's Home tab shows about their runs. Pure.

import type { ProjectNamed } from "../../hex/projects.js";
import { type EndedRun, isEnded, type Run } from "../../runs/run.js";

/** A project that a person runs often. */
export interface FrequentProject extends ProjectNamed {
  /** How many of their latest runs were of this project. */
  runs: number;
}

export interface OwnRuns {
  /** Newest first. */
  inFlight: Run[];
  /** The runs that ended most recently, latest first. */
  ended: EndedRun[];
  /** Most frequently run first. */
  frequent: FrequentProject[];
}

/** `runs` are those that one person has requested, in any order. `titleOf` returns a project's current title; `null` when it is not known. */
export function ownRuns(runs: readonly Run[], titleOf: (projectId: string) => string | null): OwnRuns {
  const newest = [...runs].sort((a, b) => b.requestedAt - a.requestedAt);
  return {
    inFlight: newest.filter((run) => !isEnded(run)),
    ended: newest.filter(isEnded).sort((a, b) => b.endedAt - a.endedAt),
    frequent: frequentIn(newest, titleOf),
  };
}

/** `newest` is newest first, which decides between projects that were run equally often. */
function frequentIn(newest: readonly Run[], titleOf: (projectId: string) => string | null): FrequentProject[] {
  const byId = new Map<string, FrequentProject>();
  for (const { project } of newest) {
    const known = byId.get(project.id);
    if (known === undefined) {
      byId.set(project.id, { id: project.id, title: titleOf(project.id) ?? project.title, runs: 1 });
    } else known.runs += 1;
  }
  return [...byId.values()].sort((a, b) => b.runs - a.runs);
}
