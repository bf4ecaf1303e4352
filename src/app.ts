// The composition root: the only place where the parts meet.

import { randomBytes } from "node:crypto";
import { WebClient } from "@slack/web-api";
import type { Clock } from "./clock.js";
import type { Config } from "./config.js";
import { Budget } from "./hex/budget.js";
import { Catalog } from "./hex/catalog.js";
import { HexClient, type RequestRecord } from "./hex/client.js";
import { Prober } from "./hex/connection.js";
import { remedyFor } from "./hex/remedies.js";
import type { Logger } from "./log.js";
import { Canceller } from "./runs/cancel.js";
import { Starter } from "./runs/start.js";
import { RunStore } from "./runs/store.js";
import { Watcher } from "./runs/watcher.js";
import { healthz, startServer } from "./server.js";
import { Cards } from "./slack/cards/cards.js";
import { CardStore } from "./slack/cards/store.js";
import { clientOptions, connect, EVENTS_PATH, identify } from "./slack/connect.js";
import { listen } from "./slack/listeners.js";
import { WorkInHand } from "./slack/work-in-hand.js";
import { openDatabase } from "./store/database.js";

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
  slackPingMs?: number;
  /** Longest wait at a stop for what is being handled. */
  stopMs?: number;
}

export interface RunningApp {
  /** Where the health endpoints are, and in HTTP mode Slack's. */
  port: number;
  /** Takes no more commands, finishes what is being handled, and closes everything. */
  stop: () => Promise<void>;
}

/**
 * Builds and starts the bot.
 * @throws StoreError, the server's error for a port that is taken, or a WebClient's error when Slack refuses the token
 */
export async function startApp(options: AppOptions): Promise<RunningApp> {
  const { config, log, clock, random = Math.random } = options;
  const slack = new WebClient(config.slack.botToken, clientOptions(config.slack, log));
  const identity = await identify(slack);
  const db = await openDatabase(config.dataDir);
  const stopping = new AbortController();
  const ending = new AbortController();

  const budget = new Budget(clock);
  const hex = new HexClient({
    ...config.hex,
    clock,
    budget,
    random,
    timeoutMs: options.hexTimeoutMs ?? 10_000,
    backoffMs: options.hexBackoffMs ?? 500,
    onRequest: (record) => {
      prober.observe(record.error);
      logRequest(log, record);
    },
  });
  const catalog = new Catalog(hex, clock);
  const prober = new Prober(hex, catalog, clock);

  const runs = new RunStore(db, (run) => {
    void cards.redraw(run.key);
    watcher.wake();
  });
  const starter = new Starter({ hex, store: runs, clock });
  const canceller = new Canceller({ hex, store: runs, clock });
  const watcher = new Watcher({
    ...{ hex, store: runs, clock },
    onSeen: (key) => void cards.redraw(key),
    onError: (err) => log.error({ err }, "watch"),
  });
  const cards = new Cards({
    slack,
    cards: new CardStore(db),
    runs,
    clock,
    origin: config.hex.origin,
    log,
    signal: ending.signal,
  });

  const work = new WorkInHand();
  const connection = connect(config.slack, identity, log, options.slackPingMs ?? 5_000);
  const bot = {
    ...{ hex, catalog, prober, budget, runs, starter, canceller, cards, clock },
    name: identity.name,
    newNonce: () => randomBytes(6).toString("base64url"),
    statusPatienceMs: options.statusPatienceMs ?? 8_500,
  };
  listen(connection.app, { bot, teamId: identity.teamId, log, work });

  const slackRoute = connection.requestListener ? { [EVENTS_PATH]: connection.requestListener } : {};
  const server = await startServer({ port: config.port, routes: { "/healthz": healthz, ...slackRoute } });
  await connection.open();

  // What the last process left behind is brought to the truth before anything new is watched.
  work.add(
    Promise.all([starter.resume(), canceller.resume(), cards.resume()]).catch((err: unknown) =>
      log.error({ err }, "what the last process left behind"),
    ),
  );
  const watching = watcher.watch(stopping.signal);
  log.info({ port: server.port, mode: config.slack.mode.kind, hex: config.hex.origin, team: identity.teamId }, "ready");

  return {
    port: server.port,
    async stop() {
      stopping.abort();
      const finished = Promise.all([connection.close(), server.close(), work.done(), watching]).then(() =>
        cards.idle(),
      );
      await Promise.race([finished, clock.sleep(options.stopMs ?? 10_000)]);
      ending.abort();
      await db.destroy();
    },
  };
}

function logRequest(log: Logger, { operation, reference, method, status, durationMs, error }: RequestRecord): void {
  const facts = { reference, operation, method, status, durationMs };
  if (error === null) log.debug(facts, "Hex %s", operation);
  else {
    const { what, todo } = remedyFor(error.facts);
    log.warn({ ...facts, err: error, todo }, "%s", what);
  }
}
