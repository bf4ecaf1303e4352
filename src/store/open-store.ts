// Opens the configured store and what belongs to it: who leads, who counts the requests, and by which clock.

import type { Expression } from "kysely";
import type { Clock } from "../lib/clock.js";
import { Emitter } from "../lib/emitter.js";
import { HOUR } from "../lib/time.js";
import type { Store } from "./database.js";
import { DatabaseClock } from "./database-clock.js";
import { databaseNow, readDatabaseNow } from "./database-now.js";
import type { StoreFailure } from "./failure.js";
import { type Leadership, Lease, type LeaseOptions, soleLeader } from "./leadership.js";
import type { UrlFile } from "./renewed-address.js";
import { RequestLedger } from "./request-ledger.js";
import { openEmbedded } from "./sqlite.js";

/** In ms. How long the poller may sleep on the embedded store, where nobody else starts runs, and on a shared one. */
const SOLE_MAX_SLEEP_MS = HOUR;
const SHARED_MAX_SLEEP_MS = 2_000;

/** Embedded in a folder, or shared on Postgres. */
export type StorePlace = { kind: "embedded"; dataDir: string } | { kind: "shared"; url: string };

export interface OpenedStore {
  store: Store;
  /** Emits each failure of a statement. */
  failures: Emitter<StoreFailure>;
  /** Reads the login of a shared store again: see `SharedStore.renew`. */
  renewLogin: () => Promise<boolean>;
  leadership: Leadership;
  /** Where replicas count their requests together; `null` when there is only one process. */
  ledger: RequestLedger | null;
  /** How long the poller may sleep, in ms. */
  maxSleepMs: number;
  /** The clock for what is stored and compared: the database's on a shared store, otherwise this machine's. */
  clock: Clock;
  /** The same for use within a statement: epoch ms. */
  now: () => number | Expression<number>;
}

export interface OpenOptions {
  /** This machine's clock. */
  clock: Clock;
  /** This process's unique name. */
  process: string;
  onLead: LeaseOptions["onEvent"];
  /** Called for Postgres failures that nobody is waiting for. */
  onError: (error: unknown) => void;
  /** Where somebody may renew the login of a shared store. */
  urlFile: UrlFile;
}

/** @throws StoreError, and StoreFailure when the opened store fails at once */
export async function openStore(place: StorePlace, options: OpenOptions): Promise<OpenedStore> {
  return place.kind === "embedded" ? openFile(place.dataDir, options) : openPostgres(place.url, options);
}

async function openFile(dataDir: string, { clock }: OpenOptions): Promise<OpenedStore> {
  const failures = new Emitter<StoreFailure>();
  const store = await openEmbedded(dataDir, (failure) => failures.emit(failure));
  return {
    store,
    failures,
    renewLogin: async () => false,
    leadership: soleLeader(store),
    ledger: null,
    maxSleepMs: SOLE_MAX_SLEEP_MS,
    clock,
    now: () => clock.now(),
  };
}

async function openPostgres(
  url: string,
  { clock, process, onLead, onError, urlFile }: OpenOptions,
): Promise<OpenedStore> {
  // A bot with a file of its own need not load what speaks to Postgres.
  const { openShared } = await import("./postgres.js");
  const failures = new Emitter<StoreFailure>();
  const onFailure = (failure: StoreFailure) => failures.emit(failure);
  const shared = await openShared(url, onError, urlFile, onFailure);
  const { db, schema } = shared;
  const ask = () => readDatabaseNow(db, schema);
  const databaseClock = await DatabaseClock.start({ clock, ask, onError }).catch(async (error: unknown) => {
    await shared.close();
    throw error;
  });
  const closing = new AbortController();
  void databaseClock.keep(closing.signal);
  const close = () => {
    closing.abort();
    return shared.close();
  };
  return {
    store: { db, close },
    failures,
    renewLogin: shared.renew,
    leadership: new Lease({ store: shared, holder: process, clock, onEvent: onLead, onError }),
    ledger: new RequestLedger(shared),
    maxSleepMs: SHARED_MAX_SLEEP_MS,
    clock: databaseClock,
    now: () => databaseNow(schema),
  };
}
