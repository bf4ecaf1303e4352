// Changes a run that must be in the store.

import type { Run, RunIn } from "./run.js";
import type { RunStore } from "./store.js";

/** `change` returns `null` to leave the run as it is. @returns the run as it is then @throws StoreFailure */
export async function changeRun(store: RunStore, key: string, change: (run: Run) => Run | null): Promise<Run> {
  const result = await store.update(key, change);
  if (result === null) throw new Error(`run ${key} is not in the store`);
  return result.run;
}

/** The same for a run that is being started. One in any other state stays as it is. @throws StoreFailure */
export function changeStarting(store: RunStore, key: string, change: (run: RunIn<"starting">) => Run): Promise<Run> {
  return changeRun(store, key, (run) => (run.state === "starting" ? change(run) : null));
}
