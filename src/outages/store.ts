// What is stored about Hex's health, for every process that shares the store.

import { sql } from "kysely";
import { z } from "zod";
import { DAY, HOUR } from "../lib/time.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, type StoredDoc, storedDoc, textOf, UnreadableRow } from "../store/row-reader.js";
import { daysLeft } from "./expiry.js";
import { type History, type Hour, historyOf, hoursOf } from "./history.js";
import { healthFrom, type Incident, incidentOf, incidentSchema } from "./incident.js";
import {
  type Probe,
  type Remembered,
  salvaged,
  spanOf,
  type WatchdogState,
  watchdogStateSchema,
} from "./watchdog-state.js";

const HOURS_KEPT_MS = 31 * DAY;
/** More outages than this in thirty days would not change what people do. */
const LISTED = 1_000;
const ATTEMPTS = 5;

/** How many damaged documents are kept; the newest ones. */
const DAMAGED_KEPT = 20;

const hourSchema = z
  .object({ hour: z.number(), up_ms: z.number(), down_ms: z.number() })
  .transform(({ hour, up_ms, down_ms }): Hour => ({ hour, upMs: up_ms, downMs: down_ms }));

/** The stored state, or what is left of it. `text` is `null` when it could not be read. */
interface StoredMemory {
  memory: WatchdogState;
  text: string | null;
  state: "read" | "damaged" | "missing";
}

/** Whatever cannot be read is left out and hides nothing else: neither the history nor the alert about a new outage may wait for it. */
export class HealthStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** How changes are written. Those of a process that does not lead are refused. */
    private readonly write: Write = (work) => db.transaction().execute(work),
  ) {}

  async state(): Promise<WatchdogState> {
    return (await this.#read(this.db)).memory;
  }

  /**
   * Adds what a probe found, all or nothing. If something was added in the meantime, `change` is called again.
   */
  async update<T extends Remembered>(change: (memory: WatchdogState) => T): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const changed = await this.#tryUpdate(change);
      if (changed !== null) return changed;
      if (attempt === ATTEMPTS) throw new Error("the health of Hex could not be stored: others kept changing it");
    }
  }

  async #tryUpdate<T extends Remembered>(change: (memory: WatchdogState) => T): Promise<T | null> {
    return this.write(async (transaction) => {
      const { memory: before, text, state } = await this.#read(transaction);
      if (state === "missing") await transaction.insertInto("health").values({ doc: NO_MEMORY }).execute();
      if (state === "damaged") await keepDamaged(transaction);
      const changed = change(before);
      let write = transaction.updateTable("health").set({ doc: JSON.stringify(changed.memory) });
      if (text !== null) write = write.where("doc", "=", text);
      const { numUpdatedRows } = await write.executeTakeFirst();
      if (numUpdatedRows === 0n) return null;
      if (changed.ended !== null) await writeIncident(transaction, changed.ended);
      const incident = incidentOf(changed.memory.health);
      if (incident !== null && !isSame(incident, incidentOf(before.health))) await writeIncident(transaction, incident);
      if (changed.span !== null) for (const hour of hoursOf(changed.span)) await addHour(transaction, hour);
      return changed;
    });
  }

  /** Includes the outage that has not ended, whatever else is left. It must be neither reported again nor forgotten. */
  async #read(db: Db): Promise<StoredMemory> {
    const row = await db.selectFrom("health").select(storedDoc(db).as("doc")).executeTakeFirst();
    const text = row === undefined ? null : textOf(row.doc);
    try {
      if (row !== undefined) return { memory: this.rows.doc(MEMORY, watchdogStateSchema, text), text, state: "read" };
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
    }
    const memory = salvaged(text, healthFrom(await this.#openIncident(db)));
    return { memory, text, state: row === undefined ? "missing" : "damaged" };
  }

  /** The latest outage that is not over. */
  async #openIncident(db: Db): Promise<Incident | null> {
    const rows = await db
      .selectFrom("incidents")
      .select(["id", storedDoc(db).as("doc")])
      .where("ended_at", "is", null)
      .orderBy("since", "desc")
      .limit(LISTED)
      .execute();
    return this.rows.each(rows, (row) => this.#incident(row))[0] ?? null;
  }

  #incident({ id, doc }: { id: string; doc: StoredDoc }): Incident {
    return this.rows.doc({ table: "incidents", key: id }, incidentSchema, doc);
  }

  /** The last probe that said anything about Hex, made by any process; `null` before the first. */
  async lastProbe(): Promise<Probe | null> {
    return (await this.state()).probe;
  }

  /** Incidents that are not over, and those that ended after a time (epoch ms); newest first. */
  async incidentsSince(time: number): Promise<Incident[]> {
    const rows = await this.db
      .selectFrom("incidents")
      .select(["id", storedDoc(this.db).as("doc")])
      .where((eb) => eb.or([eb("ended_at", "is", null), eb("ended_at", ">=", time)]))
      .orderBy("since", "desc")
      .limit(LISTED)
      .execute();
    return this.rows.each(rows, (row) => this.#incident(row));
  }

  /** `now`: epoch ms. */
  async history(now: number): Promise<History> {
    const rows = await this.db
      .selectFrom("health_hours")
      .select(["hour", "up_ms", "down_ms"])
      .where("hour", ">", Math.floor((now - HOURS_KEPT_MS) / HOUR))
      .execute();
    const stored = this.rows.each(rows, (row) =>
      this.rows.columns({ table: "health_hours", key: String(row.hour) }, hourSchema, row),
    );
    const span = spanOf((await this.state()).probe, now);
    const hours = [...stored, ...(span === null ? [] : hoursOf(span))];
    return historyOf(hours, await this.incidentsSince(now - HOURS_KEPT_MS), now);
  }

  /** Removes what is old. `keepMs` is how long incidents are kept, at least 31 days. */
  async removeOld(now: number, keepMs: number): Promise<void> {
    const hour = Math.floor((now - HOURS_KEPT_MS) / HOUR);
    const time = now - Math.max(keepMs, HOURS_KEPT_MS);
    await this.write(async (db) => {
      await db.deleteFrom("health_hours").where("hour", "<=", hour).execute();
      await db.deleteFrom("incidents").where("ended_at", "<", time).execute();
    });
  }

  /** What monitoring asks for again and again, from a single read. `now`: epoch ms. */
  async glance(now: number): Promise<Glance> {
    const { health, probe, token } = await this.state();
    const expiresAt = token?.expiresAt ?? null;
    const tokenDaysLeft = expiresAt === null ? null : daysLeft(expiresAt, now);
    return { probe, outage: incidentOf(health) !== null, tokenDaysLeft };
  }
}

