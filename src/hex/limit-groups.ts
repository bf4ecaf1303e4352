// Which of Hex's limits a request counts for, beside the one of 60 a minute for everything.

import type { Operation } from "./errors.js";

/**
 * Source: Hex's OpenAPI document (September 2026). It names no group for ListProjects and CancelRun: each is one of its own. It
 * does not say either whether a group shares one bucket: here it does.
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
};

/** The requests that a limit holds up together, by a name. */
export function limitGroupOf(operation: Operation): string {
  return GROUPS[operation];
}
