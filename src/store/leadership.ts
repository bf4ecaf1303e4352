// Who leads: exactly one process at a time polls, probes and tells. The embedded store has one process; on Postgres it is
// whoever holds the lease, a row that names the holder until a time by the database's clock.
//
// Nothing hangs on a connection, so that a pooler may stand in between. A holder renews its lease every second, and stops
// when it has not been able to for so long that the lease may soon be another's. Each term has a number of its own, the
// fence, and what only the leader may write is written if the number still holds: a process that was stopped in the middle
// and wakes up too late changes nothing.

import { setMaxListeners } from "node:events";
import { sql } from "kysely";
import { abortable } from "../lib/abortable.js";
import type { Clock } from "../lib/clock.js";
import type { Db, Store } from "./database.js";
import { oldVersionLeads } from "./old-version.js";
import { databaseNow, type SharedStore } from "./postgres.js";

/** Does `work` in one transaction. */
export type Write = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

export interface Leadership {
  /**
   * Does `work` whenever this process leads, until `signal` aborts. The signal that `work` gets aborts as soon as this process
   * may no longer be the only one; the next term begins when `work` has ended.
   */
  hold(signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void>;
  /** For what only the leader may write: all of it, or nothing. @throws NotLeadingError */
  readonly write: Write;
}

/** For the embedded store, which one process holds alone. */
export function soleLeader({ db }: Store): Leadership {
  return { hold: (signal, work) => work(signal), write: (work) => db.transaction().execute(work) };
}

/** What only the leader may write was not written: this process does not lead, or no longer. */
export class NotLeadingError extends Error {
  override readonly name = "NotLeadingError";
  constructor() {
    super("this process does not lead: what it was about to write was left to the one that does");
  }
}

/** How long a lease lasts, in ms: no longer than what is in flight may stand still when the holder is killed. */
const LEASE_MS = 7_000;
/**
 * A lease that lies further ahead is void: the database's clock was set back, or another server with another clock took over, and
 * its holder is gone. One that is alive renews it within a second. In ms.
 */
const VOID_MS = 2 * LEASE_MS;
/** A holder whose last renewal is older than this stops, in ms: what it has begun has the rest of the lease to end. */
const CONFIDENT_MS = 5_000;
/** How often a lease is renewed, and how often it is tried for, in ms. */
const RENEW_MS = 1_000;
const MOST_LISTENERS = 50;
const TRY_MS = 1_000;

export interface LeaseOptions {
  store: SharedStore;
  /** A name of this process that no other has. */
  holder: string;
  clock: Clock;
  /** Told when this process begins and stops leading. */
  onEvent: (event: "begins" | "stops") => void;
  /** Told of each failure of the database; it is tried again. */
  onError: (error: unknown) => void;
}

/** From when this process leads until another may. `confirmedAt`: when the last renewal that worked was sent, monotonic. */
interface Term {
  fence: number;
  confirmedAt: number;
  readonly over: AbortController;
}

export class Lease implements Leadership {
  #term: Term | null = null;
  readonly #leader;
  readonly #now;

  constructor(private readonly options: LeaseOptions) {
    const { schema } = options.store;
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
      // Nobody else's term begins before this is written: it changes the key of the row. Renewals go on.
      const { rows } = await sql`
        select 1 from ${this.#leader} where fence = ${term.fence} and holder = ${this.options.holder} for key share
      `.execute(transaction);
      if (rows.length > 0) return work(transaction);
      term.over.abort();
      throw new NotLeadingError();
    });
  };

  /** Takes the lease when nobody holds it; null when somebody does. */
  async #begin(): Promise<Term | null> {
    const { store, holder, clock } = this.options;
    if (await oldVersionLeads(store)) return null;
    const confirmedAt = clock.monotonic();
    const { rows } = await sql<{ fence: string }>`
      update ${this.#leader} set holder = ${holder}, fence = fence + 1, until = ${this.#now} + ${LEASE_MS}
      where until <= ${this.#now} or until > ${this.#now} + ${VOID_MS} returning fence`.execute(store.db);
    const [row] = rows;
    if (row === undefined) return null;
    const term = { fence: Number(row.fence), confirmedAt, over: new AbortController() };
    if (!(await oldVersionLeads(store))) return term;
    await this.#giveUp(term);
    return null;
  }

  async #lead(term: Term, signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { onEvent, onError } = this.options;
    const either = AbortSignal.any([signal, term.over.signal]);
    // Each loop of the leader listens to it, and so does what the loop is doing: Node warns of a leak from the eleventh on.
    setMaxListeners(MOST_LISTENERS, either);
    this.#term = term;
    onEvent("begins");
    const working = work(either).finally(() => term.over.abort());
    await this.#keep(term, either);
    term.over.abort();
    await working;
    this.#term = null;
    onEvent("stops");
    await this.#giveUp(term).catch(onError);
  }

  /** Renews the lease until `signal` aborts, or until it can no longer be relied on. */
  async #keep(term: Term, signal: AbortSignal): Promise<void> {
    const { clock, onError } = this.options;
    while (!signal.aborted) {
      await clock.sleep(RENEW_MS, signal);
      const leftMs = term.confirmedAt + CONFIDENT_MS - clock.monotonic();
      if (signal.aborted || leftMs <= 0) return;
      const renewed = this.#renew(term).catch((error: unknown) => {
        onError(error);
        return "failed" as const;
      });
      // Ends with the renewal: a sleep that went on would listen to `signal` beside those of the next renewals.
      const settled = new AbortController();
      const first = Promise.race([renewed, clock.sleep(leftMs, settled.signal)]);
      const outcome = await abortable(first, signal)
        .catch(() => "stopped" as const)
        .finally(() => settled.abort());
      if (outcome === "lost") return;
    }
  }

  async #renew(term: Term): Promise<"renewed" | "lost"> {
    const { store, holder, clock } = this.options;
    const sentAt = clock.monotonic();
    if (await oldVersionLeads(store)) return "lost";
    const { rows } = await sql`
      update ${this.#leader} set until = ${this.#now} + ${LEASE_MS}
      where fence = ${term.fence} and holder = ${holder} returning fence`.execute(store.db);
    if (rows.length === 0) return "lost";
    term.confirmedAt = sentAt;
    return "renewed";
  }

  /** So that the next one begins at once. */
  async #giveUp({ fence }: Term): Promise<void> {
    const { store, holder } = this.options;
    await sql`
      update ${this.#leader} set holder = null, until = 0 where fence = ${fence} and holder = ${holder}
    `.execute(store.db);
  }
}
