// Whether Hex is usable: the leader asks once a minute, and every process asks when somebody wants to know.

import type { Catalog } from "../catalog/catalog.js";
import { Prober } from "../hex/prober.js";
import { Emitter } from "../lib/emitter.js";
import { newReference } from "../lib/reference.js";
import { SECOND } from "../lib/time.js";
import { HealthStore } from "../outages/store.js";
import { Watchdog } from "../outages/watchdog.js";
import type { HexPart } from "./create-hex.js";
import type { StorePart } from "./create-store.js";
import { logHealth } from "./log-hex.js";
import type { Settings } from "./settings.js";

export interface OutagesPart {
  health: HealthStore;
  prober: Prober;
  /** Runs on the leader. */
  watchdog: Watchdog;
  /** Emits when there may be something new to say about Hex. */
  news: Emitter<void>;
}

export interface OutagesPartOptions {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
}

export function createOutages({ settings, store, hex, catalog }: OutagesPartOptions): OutagesPart {
  const { config, log } = settings;
  const { clock, rows, leadership, seldom } = store;
  const { client, shares, statusPage, requests } = hex;
  const news = new Emitter<void>();
  const health = new HealthStore(store.store.db, rows, leadership.write);
  const prober = new Prober(client, catalog, clock);
  const watchdog = new Watchdog({
    hex: client,
    store: health,
    clock,
    share: shares.probe,
    probeMs: config.probeSeconds * SECOND,
    newReference,
    onEvent: (event) => logHealth(log, event),
    onStored: (isWell) => {
      news.emit();
      // The status page is read at the first failure, so that the alert, which waits for nothing, usually says from the start what
      // Hex itself says.
      if (!isWell) void statusPage.read().then(() => news.emit());
    },
    onError: seldom((err) => log.error({ err }, "The watchdog failed to probe Hex: the bot tries again")),
  });
  requests.on(({ error }) => prober.observe(error));
  requests.on(({ error }) => watchdog.observe(error));
  return { health, prober, watchdog, news };
}

/** Makes links lead into the workspace from the first message on, even if this process does not probe. Never rejects. */
export async function recallWorkspace({ health }: OutagesPart, { client }: HexPart, { log }: Settings): Promise<void> {
  try {
    const { workspace } = await health.state();
    client.place.remember(workspace);
  } catch (err) {
    log.warn({ err }, "The workspace for links is not known yet");
  }
}
