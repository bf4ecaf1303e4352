// What is remembered of Hex's health, for every process that shares the store.

import { sql } from "kysely";
import type { Db } from "../store/database.js";
import { daysLeft } from "./expiry.js";
import { type History, HOUR_MS, type Hour, historyOf, hoursOf } from "./history.js";
import { type Incident, incidentOf, incidentSchema } from "./incident.js";
import { type Memory, memorySchema, type Probe, type Remembered, spanOf } from "./memory.js";

const DAY = 24 * 60 * 60_000;
const HOURS_KEPT_MS = 31 * DAY;
/** More outages than these in thirty days do not change what people do. */
const LISTED = 1_000;
const ATTEMPTS = 5;

export class HealthStore {
  /** `onDamaged`: told of each incident that cannot be read, whenever it is left out. */
  constructor(
    private readonly db: Db,
    private readonly onDamaged: (id: string, error: unknown) => void,
  ) {}

  async memory(): Promise<Memory> {
    return readMemory(this.db);
  }

  /**
   * Adds what a probe brought. All of it is stored, or nothing. When another process has added something meanwhile, as one
   * may that has lost the watch without knowing, `change` is asked again.
   */
  async update<T extends Remembered>(change: (memory: Memory) => T): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      const changed = await this.#tryUpdate(change);
      if (changed !== null) return changed;
      if (attempt === ATTEMPTS) throw new Error("the health of Hex could not be stored: others kept changing it");
    }
  }

  async #tryUpdate<T extends Remembered>(change: (memory: Memory) => T): Promise<T | null> {
    return this.db.transaction().execute(async (transaction) => {
      const { doc } = await transaction.selectFrom("health").select("doc").executeTakeFirstOrThrow();
      const before = memorySchema.parse(JSON.parse(doc));
      const changed = change(before);
      const { numUpdatedRows } = await transaction
        .updateTable("health")
        .set({ doc: JSON.stringify(changed.memory) })
        .where("doc", "=", doc)
        .executeTakeFirst();
      if (numUpdatedRows !== 1n) return null;
      if (changed.ended !== null) await writeIncident(transaction, changed.ended);
      const incident = incidentOf(changed.memory.health);
      if (incident !== null && !isSame(incident, incidentOf(before.health))) await writeIncident(transaction, incident);
      if (changed.span !== null) for (const hour of hoursOf(changed.span)) await addHour(transaction, hour);
      return changed;
    });
  }

  /** The last probe that said anything about Hex, whichever process made it; null before the first. */
  async lastProbe(): Promise<Probe | null> {
    return (await this.memory()).probe;
  }

  /** Those that are not over, and those that ended after a time (epoch ms); newest first. */
  async incidentsSince(time: number): Promise<Incident[]> {
    const rows = await this.db
      .selectFrom("incidents")
      .select(["id", "doc"])
      .where((eb) => eb.or([eb("ended_at", "is", null), eb("ended_at", ">=", time)]))
      .orderBy("since", "desc")
      .limit(LISTED)
      .execute();
    return rows.flatMap(({ id, doc }) => this.#readIncident(id, doc) ?? []);
  }

  /** One that is damaged must hide no other: neither the history nor the alert of a new outage may wait for it. */
  #readIncident(id: string, doc: string): Incident | null {
    try {
      return incidentSchema.parse(JSON.parse(doc));
    } catch (error) {
      this.onDamaged(id, error);
      return null;
    }
  }

  /** `now`: epoch ms. */
  async history(now: number): Promise<History> {
    const rows = await this.db
      .selectFrom("health_hours")
      .selectAll()
      .where("hour", ">", Math.floor((now - HOURS_KEPT_MS) / HOUR_MS))
      .execute();
    const stored = rows.map(({ hour, up_ms, down_ms }) => ({ hour, upMs: up_ms, downMs: down_ms }));
    const span = spanOf((await this.memory()).probe, now);
    const hours = [...stored, ...(span === null ? [] : hoursOf(span))];
    return historyOf(hours, await this.incidentsSince(now - HOURS_KEPT_MS), now);
  }

  /** Forgets what is old. `keepMs`: how long incidents are remembered, 31 days at least. */
  async removeOld(now: number, keepMs: number): Promise<void> {
    const hour = Math.floor((now - HOURS_KEPT_MS) / HOUR_MS);
    await this.db.deleteFrom("health_hours").where("hour", "<=", hour).execute();
    const time = now - Math.max(keepMs, HOURS_KEPT_MS);
    await this.db.deleteFrom("incidents").where("ended_at", "<", time).execute();
  }

  /** What machines ask for again and again, from one read. `now`: epoch ms. */
  async glance(now: number): Promise<Glance> {
    const { health, probe, token } = await this.memory();
    const expiresAt = token?.expiresAt ?? null;
    const tokenDaysLeft = expiresAt === null ? null : daysLeft(expiresAt, now);
    return { probe, outage: incidentOf(health) !== null, tokenDaysLeft };
  }
}

export interface Glance {
  /** null before the first. */
  probe: Probe | null;
  /** From the beginning of an outage until it is over, the quiet time after it included. */
  outage: boolean;
  /** Whole days; null when it never expires, or when that is not known. */
  tokenDaysLeft: number | null;
}

async function readMemory(db: Db): Promise<Memory> {
  const { doc } = await db.selectFrom("health").select("doc").executeTakeFirstOrThrow();
  return memorySchema.parse(JSON.parse(doc));
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
