// Who leads: exactly one process at a time polls, probes and notifies people. The embedded store has one process. On Postgres the
// leader is the process that holds the lease, a row that names the holder until a time by the database's clock.
//
// Nothing depends on a particular connection, so there may be a pooler in between. A holder renews its lease every second, and stops
// leading when it has failed to do so for so long that another process may soon get the lease. Each term has its own number, the
// fence. What only the leader may write is written only if that number is still current, so a process that was suspended in the
// middle and wakes up too late changes nothing.

import { setMaxListeners } from "node:events";
import { sql } from "kysely";
import type { Clock } from "../lib/clock.js";
import type { Db, Store } from "./database.js";
import { databaseNow } from "./database-now.js";
import { oldVersionLeads } from "./old-version.js";
import type { SharedStore } from "./postgres.js";

/** Does `work` in one transaction. */
export type Write = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

export interface Leadership {
  /**
   * Does `work` whenever this process leads, until `signal` aborts. The signal for `work` aborts as soon as this process may no longer
   * be the only leader. The next term begins when `work` has ended.
   */
  hold(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** For what only the leader may write, all or nothing. @throws NotLeadingError */
  readonly write: Write;
}

/** For the embedded store, which one process holds exclusively. */
export function soleLeader({ db }: Store): Leadership {
  return { hold: (signal, work) => work(signal), write: (work) => db.transaction().execute(work) };
}

/** Something that only the leader may write was not written, because this process does not lead, or no longer does. */
export class NotLeadingError extends Error {
  override readonly name = "NotLeadingError";
  constructor() {
    super("this process does not lead: what it was about to write was left to the one that does");
  }
}

/** How long a lease lasts, in ms. When the holder is killed, runs in flight must not stand still for longer than this. */
const LEASE_MS = 7_000;
/**
 * In ms. A lease further in the future than this is void: the database's clock was set back, or a server with a different clock took
 * over, and its holder is gone. A holder that is alive renews the lease within a second.
 */
const VOID_MS = 2 * LEASE_MS;
/** In ms. A holder whose last renewal is older than this stops. What it has begun has the rest of the lease to finish. */
const CONFIDENT_MS = 5_000;
/** How often a lease is renewed, and how often a process tries to get it, in ms. */
const RENEW_MS = 1_000;
const TRY_MS = 1_000;
/** Each of the leader's loops listens to a term's end, and so does whatever the loop is doing. Node warns of a leak from the eleventh on. */
const MOST_LISTENERS = 50;

/**
 * A process begins to lead, or stops: because it ends (`ending`), because it no longer holds the lease (`lost`), or because the
 * database or this process stood still for so long that the lease was not renewed in time (`not_renewed`).
 */
export type LeaseEvent = { event: "begins" } | { event: "stops"; why: "ending" | "lost" | "not_renewed" };

export interface LeaseOptions {
  store: SharedStore;
  /** This process's unique name. */
  holder: string;
  clock: Clock;
  /** Called when this process begins or stops leading. */
  onEvent: (event: LeaseEvent) => void;
  /** Called for each failure of the database, which is retried. */
  onError: (error: unknown) => void;
}

/** The time in which this process leads, until another one may. `confirmedAt` is when the last successful renewal was sent, monotonic. */
interface Term {
  fence: number;
  confirmedAt: number;
  readonly over: AbortController;
}

export class Lease implements Leadership {
  #term: Term | null = null;
  /** For everything but `write`. */
  readonly #store;
  readonly #leader;
  readonly #now;

  constructor(private readonly options: LeaseOptions) {
    const { schema, isAfterOld, leaseDb } = options.store;
    this.#store = { db: leaseDb, schema, isAfterOld };
    this.#leader = sql.id(schema, "leader");
    this.#now = databaseNow(schema);
  }

  async hold(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { clock, onError } = this.options;
    while (!signal.aborted) {
      const term = await this.#begin().catch((error: unknown) => {
        onError(error);
        return null;
      });
      if (term !== null) await this.#lead(term, signal, work);
      else await clock.sleep(TRY_MS, signal);
    }
  }

  readonly write: Write = (work) => {
    const term = this.#term;
    if (term === null) return Promise.reject(new NotLeadingError());
    return this.options.store.db.transaction().execute(async (transaction) => {
      // No other process's term can begin before this is written, because that would change the row's key. Renewals continue.
      const { rows } = await sql`
        select 1 from ${this.#leader} where fence = ${term.fence} and holder = ${this.options.holder} for key share
      `.execute(transaction);
      if (rows.length > 0) return work(transaction);
      term.over.abort();
      throw new NotLeadingError();
    });
  };

  /** Takes the lease if nobody holds it; `null` when somebody does. */
  async #begin(): Promise<Term | null> {
    const { holder, clock } = this.options;
    if (await oldVersionLeads(this.#store)) return null;
    const confirmedAt = clock.monotonic();
    const { rows } = await sql<{ fence: string }>`
      update ${this.#leader} set holder = ${holder}, fence = fence + 1, until = ${this.#now} + ${LEASE_MS}
      where until <= ${this.#now} or until > ${this.#now} + ${VOID_MS} returning fence`.execute(this.#store.db);
    const [row] = rows;
    if (row === undefined) return null;
    const term = { fence: Number(row.fence), confirmedAt, over: new AbortController() };
    if (!(await oldVersionLeads(this.#store))) return term;
    await this.#giveUp(term);
    return null;
  }

  async #lead(term: Term, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { onEvent, onError } = this.options;
    const either = AbortSignal.any([signal, term.over.signal]);
    setMaxListeners(MOST_LISTENERS, either);
    this.#term = term;
    onEvent({ event: "begins" });
    const working = work(either);
    const why = await this.#keep(term, either);
    term.over.abort();
    await working;
    onEvent({ event: "stops", why: signal.aborted ? "ending" : why });
    await this.#giveUp(term).catch(onError);
  }

  /** Renews the lease until `signal` aborts (`write` aborts it if the lease is lost), or until the lease can no longer be relied on. */
  async #keep(term: Term, signal: AbortSignal): Promise<"lost" | "not_renewed"> {
    const { clock, onError } = this.options;
    const leftMs = () => term.confirmedAt + CONFIDENT_MS - clock.monotonic();
    for (;;) {
      await clock.sleep(Math.min(RENEW_MS, leftMs()), signal);
      if (signal.aborted) return "lost";
      if (leftMs() <= 0) return "not_renewed";
      const renewed = this.#renew(term).catch((error: unknown) => {
        onError(error);
        return "failed" as const;
      });
      // Ends together with the renewal.
      const settled = new AbortController();
      const inTime = clock.sleep(leftMs(), settled.signal);
      const outcome = await Promise.race([renewed, inTime]).finally(() => settled.abort());
      if (outcome === "lost") return "lost";
    }
  }

  async #renew(term: Term): Promise<"renewed" | "lost"> {
    const { holder, clock } = this.options;
    const sentAt = clock.monotonic();
    if (await oldVersionLeads(this.#store)) return "lost";
    const { rows } = await sql`
      update ${this.#leader} set until = ${this.#now} + ${LEASE_MS}
      where fence = ${term.fence} and holder = ${holder} returning fence`.execute(this.#store.db);
    if (rows.length === 0) return "lost";
    term.confirmedAt = sentAt;
    return "renewed";
  }

  /** Gives up the lease, so that the next leader can begin at once. */
  async #giveUp({ fence }: Term): Promise<void> {
    const { holder } = this.options;
    await sql`
      update ${this.#leader} set holder = null, until = 0 where fence = ${fence} and holder = ${holder}
    `.execute(this.#store.db);
  }
}
