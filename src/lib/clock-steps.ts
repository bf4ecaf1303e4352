// Notices when somebody, or the network, sets the machine's clock, and when the machine was asleep.

import type { Clock } from "./clock.js";

const LOOK_MS = 5_000;
/** In ms. A smaller step makes no difference, and may just be a process that was held up between two readings. */
const NOTICED_MS = 5_000;

/** Checks until `signal` aborts. `onStep` gets the ms by which the clock moved in addition to the elapsed time (negative when it was set back). */
export async function observeClockSteps(
  clock: Clock,
  signal: AbortSignal,
  onStep: (ms: number) => void,
): Promise<void> {
  let ahead = clock.now() - clock.monotonic();
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal);
    const now = clock.now() - clock.monotonic();
    const step = now - ahead;
    ahead = now;
    if (Math.abs(step) >= NOTICED_MS) onStep(Math.round(step));
  }
}
