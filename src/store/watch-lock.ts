// Who may watch: exactly one process at a time. The embedded store has one process; on Postgres it is whoever holds an
// advisory lock, on a connection of its own, so that the place of a process that died is free at once.

import { Client } from "pg";
import type { Clock } from "../clock.js";

export interface WatchLock {
  /**
   * Does `work` whenever this process may, until `signal` aborts. The signal that `work` gets aborts as soon as this process
   * may no longer be the only one.
   */
  hold(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** For the embedded store, which one process holds alone. */
export const soleWatcher: WatchLock = { hold: (signal, work) => work(signal) };

/** Any number that nothing else in the database uses as an advisory lock. */
const LOCK_KEY = 4_839_255_713;
/** How often the lock is tried for, and how often a held one is confirmed, in ms. */
const TRY_MS = 1_000;
const CONFIRM_MS = 1_000;
/** A holder that has not been able to confirm for so long stops, in ms. */
const DOUBT_MS = 3_000;
/** A new holder waits so long before it begins, unless the old one said goodbye: longer than the doubt of the old one. */
const GRACE_MS = 5_000;
const CONNECT_MS = 4_000;

export interface SharedWatchLockOptions {
  url: string;
  clock: Clock;
  /** Told when this process begins and stops watching, and of failures of the connection. */
  onEvent: (event: "begins" | "stops" | "lost_connection", error?: unknown) => void;
}

export class SharedWatchLock implements WatchLock {
  constructor(private readonly options: SharedWatchLockOptions) {}

  async hold(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, onEvent } = this.options;
    while (!signal.aborted) {
      await this.#onOneConnection(signal, work).catch((error: unknown) => onEvent("lost_connection", error));
      await clock.sleep(TRY_MS, signal);
    }
  }

  /** Tries for the lock and works for as long as this connection lives. */
  async #onOneConnection(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const client = new Client({
      connectionString: libpqUrl(this.options.url),
      connectionTimeoutMillis: CONNECT_MS,
      query_timeout: DOUBT_MS,
      keepAlive: true,
    });
    const broken = new AbortController();
    client.on("error", () => broken.abort());
    client.on("end", () => broken.abort());
    try {
      await client.connect();
      // A machine that loses power says no goodbye: Postgres finds out within seconds.
      await client.query("set tcp_keepalives_idle = 3");
      await client.query("set tcp_keepalives_interval = 1");
      await client.query("set tcp_keepalives_count = 3");
      if (!(await this.#acquire(client, signal))) return;
      const goodbye = await saidGoodbye(client);
      if (!goodbye) await this.options.clock.sleep(GRACE_MS, AbortSignal.any([signal, broken.signal]));
      if (signal.aborted || broken.signal.aborted) return;
      await this.#workWhileHeld(client, AbortSignal.any([signal, broken.signal]), work);
      if (signal.aborted) await sayGoodbye(client);
    } finally {
      // Also releases the lock.
      await client.end().catch(() => undefined);
    }
  }

  async #acquire(client: Client, signal: AbortSignal): Promise<boolean> {
    while (!signal.aborted) {
      const { rows } = await client.query<{ held: boolean }>("select pg_try_advisory_lock($1) as held", [LOCK_KEY]);
      if (rows[0]?.held) return true;
      await this.options.clock.sleep(TRY_MS, signal);
    }
    return false;
  }

  async #workWhileHeld(
    client: Client,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const { clock, onEvent } = this.options;
    await client.query("update watch set goodbye = 0");
    const stop = new AbortController();
    const either = AbortSignal.any([signal, stop.signal]);
    onEvent("begins");
    const working = work(either).finally(() => stop.abort());
    while (!either.aborted) {
      await clock.sleep(CONFIRM_MS, either);
      if (!either.aborted) await client.query("select 1").catch(() => stop.abort());
    }
    await working;
    onEvent("stops");
  }
}

/** Whether the last holder stopped in order, so that nobody can still be watching. */
async function saidGoodbye(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ goodbye: number }>("select goodbye from watch");
  return rows[0]?.goodbye !== 0;
}

async function sayGoodbye(client: Client): Promise<void> {
  await client.query("update watch set goodbye = 1");
}

/** `sslmode=require` encrypts and does not verify, as psql and the managed platforms mean it; `verify-full` verifies. */
function libpqUrl(url: string): string {
  const parsed = new URL(url);
  if (parsed.searchParams.has("sslmode")) parsed.searchParams.set("uselibpqcompat", "true");
  return parsed.toString();
}
