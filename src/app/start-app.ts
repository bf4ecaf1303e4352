// The composition root: the only place where the parts meet.

import { randomBytes } from "node:crypto";
import { setMaxListeners } from "node:events";
import type { RequestListener } from "node:http";
import { WebClient } from "@slack/web-api";
import { Catalog } from "../catalog/catalog.js";
import { CatalogReader } from "../catalog/reader.js";
import { CatalogStore } from "../catalog/store.js";
import type { Config } from "../config/config.js";
import { Budget } from "../hex/budget.js";
import { HexClient } from "../hex/client.js";
import { Prober } from "../hex/connection-check.js";
import { ownLink } from "../hex/own-link.js";
import { StatusPage } from "../hex/status-page.js";
import { Metrics } from "../http/metrics.js";
import { notStarted, Readiness } from "../http/readyz.js";
import { healthz, notFound, startServer } from "../http/server.js";
import { abortable } from "../lib/abortable.js";
import type { Clock } from "../lib/clock.js";
import { watchForSteps } from "../lib/clock-steps.js";
import { createNetwork } from "../lib/network.js";
import { PendingWork } from "../lib/pending-work.js";
import type { Logger } from "../log/logger.js";
import { HealthStore } from "../outages/store.js";
import { Watchdog } from "../outages/watchdog.js";
import { storeSentence } from "../remedies/store.js";
import { Canceller } from "../runs/cancel.js";
import { Poller } from "../runs/poller.js";
import { Recovery } from "../runs/recovery.js";
import { isEnded, type Run } from "../runs/run.js";
import { Starter } from "../runs/start.js";
import { RunStore } from "../runs/store.js";
import { Titles } from "../runs/titles.js";
import { Alerts } from "../slack/alerts/alerts.js";
import { AlertStore } from "../slack/alerts/store.js";
import { wantedAlerts } from "../slack/alerts/wanted-alerts.js";
import { Cards } from "../slack/cards/cards.js";
import { Requesters } from "../slack/cards/requesters.js";
import { CardStore } from "../slack/cards/store.js";
import type { SlackCall } from "../slack/connection/calls.js";
import { clientOptions, connect, EVENTS_PATH, NEVER_TWICE } from "../slack/connection/connect.js";
import { failureOfCall } from "../slack/connection/failures.js";
import { identifyOnceReached } from "../slack/connection/identity.js";
import { slackReadiness } from "../slack/connection/ready.js";
import { SlackRefusals } from "../slack/connection/refusals.js";
import { bringBackLostForms } from "../slack/flows/form-checks.js";
import { Followers } from "../slack/followers/followers.js";
import { FollowerStore } from "../slack/followers/store.js";
import { Homes } from "../slack/home/homes.js";
import { HomeStore } from "../slack/home/store.js";
import { listen } from "../slack/listeners/index.js";
import { SET_ASIDE_TODO } from "../slack/messages/set-aside.js";
import { declinedScopesSentence, missingScopesSentence } from "../slack/messages/slack-remedies.js";
import { Drafts } from "../store/drafts.js";
import { openStore } from "../store/open-store.js";
import { RowReader } from "../store/row-reader.js";
import { SeenEvents } from "../store/seen-events.js";
import { StoreCheck } from "../store/store-check.js";
import { checkWrite } from "../store/write-check.js";
import { logClockStep, logHealth, logHeldBack, logPass, postgresLogger, requestLogger } from "./log-events.js";

const DAY_MS = 24 * 60 * 60_000;
/** Who listens for the stop, at most: loops, and what they wait for. */
const MOST_LISTENERS = 50;

/** Times in ms. */
export interface AppOptions {
  config: Config;
  log: Logger;
  clock: Clock;
  /** A number in [0, 1). */
  random?: () => number;
  /** Longest time for one request to Hex. */
  hexTimeoutMs?: number;
  hexBackoffMs?: number;
  statusPatienceMs?: number;
  cardPatienceMs?: number;
  /** Longest time for Hex's public status page. */
  statusPageMs?: number;
  slackPingMs?: number;
  /** Longest wait at a stop, for what is being handled and for the store. */
  stopMs?: number;
  /** Aborts when the bot is to stop before its start is over. */
  signal?: AbortSignal;
  /** Told after the start, when Slack will take no connection of the bot any more. It is for the caller to stop it. */
  onRefused?: (error: Error) => void;
}

