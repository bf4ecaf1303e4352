// The order of the stop: accepts nothing new, finishes what is being handled, and closes everything.

import type { Metrics } from "../http/metrics.js";
import type { Network } from "../lib/network.js";
import type { HttpPart } from "./create-http.js";
import type { MessagesPart } from "./create-messages.js";
import type { SlackPart } from "./create-slack.js";
import type { StorePart } from "./create-store.js";
import type { Lifetime } from "./lifetime.js";

export interface StoppedParts {
  lifetime: Lifetime;
  network: Network;
  metrics: Metrics;
  http: HttpPart;
  store: StorePart;
  messages: MessagesPart;
  slack: SlackPart;
  /** The loops that run until `lifetime.stopping` aborts. */
  loops: readonly Promise<unknown>[];
  /** The longest wait for what is being handled and for the store, in ms. */
  stopMs: number;
}

/** How long before its end (ms) the stop begins to tell those who are still waiting for an answer. */
const ANSWER_MS = 2_500;

export async function stopApp(parts: StoppedParts): Promise<void> {
  const { lifetime, network, metrics, http, store, messages, slack, loops, stopMs } = parts;
  const { cards, followers, homes } = messages;
  lifetime.stopping.abort();
  const late = store.clock.sleep(stopMs);
  void store.clock.sleep(stopMs - ANSWER_MS).then(() => lifetime.leaving.abort());
  // What arrives until the connections are closed is handled, too.
  const handled = Promise.all([slack.connection.close(), http.close()]).then(() => lifetime.work.done());
  await Promise.race([
    Promise.all([handled, ...loops]).then(() => Promise.all([cards.idle(), followers.idle(), homes.idle()])),
    late,
  ]);
  lifetime.ending.abort();
  metrics.stop();
  await Promise.race([store.store.close(), late]);
  await network.close();
}
