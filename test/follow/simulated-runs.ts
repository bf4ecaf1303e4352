// Hex's projects and their runs as they really are, in memory, and what Hex answers about them at a moment.

import { type HexRun, latestFirst, type Schedule } from "../../src/hex/schema.js";

export const PAGE = 100;

/** A run as it will have been when all is over. Times in epoch ms. */
export interface TrueRun {
  runId: string;
  trigger: "SCHEDULED" | "API";
  /** For a scheduled run, when it was due. */
  dueAt: number | null;
  startsAt: number;
  endsAt: number;
  ends: "COMPLETED" | "ERRORED" | "UNABLE_TO_ALLOCATE_KERNEL" | "KILLED";
}

export interface TrueProject {
  id: string;
  /** Its schedules from each time on, oldest first. */
  schedules: { from: number; is: Schedule[] }[];
  /** In the order in which they start. */
  runs: TrueRun[];
}

export function failed({ ends }: TrueRun): boolean {
  return ends === "ERRORED" || ends === "UNABLE_TO_ALLOCATE_KERNEL";
}

export function schedulesAt({ schedules }: TrueProject, at: number): Schedule[] {
  return schedules.findLast(({ from }) => from <= at)?.is ?? [];
}

/** What Hex answers about a project's latest runs, the one that started last first. */
export function runsAt({ id, runs }: TrueProject, now: number): HexRun[] {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((runs[middle]?.startsAt ?? Number.POSITIVE_INFINITY) <= now) low = middle + 1;
    else high = middle;
  }
  return runs
    .slice(Math.max(0, low - PAGE), low)
    .map((run) => seenAt(id, run, now))
    .sort(latestFirst);
}

function seenAt(projectId: string, { runId, trigger, startsAt, endsAt, ends }: TrueRun, now: number): HexRun {
  const isOver = endsAt <= now;
  const isWithoutKernel = ends === "UNABLE_TO_ALLOCATE_KERNEL";
  return {
    projectId,
    runId,
    runUrl: null,
    status: isOver ? ends : isWithoutKernel ? "PENDING" : "RUNNING",
    runTrigger: trigger,
    projectVersion: "1",
    // It never starts.
    startTime: isWithoutKernel ? null : startsAt,
    endTime: isOver ? endsAt : null,
    elapsedTime: null,
    traceId: null,
  };
}
