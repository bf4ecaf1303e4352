// Which endpoint a method and a path belong to, and the scope that it needs.

import type { Endpoint, Scope } from "./types.js";

export interface Route {
  endpoint: Endpoint;
  /** `null`: any valid token. */
  scope: Scope | null;
  /** The ids in the path, unchanged. */
  ids: Record<string, string>;
}

interface Pattern extends Omit<Route, "ids"> {
  method: string;
  path: RegExp;
}

export const API = "/api/v1";

const PATTERNS: Pattern[] = [
  pattern("me", "GET", "/users/me", "users"),
  pattern("listProjects", "GET", "/projects", "read"),
  pattern("getProject", "GET", "/projects/:projectId", "read"),
  pattern("runProject", "POST", "/projects/:projectId/runs", "run"),
  pattern("listRuns", "GET", "/projects/:projectId/runs", "read"),
  pattern("getRun", "GET", "/projects/:projectId/runs/:runId", "read"),
  pattern("cancelRun", "DELETE", "/projects/:projectId/runs/:runId", "run"),
  pattern("chartImage", "GET", "/projects/:projectId/runs/:runId/cells/:staticId/image", "read"),
  pattern("listCells", "GET", "/cells", "cells"),
  pattern("listDataConnections", "GET", "/data-connections", "connections"),
];

/** The previous generation of paths: singular, and served only on request. */
const OLD_PATTERNS: Pattern[] = [
  pattern("getProject", "GET", "/project/:projectId", "read"),
  pattern("runProject", "POST", "/project/:projectId/run", "run"),
  pattern("listRuns", "GET", "/project/:projectId/runs", "read"),
  pattern("getRun", "GET", "/project/:projectId/run/:runId", "read"),
  pattern("cancelRun", "DELETE", "/project/:projectId/run/:runId", "run"),
];

export function findRoute(method: string, path: string, oldPaths: boolean): Route {
  for (const candidate of oldPaths ? [...PATTERNS, ...OLD_PATTERNS] : PATTERNS) {
    const match = method === candidate.method ? candidate.path.exec(path) : null;
    if (match) return { endpoint: candidate.endpoint, scope: candidate.scope, ids: { ...match.groups } };
  }
  return { endpoint: "unknown", scope: null, ids: {} };
}

function pattern(endpoint: Endpoint, method: string, path: string, scope: Scope | null): Pattern {
  const source = path.replace(/:(\w+)/g, "(?<$1>[^/]+)");
  return { endpoint, method, scope, path: new RegExp(`^${API}${source}$`) };
}
