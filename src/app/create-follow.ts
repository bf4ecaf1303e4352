// The watched projects: whether they run when they should, and end well.

import type { Catalog } from "../catalog/catalog.js";
import { ConnectionReader } from "../follow/connection-reader.js";
import { ConnectionStore } from "../follow/connection-store.js";
import type { DigestSources } from "../follow/digest-contents.js";
import { DigestStore } from "../follow/digest-store.js";
import type { Away } from "../follow/judgement.js";
import { MemberStore } from "../follow/member-store.js";
import { ProjectPoller } from "../follow/project-poller.js";
import { TroubleStore } from "../follow/trouble-store.js";
import type { Following } from "../follow/watch.js";
import { WatchStore } from "../follow/watch-store.js";
import { Emitter } from "../lib/emitter.js";
import { newReference } from "../lib/reference.js";
import { MINUTE, SECOND } from "../lib/time.js";
import { leastOf } from "./budget-shares.js";
import type { HexPart } from "./create-hex.js";
import type { OutagesPart } from "./create-outages.js";
import type { StorePart } from "./create-store.js";
import { logAbsence, logBack, logTrouble } from "./log-alerts.js";
import type { Settings } from "./settings.js";

export interface FollowPart {
  watches: WatchStore;
  digests: DigestStore;
  /** What digests are written from. */
  digestSources: DigestSources;
  troubles: TroubleStore;
  /** Which message tells of which trouble. */
  members: MemberStore;
  /** What is known of data connections. */
  connections: ConnectionStore;
  /** Runs on the leader. */
  connectionReader: ConnectionReader;
  /** How many projects there are to ask Hex about, and how often. */
  following: Following;
  /** Runs on the leader. */
  poller: ProjectPoller;
  /** Emits when there may be something new to say about a watched project. */
  news: Emitter<void>;
}

export interface FollowPartOptions {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
  outages: OutagesPart;
}

/** In ms. Nobody waits for the first reading of a project that is watched in another process. */
const SHORTEST_SLEEP_MS = 5 * SECOND;

export function createFollow({ settings, store, hex, catalog, outages }: FollowPartOptions): FollowPart {
  const { config, log } = settings;
  const { clock, rows, leadership, maxSleepMs } = store;
  const news = new Emitter<void>();
  const watches = new WatchStore(store.store.db, rows);
  const troubles = new TroubleStore(store.store.db, rows, leadership.write);
  const members = new MemberStore(store.store.db, rows, leadership.write);
  const digests = new DigestStore(store.store.db, rows);
  const away = async (since: number): Promise<Away[]> => {
    const incidents = await outages.health.incidentsSince(since);
    return incidents.map((incident) => ({
      from: incident.since,
      to: incident.state === "down" ? null : incident.backAt,
    }));
  };
  const follows = async () => {
    const now = clock.now();
    return [...(await watches.follows(now)), ...(await digests.follows(now))];
  };
  const lateMs = config.lateMinutes * MINUTE;
  const { stuckFactor } = config;
  const poller = new ProjectPoller({
    hex: hex.client,
    catalog,
    follows,
    store: troubles,
    clock,
    share: hex.shares.follow,
    maxSleepMs: Math.max(maxSleepMs, SHORTEST_SLEEP_MS),
    lateMs,
    stuckFactor,
    away,
    newReference,
    onTrouble: (trouble) => {
      logTrouble(log, trouble);
      news.emit();
    },
    onEnds: () => news.emit(),
    onAbsent: (projectId, why) => {
      logAbsence(log, projectId, why);
      news.emit();
    },
    onBack: (projectId) => {
      logBack(log, projectId);
      news.emit();
    },
    onError: (err) => log.error({ err }, "Checking the watched projects failed: the bot tries again"),
  });
  const connections = new ConnectionStore(store.store.db, rows, leadership.write);
  const connectionReader = new ConnectionReader({
    hex: hex.client,
    store: connections,
    clock,
    // Polls of runs and of watched projects matter more.
    share: hex.shares.catalog,
    newReference,
    onRead: () => news.emit(),
    onError: (err) => log.error({ err }, "Reading which data connections projects share failed: the bot tries again"),
  });
  const digestSources = { watches, troubles, catalog, away, lateMs, stuckFactor };
  return {
    following: { follows, leastPerMinute: leastOf(hex.shares.follow, config.requestsPerMinute) },
    watches,
    digests,
    digestSources,
    troubles,
    members,
    connections,
    connectionReader,
    poller,
    news,
  };
}
