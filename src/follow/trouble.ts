// The trouble of one watched project from its beginning to its end, whatever it turns into in between. Pure.

import { z } from "zod";
import { type HexRun, isOver } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import type { Evidence, Finding } from "./judgement.js";

/** When it was no longer so, epoch ms; null while it is. */
const overAt = epochMs.nullable();
/** One thing that was or is wrong: see `Finding`. */
const ailmentSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("failed"), since: epochMs, runId: z.string(), status: z.string(), overAt }),
  z.object({ kind: z.literal("late"), since: epochMs, overAt }),
  z.object({ kind: z.literal("stuck"), since: epochMs, runId: z.string(), overAt }),
]);
export type Ailment = z.output<typeof ailmentSchema>;

/** Times in epoch ms. */
export const troubleSchema = z.object({
  id: z.string(),
  projectId: z.string(),
  /** When the first thing went wrong, as far as Hex tells. */
  since: epochMs,
  /** When the bot saw it. */
  seenAt: epochMs,
  /** Oldest first, at most one of each kind that is not over. */
  ailments: z.array(ailmentSchema),
  /** When all was well again; null while it is not. */
  overAt,
  /** What made it well: the run that completed, or null when the run that was stuck or missing is simply gone. */
  endedBy: z.string().nullable(),
});
export type Trouble = z.output<typeof troubleSchema>;

/**
 * What becomes of a trouble, or of a project without one, after its runs were read.
 * @param open the trouble that is not over; null: there is none
 * @param newId the id for a trouble that begins
 */
export function advanced(
  open: Trouble | null,
  projectId: string,
  findings: readonly Finding[],
  evidence: Evidence,
  newId: () => string,
): Trouble | null {
  if (open === null) return findings.length === 0 ? null : begun(projectId, findings, evidence.readAt, newId());
  const ailments = [...open.ailments.map((one) => continued(one, findings, evidence.readAt)), ...fresh(open, findings)];
  if (findings.length > 0 || isGoing(evidence, open.since)) return { ...open, ailments };
  const good = goodRunSince(evidence, open.since);
  return { ...open, ailments, overAt: evidence.readAt, endedBy: good?.runId ?? null };
}

function begun(projectId: string, findings: readonly Finding[], now: number, id: string): Trouble {
  return {
    id,
    projectId,
    since: Math.min(...findings.map(({ since }) => since)),
    seenAt: now,
    ailments: findings.map((finding) => ({ ...finding, overAt: null })),
    overAt: null,
    endedBy: null,
  };
}

/** The same ailment as it is found now: a failure may be another run's by now. */
function continued(ailment: Ailment, findings: readonly Finding[], now: number): Ailment {
  if (ailment.overAt !== null) return ailment;
  const found = findings.find(({ kind }) => kind === ailment.kind);
  if (found === undefined) return { ...ailment, overAt: now };
  return { ...found, since: Math.min(ailment.since, found.since), overAt: null };
}

function fresh({ ailments }: Trouble, findings: readonly Finding[]): Ailment[] {
  const isOpen = ({ kind }: Finding) => ailments.some((one) => one.kind === kind && one.overAt === null);
  return findings.filter((finding) => !isOpen(finding)).map((finding) => ({ ...finding, overAt: null }));
}

/** A run that came late is not the end of it before it has ended well. */
function isGoing({ runs, readAt }: Evidence, since: number): boolean {
  return runs.some((run) => !isOver(run, readAt) && (run.startTime ?? since) >= since);
}

function goodRunSince({ runs }: Evidence, since: number): HexRun | undefined {
  return runs.find(({ status, endTime, startTime }) => status === "COMPLETED" && (endTime ?? startTime ?? 0) >= since);
}
