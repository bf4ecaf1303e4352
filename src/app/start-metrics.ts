// What each scrape of the metrics asks the parts.

import type { Metrics } from "../http/metrics.js";
import type { Readiness } from "../http/readyz.js";
import type { PolicyVersions } from "../store/policy-versions.js";
import type { HexPart } from "./create-hex.js";
import type { MessagesPart } from "./create-messages.js";
import type { OutagesPart } from "./create-outages.js";
import type { PagingPart } from "./create-paging.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackPart } from "./create-slack.js";
import type { StorePart } from "./create-store.js";
import type { LeaderLoops } from "./leader-loops.js";
import type { Settings } from "./settings.js";

interface MeasuredParts {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  runs: RunsPart;
  outages: OutagesPart;
  messages: MessagesPart;
  paging: PagingPart | null;
  slack: SlackPart;
  readiness: Readiness;
  leaderLoops: LeaderLoops;
  /** `null` where there is one process. */
  policyVersions: Pick<PolicyVersions, "count"> | null;
  /** How long incidents are kept, in ms. */
  keepMs: number;
}

export function startMetrics(metrics: Metrics, parts: MeasuredParts): void {
  const {
    settings,
    store,
    hex,
    runs,
    outages,
    messages,
    paging,
    slack,
    readiness,
    leaderLoops,
    policyVersions,
    keepMs,
  } = parts;
  const { clock, rows } = store;
  metrics.start({
    clock,
    budget: hex.budget,
    runsByState: () => runs.store.countByState(),
    parts: () => readiness.parts(),
    slackConnected: () => slack.readiness().ok,
    isLeader: () => leaderLoops.areRunning,
    isPolicyBroken: () => settings.policyTrouble() !== null,
    policyVersions: () => policyVersions?.count ?? 1,
    alertsHeld: () => messages.outageAlerts?.held ?? 0,
    pagesHeld: async () => (await paging?.store.held())?.count ?? 0,
    health: () => outages.health.glance(clock.now()),
    setAside: async () => {
      await Promise.all([runs.store.inFlight(), outages.health.incidentsSince(clock.now() - keepMs)]);
      return rows.setAside;
    },
  });
}
