// Notices when somebody, or the network, sets the machine's clock, and when the machine has slept.

import type { Clock } from "./clock.js";

const LOOK_MS = 5_000;
/** Less than this makes no difference to anybody, and may be a process that stood still between two readings. In ms. */
const NOTICED_MS = 5_000;

/** Looks until `signal` aborts. `onStep`: told by how much the clock went forward (back: negative) beside the time that passed, in ms. */
export async function watchForSteps(clock: Clock, signal: AbortSignal, onStep: (ms: number) => void): Promise<void> {
  let ahead = clock.now() - clock.monotonic();
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal);
    const now = clock.now() - clock.monotonic();
    const step = now - ahead;
    ahead = now;
    if (Math.abs(step) >= NOTICED_MS) onStep(Math.round(step));
  }
}
