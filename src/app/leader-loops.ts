// What only the leader runs: it polls, probes, reads the projects, posts alerts, and finishes what other processes left behind.

import { DAY } from "../lib/time.js";
import { bringBackLostForms } from "../slack/flows/form-checks.js";
import { Sweeper } from "../slack/sweeper.js";
import { Retention } from "../store/retention.js";
import type { AttentionPart } from "./create-attention.js";
import type { AuditPart } from "./create-audit.js";
import type { CatalogPart } from "./create-catalog.js";
import type { DigestsPart } from "./create-digests.js";
import type { FollowPart } from "./create-follow.js";
import type { HexPart } from "./create-hex.js";
import type { MessagesPart } from "./create-messages.js";
import type { OutagesPart } from "./create-outages.js";
import type { PagingPart } from "./create-paging.js";
import type { RunsPart } from "./create-runs.js";
import type { SlackPart } from "./create-slack.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

/** Runs until `signal` aborts and the work that it began is done. */
type Loop = (signal: AbortSignal) => Promise<void>;

/** How long (ms) it is known that a digest or a watch has ended: longer than the bot tries to tell it. */
const ENDED_MS = 2 * DAY;

export interface LeaderLoopsOptions {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  catalog: CatalogPart;
  runs: RunsPart;
  audit: AuditPart;
  outages: OutagesPart;
  follow: FollowPart;
  attention: AttentionPart;
  messages: MessagesPart;
  digests: DigestsPart;
  paging: PagingPart | null;
  slack: SlackPart;
  /** How long runs that have ended are kept, in ms. */
  keepMs: number;
}

export class LeaderLoops {
  readonly #loops: readonly Loop[];
  #areRunning = false;

  constructor(options: LeaderLoopsOptions) {
    const { runs, outages, follow, attention, messages, digests, paging, catalog } = options;
    const { outageAlerts, troubleAlerts, endAlerts } = messages;
    const sweeper = createSweeper(options);
    const retention = createRetention(options);
    this.#loops = [
      (signal) => runs.poller.poll(signal),
      (signal) => runs.recovery.keep(signal),
      (signal) => sweeper.keep(signal),
      (signal) => retention.keep(signal),
      (signal) => outages.watchdog.probe(signal),
      ...(outageAlerts === null ? [] : [(signal: AbortSignal) => outageAlerts.keep(signal)]),
      (signal) => follow.poller.poll(signal),
      (signal) => follow.connectionReader.read(signal),
      (signal) => troubleAlerts.keep(signal),
      (signal) => endAlerts.keep(signal),
      (signal) => digests.keep(signal),
      (signal) => attention.changes.notice(signal),
      ...(paging === null ? [] : [(signal: AbortSignal) => paging.pager.keep(signal)]),
      (signal) => catalog.reader.read(signal),
    ];
  }

  get areRunning(): boolean {
    return this.#areRunning;
  }

  /** Runs all loops until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    this.#areRunning = true;
    await Promise.all(this.#loops.map((loop) => loop(signal))).finally(() => {
      this.#areRunning = false;
    });
  }
}

function createSweeper({ settings: { log }, store, messages, slack }: LeaderLoopsOptions): Sweeper {
  const { cards, approvalReview, followers, homes, departures } = messages;
  return new Sweeper({
    clock: store.clock,
    sweeps: [
      () => cards.sweep(),
      () => approvalReview.sweep(),
      () => followers.sweep(),
      () => homes.sweep(),
      () => departures.sweep(),
      () => bringBackLostForms(slack.bot, log),
    ],
    onError: store.seldom((err) => log.error({ err }, "Bringing messages up to date failed: the bot tries again")),
  });
}

function createRetention(options: LeaderLoopsOptions): Retention {
  const { settings, store, hex, runs, audit, follow, attention, messages, keepMs } = options;
  const { log } = settings;
  const { drafts, seenEvents, clock } = store;
  return new Retention({
    clock,
    leastNow: () => hex.client.leastNow(),
    removeOld: async (leastNow) => {
      await runs.leadersStore.removeEndedBefore(leastNow - keepMs);
      await audit.runs.complete();
      await audit.store.removeBefore(leastNow - settings.config.auditDays * DAY);
      await Promise.all([
        drafts.removeExpired(),
        seenEvents.removeOld(),
        follow.members.removeOld(),
        follow.watches.removeEndedBefore(leastNow - ENDED_MS),
        follow.digests.removeEndedBefore(leastNow - ENDED_MS),
        messages.homes.removeOld(),
        attention.store.removeOld(),
      ]);
    },
    onError: store.seldom((err) => log.error({ err }, "Removing what is too old failed: the bot tries again")),
  });
}
