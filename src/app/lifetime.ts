// When the app stops, in two steps: nothing new is begun, and then nothing is waited for.

import { setMaxListeners } from "node:events";
import { PendingWork } from "../lib/pending-work.js";

/** How many may listen to `stopping`: the loops, and what they wait for. */
const MOST_LISTENERS = 50;

export interface Lifetime {
  /** Aborts at the beginning of the stop: loops end after the round under way. */
  stopping: AbortController;
  /** Aborts when the time for the stop is over: what still waits for Slack gives up. */
  ending: AbortController;
  /** What is being handled for people. The stop waits for it. */
  work: PendingWork;
}

export function createLifetime(): Lifetime {
  const stopping = new AbortController();
  const ending = new AbortController();
  // Each loop listens to it, and so does what the loop is doing. Node warns of a leak from the eleventh listener on.
  setMaxListeners(MOST_LISTENERS, stopping.signal);
  // Every card that waits for Slack listens to it, and there may be many.
  setMaxListeners(0, ending.signal);
  return { stopping, ending, work: new PendingWork() };
}
