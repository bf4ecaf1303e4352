// What Hex is asked in order to start a run.

import type { Call, RunRequest } from "../hex/client.js";
import { ASK_MS, type RunOptions } from "./run.js";
import type { Intent } from "./transitions.js";

/** Somebody is waiting for the run. */
export function callOf(intent: Intent): Call {
  return { reference: intent.reference, priority: "command", timeoutMs: ASK_MS };
}

/** The RunProject request for these options. */
export function requestOf(options: RunOptions): RunRequest {
  return {
    inputParams: options.inputs,
    useCachedSqlResults: options.fresh ? false : undefined,
    updatePublishedResults: options.publish || undefined,
    viewId: options.view ?? undefined,
  };
}
