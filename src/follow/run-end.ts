// The end of a run of a watched project, for the conversations that hear of every end. Pure.

import { z } from "zod";
import { endOf, type HexRun, isOver } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import type { Followed } from "./followed-project.js";
import { type Evidence, endedRuns, isFailure, saysHowItWent } from "./judgement.js";

export const runEndSchema = z.object({
  runId: z.string(),
  projectId: z.string(),
  status: z.string(),
  /** What started it, in Hex's word. `null`: not known. */
  trigger: z.string().nullable(),
  /** Epoch ms. */
  endedAt: epochMs,
  /** How long it took, in ms. `null`: not known. */
  tookMs: z.number().nullable(),
  /** How long its project's runs usually took before it, in ms. `null`: not known. */
  typicalMs: z.number().nullable(),
  /** Its page in Hex. `null`: not known. */
  url: z.string().nullable(),
});
export type RunEnd = z.output<typeof runEndSchema>;

/**
 * The runs that ended at `since` (epoch ms) or later. Those that failed are told as troubles, unless a run that began later had made up
 * for one before the bot could see that it failed.
 */
export function runEnds(projectId: string, known: Followed, evidence: Evidence, since: number): RunEnd[] {
  const { runs, readAt, typicalMs } = evidence;
  const wasGoing = new Set([...known.going, ...known.overtaken].map(({ runId }) => runId));
  const ended = endedRuns(runs, readAt).filter(saysHowItWent);
  const good = ended.findIndex((run) => !isFailure(run));
  const isTrouble = (run: HexRun) => {
    const isMadeUpFor = good !== -1 && ended.indexOf(run) > good;
    const isNew = wasGoing.has(run.runId) || (endOf(run) ?? 0) > (known.readAt ?? 0);
    return isFailure(run) && !(isMadeUpFor && isNew && run.runId !== known.lastRun?.runId);
  };
  return runs.flatMap((run): RunEnd[] => {
    if (!isOver(run, readAt) || isTrouble(run)) return [];
    const { runId, status, runTrigger, startTime, endTime, elapsedTime, runUrl } = run;
    const endedAt = endTime === null && wasGoing.has(runId) ? readAt : endOf(run);
    if (endedAt === null || endedAt < since) return [];
    const tookMs = elapsedTime ?? (startTime === null || endTime === null ? null : Math.max(0, endTime - startTime));
    const usual = known.typicalMs ?? typicalMs;
    return [{ runId, projectId, status, trigger: runTrigger, endedAt, tookMs, typicalMs: usual, url: runUrl }];
  });
}
