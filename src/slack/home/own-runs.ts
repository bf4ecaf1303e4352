// What a person's Home tab shows of their runs. Pure.

import { type EndedRun, isEnded, type Run } from "../../runs/run.js";

/** A project that a person runs often. */
export interface FrequentProject {
  id: string;
  title: string;
  /** How many of their latest runs were of it. */
  runs: number;
}

export interface OwnRuns {
  /** Newest first. */
  inFlight: Run[];
  /** The latest that have ended, the one that ended last first. */
  ended: EndedRun[];
  /** The one that is run most first. */
  frequent: FrequentProject[];
}

/** `runs`: those that one person has asked for, in any order; `titleOf`: as the project is called now, null when that is not known. */
export function ownRuns(runs: readonly Run[], titleOf: (projectId: string) => string | null): OwnRuns {
  const newest = [...runs].sort((a, b) => b.requestedAt - a.requestedAt);
  return {
    inFlight: newest.filter((run) => !isEnded(run)),
    ended: newest.filter(isEnded).sort((a, b) => b.endedAt - a.endedAt),
    frequent: frequentIn(newest, titleOf),
  };
}

/** `newest`: newest first, which decides between projects that were run as often. */
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
