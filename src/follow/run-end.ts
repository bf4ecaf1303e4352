// The end of a run of a watched project, for the conversations that hear of every end. Pure.

import { z } from "zod";
import { endOf, isOver } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import type { Followed } from "./followed-project.js";
import { type Evidence, isFailure } from "./judgement.js";

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

/** The runs that ended at `since` (epoch ms) or later and did not fail. Those that failed are told as troubles. */
export function runEnds(projectId: string, known: Followed, evidence: Evidence, since: number): RunEnd[] {
  const { runs, readAt, typicalMs } = evidence;
  const wasGoing = new Set(known.going.map(({ runId }) => runId));
  return runs.flatMap((run): RunEnd[] => {
    if (!isOver(run, readAt) || isFailure(run)) return [];
    const { runId, status, runTrigger, startTime, endTime, elapsedTime, runUrl } = run;
    const endedAt = endTime === null && wasGoing.has(runId) ? readAt : endOf(run);
    if (endedAt === null || endedAt < since) return [];
    const tookMs = elapsedTime ?? (startTime === null || endTime === null ? null : Math.max(0, endTime - startTime));
    const usual = known.typicalMs ?? typicalMs;
    return [{ runId, projectId, status, trigger: runTrigger, endedAt, tookMs, typicalMs: usual, url: runUrl }];
  });
}
