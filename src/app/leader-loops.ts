// What only the leader runs: it polls, probes, reads the projects, posts alerts, and finishes what other processes left behind.

import { bringBackLostForms } from "../slack/flows/form-checks.js";
import { Sweeper } from "../slack/sweeper.js";
import type { CatalogPart } from "./create-catalog.js";
import type { DigestsPart } from "./create-digests.js";
import { createRetention, type RetentionParts } from "./create-retention.js";
import type { SlackPart } from "./create-slack.js";

/** Runs until `signal` aborts and the work that it began is done. */
type Loop = (signal: AbortSignal) => Promise<void>;

export interface LeaderLoopsOptions extends RetentionParts {
  catalog: CatalogPart;
  digests: DigestsPart;
  slack: SlackPart;
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