export interface Glance {
  /** `null` before the first probe. */
  probe: Probe | null;
  /** True from the beginning of an outage until it is over, including the quiet time at its end. */
  outage: boolean;
  /** Whole days; `null` when it never expires or that is not known. */
  tokenDaysLeft: number | null;
}

const MEMORY = { table: "health", key: "the watchdog's memory" } as const;
const NO_MEMORY = JSON.stringify(salvaged(null, { state: "up" }));

/** Copies the stored state, whatever it is, to where an operator can examine it. */
async function keepDamaged(db: Db): Promise<void> {
  await db
    .insertInto("damaged_documents")
    .columns(["source", "at", "doc"])
    .expression(
      db
        .selectFrom("health")
        .select([sql<string>`'health'`.as("source"), sql<string>`cast(current_timestamp as text)`.as("at"), "doc"]),
    )
    .execute();
  const newest = db.selectFrom("damaged_documents").select("at").orderBy("at", "desc").limit(DAMAGED_KEPT);
  await db.deleteFrom("damaged_documents").where("at", "not in", newest).execute();
}

async function writeIncident(db: Db, incident: Incident): Promise<void> {
  const columns = {
    since: incident.since,
    ended_at: incident.state === "over" ? incident.backAt : null,
    doc: JSON.stringify(incident),
  };
  await db
    .insertInto("incidents")
    .values({ id: incident.id, ...columns })
    .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
    .execute();
}

async function addHour(db: Db, { hour, upMs, downMs }: Hour): Promise<void> {
  await db
    .insertInto("health_hours")
    .values({ hour, up_ms: upMs, down_ms: downMs })
    .onConflict((conflict) =>
      conflict.column("hour").doUpdateSet({
        up_ms: sql`health_hours.up_ms + excluded.up_ms`,
        down_ms: sql`health_hours.down_ms + excluded.down_ms`,
      }),
    )
    .execute();
}

function isSame(one: Incident, other: Incident | null): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
