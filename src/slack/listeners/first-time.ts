// Whether an interaction comes for the first time. Slack may deliver one again when an acknowledgement is lost, and over HTTP anybody
// who sees a request can send it again for five minutes.

import { within } from "../../lib/with-timeout.js";
import type { Arrival, Bot } from "./context.js";

/** How long (ms) a slow store may take to say it. */
const CLAIM_MS = 5_000;

/**
 * Claimed before the work, because another replica may get the next delivery while this one is working. If the store does not answer,
 * the work is done anyway: thanks to the interaction's key a run is still started only once, but an answer may come twice.
 */
export async function isFirstTime({ seenEvents, clock }: Bot, { once, log }: Arrival): Promise<boolean> {
  if (once === null) return true;
  try {
    return await within(clock, CLAIM_MS, seenEvents.claim(once));
  } catch (err) {
    log.warn({ err }, "The store cannot say whether this has already been handled, so it is handled now");
    return true;
  }
}
