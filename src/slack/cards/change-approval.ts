// Changes what is stored of a run's approval, whatever has become of the run.

import type { Approval } from "../../runs/approval.js";
import type { Run, RunIn } from "../../runs/run.js";
import type { RunStore } from "../../runs/store.js";

/** Changes nothing in a run that needed no approval. Rejects when the store fails. */
export function changeApproval(
  runs: RunStore,
  { key }: Run,
  change: (approval: Approval) => Approval,
): Promise<unknown> {
  return runs.update(key, (run) => {
    switch (run.state) {
      case "awaiting":
      case "approved":
      case "declined":
      case "expired":
        return { ...run, approval: change(run.approval) };
      default:
        return run.approval === null ? null : { ...run, approval: change(run.approval) };
    }
  });
}

/** The run as it is now; `null` once it has been decided. */
export async function awaitingNow(runs: RunStore, { key }: Run): Promise<RunIn<"awaiting"> | null> {
  const run = await runs.get(key);
  return run?.state === "awaiting" ? run : null;
}
