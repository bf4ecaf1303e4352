// Pages whoever is on call, if there is a key for the paging service.

import type { Catalog } from "../catalog/catalog.js";
import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import { PageStore } from "../paging/page-store.js";
import { pageable } from "../paging/pageable.js";
import { Pager } from "../paging/pager.js";
import { PagerDuty } from "../paging/pagerduty.js";
import { USER_AGENT } from "../user-agent.js";
import type { AttentionPart } from "./create-attention.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { OutagesPart } from "./create-outages.js";
import type { StorePart } from "./create-store.js";
import { logPage } from "./log-alerts.js";
import type { Settings } from "./settings.js";

export interface PagingPart {
  store: PageStore;
  /** The leader's. */
  pager: Pager;
  service: PagerDuty;
}

export interface PagingPartOptions {
  settings: Settings;
  network: Network;
  metrics: Metrics;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
}

/** @returns null when no key is configured */
export function createPaging(options: PagingPartOptions): PagingPart | null {
  const { settings, network, metrics, store, hex, catalog, outages, follow, attention } = options;
  const { config, log, secretInFile, pageTimeoutMs } = settings;
  const { clock, rows, leadership, seldom } = store;
  if (config.paging === null) return null;
  const { url, routingKey, afterMs } = config.paging;
  const pages = new PageStore(store.store.db, rows, leadership.write);
  const service = new PagerDuty({
    url,
    routingKey,
    keyInFile: () => secretInFile("PAGERDUTY_ROUTING_KEY"),
    onKeyRenewed: () => {
      log.info("PAGERDUTY_ROUTING_KEY was renewed from its file");
      pager.retryRefused();
    },
    userAgent: USER_AGENT,
    fetch: network.fetch,
    clock,
    timeoutMs: pageTimeoutMs,
  });
  const pager: Pager = new Pager({
    pageable: async () => {
      await catalog.ready();
      return pageable(
        { ...follow, catalog, health: outages.health, attention: attention.store },
        store.clock.now(),
        hex.client.place.now,
      );
    },
    service,
    store: pages,
    clock,
    afterMs,
    onSent: (sent) => {
      metrics.page(sent.action, sent.error?.kind ?? "ok");
      logPage(log, sent);
    },
    onError: seldom((err) => log.error({ err }, "Looking for what to page failed: the bot tries again")),
  });
  for (const news of [attention.changed, outages.news, follow.news]) news.on(() => pager.wake());
  return { store: pages, pager, service };
}
