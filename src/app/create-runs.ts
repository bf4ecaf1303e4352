// The life of a run: started, polled, cancelled, and recovered when its process has died.

import type { Catalog } from "../catalog/catalog.js";
import { ownLink } from "../hex/own-link.js";
import { Emitter } from "../lib/emitter.js";
import { Canceller } from "../runs/cancel.js";
import { Poller } from "../runs/poller.js";
import { Recovery } from "../runs/recovery.js";
import type { Run } from "../runs/run.js";
import { Starter } from "../runs/start.js";
import { RunStore } from "../runs/store.js";
import { Titles } from "../runs/titles.js";
import type { HexPart } from "./create-hex.js";
import type { StorePart } from "./create-store.js";
import type { Settings } from "./settings.js";

export interface RunsPart {
  store: RunStore;
  /** The same runs. Its changes are refused when another process leads. */
  leadersStore: RunStore;
  starter: Starter;
  canceller: Canceller;
  /** Runs on the leader, like `recovery`. */
  poller: Poller;
  recovery: Recovery;
  /** Emits every run that this process has stored, as it is now. */
  changed: Emitter<Run>;
  /** Emits the key of every run that Hex was asked about. */
  polled: Emitter<string>;
}

export interface RunsPartOptions {
  settings: Settings;
  store: StorePart;
  hex: HexPart;
  catalog: Catalog;
}

export function createRuns({ settings, store: storePart, hex, catalog }: RunsPartOptions): RunsPart {
  const { config, log } = settings;
  const { clock, rows, leadership, maxSleepMs, seldom } = storePart;
  const { db } = storePart.store;
  const { client, shares } = hex;
  const changed = new Emitter<Run>();
  const polled = new Emitter<string>();
  const onChange = (run: Run) => changed.emit(run);
  const linkOf = (url: string) => ownLink(url, config.hex.origin);
  const store = new RunStore(db, onChange, { rows, linkOf });
  const leadersStore = new RunStore(db, onChange, { rows, write: leadership.write, linkOf });
  const starter = new Starter({ hex: client, store, clock });
  const canceller = new Canceller({ hex: client, store, clock });
  const poller = new Poller({
    hex: client,
    store: leadersStore,
    clock,
    share: shares.runs,
    maxSleepMs,
    onSeen: (key) => polled.emit(key),
    onError: seldom((err) => log.error({ err }, "Polling the runs in flight failed: the bot tries again")),
  });
  const recovery = new Recovery({
    store: leadersStore,
    starter,
    canceller,
    clock,
    maxSleepMs,
    titles: new Titles({
      hex: client,
      store: leadersStore,
      clock,
      share: shares.runs,
      known: (id) => catalog.known(id),
    }),
    onError: seldom((err) => log.error({ err }, "Recovering runs failed: the bot tries again")),
  });
  changed.on(() => {
    poller.wake();
    recovery.wake();
  });
  return { store, leadersStore, starter, canceller, poller, recovery, changed, polled };
}
