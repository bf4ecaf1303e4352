// A run as the API shows it, by itself and in the pages of GetProjectRuns.

import { randomUUID } from "node:crypto";
import { z } from "zod";
import { isoTime } from "./projects.js";
import { limitParam, offsetParam, parseQuery } from "./query.js";
import type { Moment } from "./timeline.js";
import type { HexWorkspace, Run } from "./types.js";

/** Addresses of a run below `origin`. */
export function runUrls(origin: string, projectId: string, runId: string) {
  return {
    runUrl: `${origin}/simulated/app/${projectId}/run/${runId}`,
    runStatusUrl: `${origin}/api/v1/projects/${projectId}/runs/${runId}`,
  };
}

interface ViewContext {
  origin: string;
  workspace: HexWorkspace;
  now: number;
}

export function runView(run: Run, { origin, workspace, now }: ViewContext) {
  return {
    projectId: run.projectId,
    projectVersion: workspace.projectVersionAsString ? String(run.projectVersion) : run.projectVersion,
    runId: run.id,
    runUrl: runUrls(origin, run.projectId, run.id).runUrl,
    status: run.status,
    runTrigger: run.trigger,
    startTime: isoTime(run.startedAt),
    endTime: isoTime(run.endedAt),
    elapsedTime: run.startedAt === null ? null : (run.endedAt ?? now) - run.startedAt,
    traceId: run.traceId,
    ...(run.notifications ? { notifications: run.notifications } : {}),
  };
}

export function stateEvents(history: Moment[]) {
  return history.map(({ status, at }) => ({ type: "STATUS", value: status, timestamp: isoTime(at) }));
}

const listQuerySchema = z.object({
  limit: limitParam,
  offset: offsetParam,
  statusFilter: z
    .enum(["PENDING", "RUNNING", "COMPLETED", "ERRORED", "KILLED", "UNABLE_TO_ALLOCATE_KERNEL"])
    .optional(),
  runTriggerFilter: z.enum(["API", "SCHEDULED", "APP_REFRESH", "ALL"]).optional(),
});

/** A page of the runs of one project, ordered by id: a stable order, but not by time. */
export function listRuns(projectRuns: Run[], params: URLSearchParams, path: string, context: ViewContext) {
  const query = parseQuery(listQuerySchema, params);
  const trigger = query.runTriggerFilter ?? context.workspace.listRunsDefaultTrigger;
  const runs = projectRuns
    .filter((run) => trigger === "ALL" || run.trigger === trigger)
    .filter((run) => query.statusFilter === undefined || run.status === query.statusFilter)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const end = query.offset + query.limit;

  function pageAt(offset: number): string {
    const pageParams = new URLSearchParams(params);
    pageParams.set("limit", String(query.limit));
    pageParams.set("offset", String(offset));
    return `${context.origin}${path}?${pageParams}`;
  }
  return {
    runs: runs.slice(query.offset, end).map((run) => runView(run, context)),
    nextPage: end < runs.length ? pageAt(end) : null,
    previousPage: query.offset > 0 ? pageAt(Math.max(0, query.offset - query.limit)) : null,
    traceId: randomUUID(),
  };
}
