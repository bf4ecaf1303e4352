// The outcome of a run, as entries of the audit log. Pure.

import { type EndedRun, identityOf, isEnded, type Run } from "../runs/run.js";
import { type AuditEntry, NOTHING_MORE } from "./audit-entry.js";

/** The id of the entry about somebody who asked for a run. Several people may ask for the same one, and it starts for one of them. */
export function askedId(runKey: string, who: string): string {
  return `asked ${runKey} ${who}`;
}

/** The id of the entry about a run that the bot has lost sight of. It may be found again, and then it has an end, too. */
export function lostId(runKey: string): string {
  return `lost ${runKey}`;
}

/** The id of the entry about a run's end. In older entries, that may be that the run was lost. */
export function endedId(runKey: string): string {
  return `ended ${runKey}`;
}

/**
 * What is known of a run that somebody asked for here: who approved or declined it, that it was started, and how it ended.
 * @param at when it became known, epoch ms
 */
export function runEntries(run: Run, at: number): AuditEntry[] {
  if (run.requester === null) return [];
  const identity = identityOf(run);
  const entry = {
    ...NOTHING_MORE,
    at,
    who: run.requester,
    where: null,
    deed: run.options.publish ? ("publish" as const) : ("run" as const),
    project: run.project,
    decision: null,
    runKey: run.key,
    hexRunId: identity?.runId ?? null,
    traceId: identity?.traceId ?? null,
    reference: run.reference,
  };
  return [
    ...verdictOn(run).map((verdict) => ({ ...entry, hexRunId: null, traceId: null, ...verdict })),
    ...(identity === null ? [] : [{ ...entry, id: `started ${run.key}`, result: "started" }]),
    ...(isEnded(run)
      ? [{ ...entry, ...endOf(run), id: run.state === "lost" ? lostId(run.key) : endedId(run.key), at: run.endedAt }]
      : []),
  ];
}

/** Whose run somebody has decided about; `null` for one that nobody asked for here. */
export function askedForBy({ requester }: Pick<Run, "requester">): string | null {
  return requester === null ? null : `asked for by ${requester}`;
}

/** What somebody has decided about it: that it may start, or not. */
function verdictOn(run: Run): Pick<AuditEntry, "id" | "at" | "who" | "deed" | "detail" | "result">[] {
  const approved = run.approval?.approved ?? null;
  const detail = askedForBy(run);
  if (approved !== null) {
    const { at, by: who } = approved;
    return [{ id: `approved ${run.key}`, at, who, deed: "approve", detail, result: "approved" }];
  }
  if (run.state !== "declined" || run.by === null) return [];
  return [{ id: `declined ${run.key}`, at: run.endedAt, who: run.by, deed: "decline", detail, result: "declined" }];
}

function endOf(run: EndedRun): { result: string; detail: string | null; traceId: string | null } {
  const traceId = identityOf(run)?.traceId ?? null;
  switch (run.state) {
    case "refused":
      return { result: run.state, detail: run.facts.kind, traceId: run.facts.traceId ?? null };
    case "lost":
      return { result: run.state, detail: run.why, traceId };
    case "ended":
      return { result: run.state, detail: run.status, traceId };
    case "cancelled": {
      const by = run.by === null ? null : `by ${[...run.orBy, run.by].join(" or ")}`;
      return { result: run.state, detail: by, traceId };
    }
    case "declined":
    case "withdrawn":
      return { result: run.state, detail: run.by === null ? "no longer allowed" : `by ${run.by}`, traceId };
    default:
      return { result: run.state, detail: null, traceId };
  }
}
