// Keeps a store that does not work from filling the log: many parts meet each failure every few seconds.

import { atMostEvery } from "../lib/at-most-every.js";
import type { Clock } from "../lib/clock.js";
import { MINUTE } from "../lib/time.js";
import { mayBePartial, StoreFailure, type StoreFailureKind } from "./failure.js";
import type { StoreCheck } from "./store-check.js";

/** How often (ms) a failure that lasts is said. */
export const SAID_AGAIN_MS = 10 * MINUTE;

/**
 * For a part that tries again every few seconds: what it calls for its failures. `say` is called for those that only this part can
 * explain, and seldom for the same failure of the store.
 */
export type Seldom = <Rest extends readonly unknown[]>(
  say: (error: unknown, ...rest: Rest) => void,
) => (error: unknown, ...rest: Rest) => void;

export interface SeldomOptions {
  clock: Clock;
  /** Learns of each failure at once, so that it need not wait for its next round to say that the store does not work. */
  check: Pick<StoreCheck, "now">;
  /** Called for a failure that has a remedy, whichever part met it. `why` the store does not work; `null` when it does by now. */
  onFailure: (failure: StoreFailure, why: StoreFailureKind | null) => void;
}

export function seldomWith({ clock, check, onFailure }: SeldomOptions): Seldom {
  return (say) => {
    const isDue = atMostEvery<string>(clock, SAID_AGAIN_MS);
    return (error, ...rest) => {
      if (!(error instanceof StoreFailure)) {
        say(error, ...rest);
        return;
      }
      void check.now().then(({ why }) => {
        if (why !== null || error.kind !== "failed") onFailure(error, why);
        if (why === null && mayBePartial(error) && isDue(error.message)) say(error, ...rest);
      });
    };
  };
}
