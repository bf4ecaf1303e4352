// Opens the store that is configured, with what goes with it: who may watch, and who counts the requests.

import type { Clock } from "../clock.js";
import { openEmbedded, type Store } from "./database.js";
import { openShared } from "./postgres.js";
import { RequestLedger } from "./request-ledger.js";
import { SharedWatchLock, type SharedWatchLockOptions, soleWatcher, type WatchLock } from "./watch-lock.js";

/** How long a watch on the embedded store may sleep, where nobody else starts runs; and on a shared one. In ms. */
const SOLE_NAP_MS = 60 * 60_000;
const SHARED_NAP_MS = 2_000;

/** Embedded in a folder, or shared on Postgres. */
export type StorePlace = { kind: "embedded"; dataDir: string } | { kind: "shared"; url: string };

export interface OpenedStore {
  store: Store;
  lock: WatchLock;
  /** Where the replicas count their requests together; null where there is one process. */
  ledger: RequestLedger | null;
  /** How long a watch may sleep, in ms. */
  napMs: number;
}

export interface StoreListeners {
  onWatch: SharedWatchLockOptions["onEvent"];
  /** Told of failures of connections that nobody waits for. */
  onError: (error: unknown) => void;
}

/** @throws StoreError */
export async function openStore(
  place: StorePlace,
  clock: Clock,
  { onWatch, onError }: StoreListeners,
): Promise<OpenedStore> {
  if (place.kind === "embedded") {
    return { store: await openEmbedded(place.dataDir), lock: soleWatcher, ledger: null, napMs: SOLE_NAP_MS };
  }
  const { url } = place;
  const store = await openShared(url, onError);
  const lock = new SharedWatchLock({ url, clock, onEvent: onWatch });
  return { store, lock, ledger: new RequestLedger(store.db), napMs: SHARED_NAP_MS };
}
