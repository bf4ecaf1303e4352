// The client for Hex, the budget that all of its requests share, and Hex's public status page.

import { Budget } from "../hex/budget.js";
import { HexClient, type RequestRecord } from "../hex/client.js";
import { StatusPage } from "../hex/status-page.js";
import type { Metrics } from "../http/metrics.js";
import { Emitter } from "../lib/emitter.js";
import type { Network } from "../lib/network.js";
import { SECOND } from "../lib/time.js";
import { USER_AGENT } from "../user-agent.js";
import { type BudgetShares, budgetShares } from "./budget-shares.js";
import type { StorePart } from "./create-store.js";
import { heldBackLogger, requestLogger } from "./log-hex.js";
import type { Settings } from "./settings.js";

export interface HexPart {
  client: HexClient;
  budget: Budget;
  shares: BudgetShares;
  statusPage: StatusPage;
  /** Emits each request that has ended. */
  requests: Emitter<RequestRecord>;
}

export interface HexPartOptions {
  settings: Settings;
  network: Network;
  metrics: Metrics;
  store: StorePart;
}

export function createHex({ settings, network, metrics, store }: HexPartOptions): HexPart {
  const { config, log, random, secretInFile, hexTimeoutMs, hexBackoffMs, statusPageMs } = settings;
  const { clock, ledger } = store;
  const budget = new Budget(clock, config.requestsPerMinute, ledger);
  const shares = budgetShares(budget, { probeMs: config.probeSeconds * SECOND, perMinute: config.requestsPerMinute });
  const requests = new Emitter<RequestRecord>();
  requests.on((record) => metrics.hexRequest(record));
  requests.on(requestLogger(log, clock));
  const logHeldBack = heldBackLogger(log, clock);
  const client = new HexClient({
    ...config.hex,
    renewToken: () => secretInFile("HEX_API_TOKEN"),
    onTokenRenewed: () => log.info("HEX_API_TOKEN was renewed from its file"),
    userAgent: USER_AGENT,
    fetch: network.fetch,
    clock,
    budget,
    random,
    attemptTimeoutMs: hexTimeoutMs,
    backoffMs: hexBackoffMs,
    onRequest: (record) => requests.emit(record),
    onHeldBack: (held) => {
      metrics.hexHeldBack(held);
      logHeldBack(held);
    },
  });
  const statusPage = new StatusPage({
    url: config.hexStatusUrl,
    clock,
    timeoutMs: statusPageMs,
    fetch: network.fetch,
  });
  return { client, budget, shares, statusPage, requests };
}
