// The watched projects: whether they run when they should, and end well.

import type { Catalog } from "../catalog/catalog.js";
import { ConnectionReader } from "../follow/connection-reader.js";
import { ConnectionStore } from "../follow/connection-store.js";
import type { DigestSources } from "../follow/digest-contents.js";
import { DigestStore } from "../follow/digest-store.js";
import { MemberStore } from "../follow/member-store.js";
import { ProjectPoller, type ProjectPollerOptions } from "../follow/project-poller.js";
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
  /** Which messages tell of which troubles. */
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

export function createFollow(options: FollowPartOptions): FollowPart {
  const { settings, store, hex, outages } = options;
  const { lateMinutes, stuckFactor, requestsPerMinute, paging } = settings.config;
  const news = new Emitter<void>();
  const stores = createStores(store);
  const { watches, digests, troubles } = stores;
  const follows = async () => {
    const now = store.clock.now();
    return [...(await watches.follows(now)), ...(await digests.follows(now))];
  };
  const judging: Judging = { lateMs: lateMinutes * MINUTE, stuckFactor, away: awayOf(outages) };
  return {
    ...stores,
    following: { follows, leastPerMinute: leastOf(hex.shares.follow, requestsPerMinute) },
    digestSources: { watches, troubles, ...judging },
    poller: createPoller(options, { follows, store: troubles, ...judging, pageAfterMs: paging?.afterMs ?? null }, news),
    connectionReader: createConnectionReader(options, stores.connections, news),
    news,
  };
}

function createStores({ store: { db }, rows, leadership: { write } }: StorePart) {
  return {
    watches: new WatchStore(db, rows),
    digests: new DigestStore(db, rows),
    troubles: new TroubleStore(db, rows, write),
    members: new MemberStore(db, rows, write),
    connections: new ConnectionStore(db, rows, write),
  };
}

/** What decides whether something is wrong with a project. */
type Judging = Pick<ProjectPollerOptions, "lateMs" | "stuckFactor" | "away">;

/** When Hex was down: what is late then is not the project's fault. */
function awayOf({ health }: OutagesPart): Judging["away"] {
  return async (since) => {
    const incidents = await health.incidentsSince(since);
    return incidents.map((incident) => ({
      from: incident.since,
      to: incident.state === "down" ? null : incident.backAt,
    }));
  };
}

function createPoller(
  { settings, store, hex, catalog }: FollowPartOptions,
  followed: Judging & Pick<ProjectPollerOptions, "follows" | "store" | "pageAfterMs">,
  news: Emitter<void>,
): ProjectPoller {
  const { log } = settings;
  return new ProjectPoller({
    ...followed,
    hex: hex.client,
    catalog,
    clock: store.clock,
    share: hex.shares.follow,
    maxSleepMs: Math.max(store.maxSleepMs, SHORTEST_SLEEP_MS),
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
    onError: store.seldom((err) => log.error({ err }, "Checking the watched projects failed: the bot tries again")),
  });
}

function createConnectionReader(
  { settings: { log }, store, hex }: FollowPartOptions,
  connections: ConnectionStore,
  news: Emitter<void>,
): ConnectionReader {
  return new ConnectionReader({
    hex: hex.client,
    store: connections,
    clock: store.clock,
    // Polls of runs and of watched projects matter more.
    share: hex.shares.catalog,
    newReference,
    onRead: () => news.emit(),
    onError: store.seldom((err) =>
      log.error({ err }, "Reading which data connections projects share failed: the bot tries again"),
    ),
  });
}
