// When the app stops, in three steps: it begins nothing new, tells those whom it has not answered yet, and waits for nothing more.

import { setMaxListeners } from "node:events";
import { PendingWork } from "../lib/pending-work.js";

/** How many listeners `stopping` may have: the loops, and what they wait for. */
const MOST_LISTENERS = 50;

export interface Lifetime {
  /** Aborts when the stop begins: each loop ends after its current round. */
  stopping: AbortController;
  /** Aborts when the time for the stop is nearly over: people who are still waiting for an answer are told that none will come. */
  leaving: AbortController;
  /** Aborts when the time for the stop is over: whatever still waits for Slack gives up. */
  ending: AbortController;
  /** What the bot is handling for people. The stop waits for it. */
  work: PendingWork;
}

export function createLifetime(): Lifetime {
  const stopping = new AbortController();
  const leaving = new AbortController();
  const ending = new AbortController();
  // Each loop listens to it, and so does whatever the loop is doing. Node warns of a leak from the eleventh listener on.
  setMaxListeners(MOST_LISTENERS, stopping.signal);
  // So does everything that is being handled.
  setMaxListeners(0, leaving.signal);
  // Every card that waits for Slack listens to it, and there may be many.
  setMaxListeners(0, ending.signal);
  return { stopping, leaving, ending, work: new PendingWork() };
}
