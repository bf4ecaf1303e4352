// How the part of the request budget that people leave over is shared.

import type { Budget, BudgetShare } from "../hex/budget.js";
import { MINUTE } from "../lib/time.js";
import { soonMs } from "../outages/incident.js";

export interface BudgetShares {
  /** The runs in flight. */
  runs: BudgetShare;
  /** The watched projects. */
  follow: BudgetShare;
  catalog: BudgetShare;
  probe: BudgetShare;
}

/** The weights are what each may use of a budget of this many requests a minute. */
const OF = 30;

/**
 * How many requests a minute a share may make while all the others want to make some, too.
 * @param perMinute the whole budget, in requests a minute
 */
export function leastOf({ weight }: BudgetShare, perMinute: number): number {
  return (perMinute * weight) / OF;
}

/**
 * While all want requests, of 30 a minute the runs get 12, the watched projects 12, the catalog 5, and the probe 1. The probe has a
 * right to more, which it uses only while Hex is in doubt. Otherwise the others have it.
 * @param probeMs the pause between two probes while all is well, in ms
 * @param perMinute the whole budget, in requests a minute
 */
export function budgetShares(
  budget: Budget,
  { probeMs, perMinute }: { probeMs: number; perMinute: number },
): BudgetShares {
  const probesInDoubt = MINUTE / soonMs(probeMs);
  return {
    runs: budget.share("runs", 12),
    follow: budget.share("follow", 12),
    catalog: budget.share("catalog", 5),
    probe: budget.share("probe", (probesInDoubt * OF) / perMinute),
  };
}