export interface RunningApp {
  /** Where the health endpoints are, and in HTTP mode Slack's. */
  port: number;
  /** Takes no more commands, finishes what is being handled, and closes everything. */
  stop: () => Promise<void>;
}

type Close = () => Promise<unknown>;

/**
 * Builds and starts the bot. When that fails, or `signal` aborts meanwhile, all that is open is closed in order.
 * @throws StoreError, the server's error for a port that is taken, a WebClient's error when Slack refuses the token, or the
 * signal's reason
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const opened: Close[] = [];
  try {
    return await start(options, opened);
  } catch (error) {
    // What went wrong first is what is told.
    for (const close of opened.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

/** `toClose`: what closes all that is open so far, the last one first. */
async function start(options: AppOptions, toClose: Close[]): Promise<RunningApp> {
  const { config, log, clock: machineClock, random = Math.random, hexTimeoutMs = 10_000, hexBackoffMs = 500 } = options;
  const {
    statusPatienceMs = 8_500,
    cardPatienceMs = 4_000,
    statusPageMs = 2_000,
    slackPingMs = 5_000,
    stopMs = 10_000,
  } = options;
  const { signal = new AbortController().signal, onRefused = () => undefined } = options;
  const network = createNetwork(config.proxies);
  toClose.push(() => network.close());
  const metrics = new Metrics();
  const slackRefusals = new SlackRefusals(machineClock);
  const onCall = (call: SlackCall) => {
    slackRefusals.observe(call);
    metrics.slackCall(call.method, failureOfCall(call)?.kind ?? "ok");
  };
  const slackOptions = clientOptions(config.slack, log, onCall, network);
  const slack = new WebClient(config.slack.botToken, slackOptions);
  const thisProcess = randomBytes(8).toString("hex");
  // Answers from the first moment: the start may have to wait for Slack.
  const routes: Record<string, RequestListener> = {
    "/healthz": healthz,
    "/readyz": notStarted(() => slackRefusals.lastFailure),
  };
  let otherwise = notFound;
  const server = await startServer({ port: config.port, routes, otherwise: () => otherwise });
  toClose.push(() => server.close());
  const identity = await identifyOnceReached(slack, { clock: machineClock, log, signal });
  const scopes = slackRefusals.now();
  const missing = missingScopesSentence(scopes.missingScopes);
  if (missing !== null) log.warn("%s", missing);
  const declined = declinedScopesSentence(scopes.declinedScopes);
  if (declined !== null) log.info("%s", declined);
  const opened = await openStore(config.store, {
    clock: machineClock,
    process: thisProcess,
    onLead: (event) => log.info({ event }, "watch: %s", event),
    onError: postgresLogger(log, machineClock),
  });
  toClose.push(() => opened.store.close());
  const { store, leadership, ledger, napMs, clock, now } = opened;
  const stopping = new AbortController();
  const ending = new AbortController();
  // Each loop listens to it, and so does what the loop is doing: Node warns of a leak from the eleventh on.
  setMaxListeners(MOST_LISTENERS, stopping.signal);
  // Every card that waits for Slack listens to it: there may be many.
  setMaxListeners(0, ending.signal);

  const budget = new Budget(clock, config.requestsPerMinute, ledger);
  const logRequest = requestLogger(log, clock);
  const hex = new HexClient({
    ...config.hex,
    fetch: network.fetch,
    clock,
    budget,
    random,
    timeoutMs: hexTimeoutMs,
    backoffMs: hexBackoffMs,
    onRequest: (record) => {
      prober.observe(record.error);
      watchdog.observe(record.error);
      metrics.hexRequest(record);
      logRequest(record);
    },
    onHeldBack: (held) => {
      metrics.hexHeldBack(held);
      logHeldBack(log, held);
    },
  });
  const storeKind = config.store.kind;
  const storeCheck = new StoreCheck({
    clock,
    tryStore: async () => {
      store.file?.assertThere();
      await checkWrite(store.db);
    },
    onChange: (state, err) => {
      if (state.ok) log.info("The store works again");
      else log.error({ err, why: state.why, todo: storeSentence(state.why, storeKind) }, "The store does not work");
    },
  });
  const rows = new RowReader(({ place, why }) =>
    log.error({ ...place, why, todo: SET_ASIDE_TODO }, "A stored row cannot be read and is set aside"),
  );
  const catalogStore = new CatalogStore(store.db, rows, leadership.write);
  const catalog = new Catalog({
    hex,
    store: catalogStore,
    clock,
    refreshMs: napMs,
    onError: (err) => log.warn({ err }, "catalog"),
  });
  const catalogReader = new CatalogReader({
    hex,
    catalog,
    store: catalogStore,
    clock,
    budget,
    source: () => hex.place.source,
    newReference: () => randomBytes(4).toString("hex"),
    onPassEnded: (ended) => logPass(log, ended),
    onError: (err) => log.error({ err }, "catalog reader"),
  });
  const prober = new Prober(hex, catalog, clock);
  const onChange = (run: Run) => {
    void cards.redraw(run.key);
    if (isEnded(run)) void followers.tell(run.key);
    if (run.requester !== null) void homes.redraw(run.requester);
    poller.wake();
  };
  const linkOf = (url: string) => ownLink(url, config.hex.origin);
  const runs = new RunStore(store.db, onChange, rows, undefined, linkOf);
  const leadersRuns = new RunStore(store.db, onChange, rows, leadership.write, linkOf);
  const starter = new Starter({ hex, store: runs, clock });
  const canceller = new Canceller({ hex, store: runs, clock });
  const poller = new Poller({
    hex,
    store: leadersRuns,
    clock,
    budget,
    napMs,
    onSeen: (key) => void cards.redraw(key),
    onError: (err) => log.error({ err }, "watch"),
  });
  const cardStore = new CardStore(store.db, { process: thisProcess, now }, rows);
  const followerStore = new FollowerStore(store.db, { process: thisProcess, now });
  const drafts = new Drafts(store.db, () => clock.now(), rows);
  const seenEvents = new SeenEvents(store.db, () => clock.now());
  const work = new PendingWork();
  const requesters = new Requesters({ clock, log, work });
  const cards = new Cards({
    slack,
    cards: cardStore,
    runs,
    clock,
    log,
    hexPlace: () => hex.place.now,
    followers: followerStore,
    requesters,
    botName: identity.name,
    onEndShown: (afterMs) => metrics.cardShownAfter(afterMs),
    signal: ending.signal,
  });
  const followers = new Followers({
    slack,
    followers: followerStore,
    cards: cardStore,
    runs,
    clock,
    hexPlace: () => hex.place.now,
    log,
  });

  const keepMs = config.keepDays * DAY_MS;
  const recovery = new Recovery({
    store: leadersRuns,
    starter,
    canceller,
    clock,
    keepMs,
    leastNow: () => hex.leastNow(),
    titles: new Titles({ hex, store: leadersRuns, clock, known: (id) => catalog.known(id) }),
    sweeps: [() => cards.sweep(), () => followers.sweep(), () => homes.sweep(), () => bringBackLostForms(bot, log)],
    removeOld: () => Promise.all([drafts.removeExpired(), seenEvents.removeOld(), homes.removeOld()]),
    onError: (err) => log.error({ err }, "recovery"),
  });

  const statusPage = new StatusPage({
    url: config.hexStatusUrl,
    clock,
    timeoutMs: statusPageMs,
    fetch: network.fetch,
  });
  const health = new HealthStore(store.db, rows, leadership.write);
  // Links lead into the workspace from the first message on, and also where nobody probes.
  await health
    .memory()
    .then(({ workspace }) => hex.place.remember(workspace))
    .catch((err: unknown) => log.warn({ err }, "the workspace for links is not known yet"));
  const homes = new Homes({
    slack,
    homes: new HomeStore(store.db),
    runs,
    health,
    catalog,
    slackRefusals,
    clock,
    log,
    hexHost: hex.host,
    hexPlace: () => hex.place.now,
    signal: stopping.signal,
  });
  const channel = config.alertChannel;
  const alerts =
    channel === null
      ? null
      : new Alerts({
          slack: new WebClient(config.slack.botToken, { ...slackOptions, ...NEVER_TWICE }),
          alerts: new AlertStore(store.db, rows, leadership.write),
          channel,
          clock,
          log,
          leastNow: () => hex.leastNow(),
          subjects: () => wantedAlerts({ health, runs, statusPage }, clock.now()),
        });
  const watchdog = new Watchdog({
    hex,
    store: health,
    clock,
    keepMs,
    probeMs: config.probeSeconds * 1_000,
    newReference: () => randomBytes(4).toString("hex"),
    onEvent: (event) => logHealth(log, event),
    onStored: (isWell) => {
      alerts?.wake();
      // Asked at the first failure, so that the alert, which waits for nothing, usually begins with what Hex itself says.
      if (!isWell) void statusPage.read().then(() => alerts?.wake());
    },
    onError: (err) => log.error({ err }, "watchdog"),
  });

  const connection = connect({
    // Slack's signatures are of Slack's time: how well the database's clock is set is not their affair.
    config: config.slack,
    identity,
    log,
    clock: machineClock,
    pingMs: slackPingMs,
    onCall,
    onUnreadable: (kind) => metrics.slackUnreadable(kind),
    onRefused,
    network,
  });
  const bot = {
    slack,
    hex,
    catalog,
    prober,
    statusPage,
    budget,
    runs,
    starter,
    canceller,
    cards,
    followers,
    homes,
    requesters,
    drafts,
    seenEvents,
    health,
    rows,
    storeCheck,
    storeKind,
    slackRefusals,
    clock,
    statusPatienceMs,
    cardPatienceMs,
    name: identity.name,
    userId: identity.botUserId,
    newNonce: () => randomBytes(6).toString("base64url"),
  };
  listen(connection.app, { bot, home: identity, log, work, metrics });

  let watching = false;
  const slackReady = () => slackReadiness(connection.socket(), slackRefusals.token);
  const readiness = new Readiness({
    clock,
    slack: slackReady,
    lastProbe: () => health.lastProbe(),
    store: () => storeCheck.now(),
    standstill: () => poller.standstill,
  });
  metrics.start({
    clock,
    budget,
    runsByState: () => runs.countByState(),
    slackConnected: () => slackReady().ok,
    watching: () => watching,
    alertsHeld: () => alerts?.held.length ?? 0,
    health: () => health.glance(clock.now()),
    setAside: async () => {
      await Promise.all([runs.inFlight(), health.incidentsSince(clock.now() - keepMs)]);
      return rows.setAside;
    },
  });

  void watchForSteps(clock, stopping.signal, (ms) => {
    logClockStep(log, ms);
    watchdog.wake();
    poller.wake();
  });

  let watch: Promise<unknown> = Promise.resolve();
  let upkeep: (Promise<void> | undefined)[] = [];
  const stop = once(async () => {
    stopping.abort();
    const late = clock.sleep(stopMs);
    const taken = [connection.close(), server.close(), work.done(), watch, ...upkeep];
    await Promise.race([
      Promise.all(taken).then(() => Promise.all([cards.idle(), followers.idle(), homes.idle()])),
      late,
    ]);
    ending.abort();
    metrics.stop();
    await Promise.race([store.close(), late]);
    await network.close();
  });
  // It closes all of it.
  toClose.splice(0, toClose.length, stop);

  signal.throwIfAborted();
  // What the last process left behind is taken over before anything new comes in.
  if (config.store.kind === "embedded") {
    await cardStore.releaseAll();
    await followerStore.releaseAll();
    await recovery.takeOver();
  }
  routes["/readyz"] = readiness.answer;
  routes["/metrics"] = metrics.answer;
  if (connection.requestListener !== null) routes[EVENTS_PATH] = connection.requestListener;
  otherwise = connection.misdirectedListener ?? notFound;
  await abortable(connection.open(), signal);

  upkeep = [
    storeCheck.watch(stopping.signal),
    store.file?.keepWhole(clock, stopping.signal),
    catalog.follow(stopping.signal),
  ];
  watch = leadership.hold(stopping.signal, async (held) => {
    watching = true;
    const tasks = [
      poller.watch(held),
      recovery.keep(held),
      watchdog.watch(held),
      alerts?.keep(held),
      catalogReader.read(held),
    ];
    await Promise.all(tasks).finally(() => {
      watching = false;
    });
  });
  if (channel !== null) {
    const words = "Alerts go to %s, which the first one proves: write /invite @%s there if it is private";
    log.info({ channel }, words, channel, identity.name);
  }
  log.info({ port: server.port, mode: config.slack.mode.kind, hex: config.hex.origin, team: identity.teamId }, "ready");
  return { port: server.port, stop };
}

/** The same work, done at the first call alone. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
