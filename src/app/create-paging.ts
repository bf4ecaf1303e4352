// Pages whoever is on call, when somebody has set where.

import { attentionTo } from "../attention/attention.js";
import type { Catalog } from "../catalog/catalog.js";
import { tellsOf, toldSince } from "../follow/telling-watches.js";
import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import { PageStore } from "../paging/page-store.js";
import { outagePage, troublePage } from "../paging/page-words.js";
import { type Pageable, Pager } from "../paging/pager.js";
import { PagerDuty } from "../paging/pagerduty.js";
import { seldom } from "../store/seldom.js";
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
  const { settings, network, metrics, store, hex, outages, follow, attention } = options;
  const { config, log, secretInFile, pageTimeoutMs } = settings;
  const { clock, rows, leadership } = store;
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
    pageable: () => pageable(options),
    service,
    store: pages,
    clock,
    afterMs,
    leastNow: () => hex.client.leastNow(),
    onSent: (sent) => {
      metrics.page(sent.action, sent.error?.kind ?? "ok");
      logPage(log, sent);
    },
    onError: seldom(clock, (err) => log.error({ err }, "Looking for what to page failed: the bot tries again")),
  });
  for (const news of [attention.changed, outages.news, follow.news]) news.on(() => pager.wake());
  return { store: pages, pager, service };
}

/** All that is not over and for which people want to be paged: outages, and the troubles of projects that are watched with `page`. */
async function pageable(options: PagingPartOptions): Promise<Pageable[]> {
  const { store, hex, catalog, outages, follow, attention } = options;
  await catalog.ready();
  const now = store.clock.now();
  const [incidents, troubles, watches, attentions] = await Promise.all([
    outages.health.incidentsSince(now),
    follow.troubles.open(),
    follow.watches.all(),
    attention.store.all(),
  ]);
  const followed = await follow.troubles.followedOf([...new Set(troubles.map(({ projectId }) => projectId))]);
  const place = hex.client.place.now;
  const open = incidents.flatMap((incident): Pageable[] => {
    if (incident.state === "over") return [];
    const subject = { kind: "incident" as const, id: incident.id };
    return [
      {
        subject,
        toldAt: incident.since,
        isBad: incident.state === "down",
        attention: attentionTo(attentions, subject),
        content: outagePage(incident, place),
      },
    ];
  });
  const paging = watches.filter(({ page }) => page);
  const wanted = troubles.flatMap((trouble): Pageable[] => {
    const project = catalog.known(trouble.projectId);
    const known = { project, followed: followed.get(trouble.projectId) ?? null };
    const matching = paging.filter((watch) => tellsOf(watch, trouble, known));
    if (matching.length === 0) return [];
    const subject = { kind: "trouble" as const, id: trouble.id };
    return [
      {
        subject,
        toldAt: Math.min(...matching.map((watch) => toldSince(watch, trouble))),
        isBad: trouble.ailments.some(({ overAt }) => overAt === null),
        attention: attentionTo(attentions, subject),
        content: troublePage(trouble, project, place),
      },
    ];
  });
  return [...open, ...wanted];
}
