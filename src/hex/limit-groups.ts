// Which of Hex's limits a request counts towards, besides the overall limit of 60 a minute.

import type { Operation } from "./errors.js";

/**
 * Source: Hex's OpenAPI document (September 2026). It names no group for ListProjects and CancelRun, so each has its own here. Nor
 * does it say whether a group shares one bucket; here it does.
 */
const GROUPS: Record<Operation, string> = {
  me: "hex-api-30rpm",
  getProject: "hex-api",
  getRun: "hex-api",
  listRuns: "hex-api",
  runProject: "hex-run-kernel",
  dryRun: "hex-run-kernel",
  listProjects: "listProjects",
  cancelRun: "cancelRun",
  listCells: "hex-api-30rpm",
  listDataConnections: "hex-api",
};

/** The name of the group of requests that share a limit with this one. */
export function limitGroupOf(operation: Operation): string {
  return GROUPS[operation];
}
