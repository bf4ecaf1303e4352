// The composition root, the only place where the parts meet: the order of the start.

import type { SecretName } from "../config/secret-files.js";
import { Metrics } from "../http/metrics.js";
import { abortable } from "../lib/abortable.js";
import { observeClockSteps } from "../lib/clock-steps.js";
import { createNetwork } from "../lib/network.js";
import { DAY } from "../lib/time.js";
import { identifyOnceReached } from "../slack/connection/identity.js";
import { createAccess } from "./create-access.js";
import { createAttention } from "./create-attention.js";
import { createAudit } from "./create-audit.js";
import { createCatalog } from "./create-catalog.js";
import { createDigests } from "./create-digests.js";
import { createFollow } from "./create-follow.js";
import { createHex } from "./create-hex.js";
import { createHttp, createReadiness } from "./create-http.js";
import { createMessages } from "./create-messages.js";
import { createOutages, recallWorkspace } from "./create-outages.js";
import { createPaging } from "./create-paging.js";
import { createRuns } from "./create-runs.js";
import { createSlack } from "./create-slack.js";
import { createSlackClient } from "./create-slack-client.js";
import { createStore } from "./create-store.js";
import { LeaderLoops } from "./leader-loops.js";
import { createLifetime } from "./lifetime.js";
import { logBotToken, logClockStep, logReady, logScopes } from "./log-start.js";
import { recallPolicy } from "./recall-policy.js";
import { renewAll } from "./renew-secrets.js";
import { type AppOptions, type Settings, withDefaults } from "./settings.js";
import { startMetrics } from "./start-metrics.js";
import { stopApp } from "./stop-app.js";

export interface RunningApp {
  /** Where the health endpoints are, and in HTTP mode Slack's. */
  port: number;
  /** Reads the secrets that are in files again, and uses what they hold from then on. @returns the names of those that are new */
  renewSecrets: () => Promise<SecretName[]>;
  /** Takes no more commands, finishes what is being handled, and closes everything. */
  stop: () => Promise<void>;
}

type Close = () => Promise<unknown>;

/**
 * Builds and starts the bot. If that fails, or `signal` aborts in the meantime, closes in order everything that is open.
 * @throws StoreError, MissingPolicyError, the server's error for a port that is in use, a WebClient's error when Slack refuses the token, or the
 * signal's reason
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const toClose: Close[] = [];
  try {
    return await start(withDefaults(options), toClose);
  } catch (error) {
    // Only the first failure is reported.
    for (const close of toClose.reverse()) await close().catch(() => undefined);
    throw error;
  }
}

/** `toClose`: collects what closes each part that is open, in the order in which they opened. */
async function start(settings: Settings, toClose: Close[]): Promise<RunningApp> {
  const { config, log, signal, stopMs } = settings;
  const opened = await open(settings, toClose);
  const parts = await create(settings, opened);
  const { network, metrics, slackClient, http, identity, store } = opened;
  const { lifetime, hex, catalog, permissions, nameCheck, policyVersions, runs, audit, outages, paging } = parts;
  const { messages, slack, readiness, leaderLoops } = parts;
  const { signal: stopping } = lifetime.stopping;

  const loops: Promise<unknown>[] = [];
  const stop = once(() => stopApp({ lifetime, network, metrics, http, store, messages, slack, loops, stopMs }));
  // From here on, `stop` closes everything.
  toClose.splice(0, toClose.length, stop);

  signal.throwIfAborted();
  // The bot takes over what the last process left behind before anything new comes in.
  if (config.store.kind === "embedded") {
    await messages.cardStore.releaseAll();
    await messages.followerStore.releaseAll();
    await runs.recovery.takeOver(stopping);
  }
  http.serve({ readiness, slack });
  await abortable(slack.connection.open(), signal);
  loops.push(
    store.check.keep(stopping),
    store.store.file?.keepWhole(store.clock, stopping) ?? Promise.resolve(),
    catalog.follow(stopping),
    // So that the first keystroke in a picker need not wait for it.
    catalog.load().then(() => permissions.access.compareAll(() => catalog.all())),
    audit.log.enterLater(stopping),
    policyVersions?.keep(stopping) ?? Promise.resolve(),
    nameCheck.keep(stopping),
    slackClient.keepToken(stopping),
    store.leadership.hold(stopping, (held) => leaderLoops.run(held)),
  );
  logReady(log, { config, identity, port: http.port });
  const renewSecrets = () => renewAll({ store, hex, outages, slackClient, slack, paging });
  return { port: http.port, renewSecrets, stop };
}

/** Opens the HTTP server, identifies the bot to Slack, and opens the store. */
async function open(settings: Settings, toClose: Close[]) {
  const { config, log } = settings;
  const network = createNetwork(config.proxies);
  toClose.push(() => network.close());
  const metrics = new Metrics();
  const slackClient = createSlackClient(settings, network, metrics);
  const http = await createHttp(config.port, metrics, slackClient.refusals);
  toClose.push(() => http.close());
  const identity = await identifyOnceReached(slackClient.web, settings);
  slackClient.botToken.belongsTo(identity);
  logScopes(log, slackClient.refusals.now(), settings.policy());
  slackClient.refusals.tokenNews.on((word) => logBotToken(log, word));
  const store = await createStore(settings);
  toClose.push(() => store.store.close());
  await recallPolicy(settings, store);
  return { network, metrics, slackClient, http, identity, store };
}

/** Builds the parts. Nothing comes in and nothing is sent yet. */
async function create(settings: Settings, opened: Awaited<ReturnType<typeof open>>) {
  const { network, metrics, slackClient, identity, store } = opened;
  const keepMs = settings.config.keepDays * DAY;
  const lifetime = createLifetime();
  const hex = createHex({ settings, network, metrics, store });
  const catalogPart = createCatalog({ settings, store, hex });
  const { catalog } = catalogPart;
  const access = createAccess({ settings, slackClient, identity, store, hex, catalog });
  const { permissions, nameCheck, policyVersions } = access;
  const runs = createRuns({ settings, store, hex, catalog });
  const audit = createAudit({ settings, lifetime, store, runs });
  const outages = createOutages({ settings, store, hex, catalog });
  const follow = createFollow({ settings, store, hex, catalog, outages });
  const attention = createAttention(settings, store);
  const paging = createPaging({ settings, network, metrics, store, hex, catalog, outages, follow, attention });
  await recallWorkspace(outages, hex, settings);
  const shared = {
    settings,
    lifetime,
    metrics,
    slackClient,
    store,
    hex,
    catalog,
    permissions,
    nameCheck,
    runs,
    audit,
    outages,
    follow,
    attention,
    paging,
  };
  const forMessages = { ...shared, identity };
  const messages = createMessages(forMessages);
  const digests = createDigests(forMessages, messages);
  const slack = createSlack({ ...shared, network, identity, messages });
  const leaderLoops = new LeaderLoops({ ...shared, catalog: catalogPart, messages, digests, slack, keepMs });
  const readiness = createReadiness({ ...shared, slack });
  startMetrics(metrics, { ...shared, messages, slack, readiness, leaderLoops, policyVersions, keepMs });
  void observeClockSteps(store.clock, lifetime.stopping.signal, (ms) => {
    logClockStep(settings.log, ms);
    outages.watchdog.wake();
    runs.poller.wake();
    runs.recovery.wake();
    follow.poller.wake();
  });
  return { ...shared, policyVersions, messages, slack, readiness, leaderLoops };
}

/** Does the work on the first call only. All calls get the same promise. */
function once(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | null = null;
  return () => {
    done ??= work();
    return done;
  };
}
