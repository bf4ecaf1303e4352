// What is remembered of runs. Every change goes through `update`, so that an older view never overwrites a newer one.

import type { Db } from "../store/database.js";
import { identityOf, isEnded, type Run, runSchema } from "./run.js";

/** More writers than this at one run, all winning against us, do not exist. */
const ATTEMPTS = 20;

export class RunStore {
  constructor(
    private readonly db: Db,
    /** Told after each change that is stored. */
    private readonly onChange: (run: Run) => void,
  ) {}

  /** Stores a new run. False when one with this key exists, which then stays as it is. */
  async insert(run: Run): Promise<boolean> {
    const result = await this.db
      .insertInto("runs")
      .values({ key: run.key, version: 1, ...columns(run) })
      .onConflict((conflict) => conflict.column("key").doNothing())
      .executeTakeFirst();
    const inserted = result.numInsertedOrUpdatedRows === 1n;
    if (inserted) this.onChange(run);
    return inserted;
  }

  async get(key: string): Promise<Run | null> {
    return (await this.#read(key))?.run ?? null;
  }

  /**
   * Changes a run by a pure function of what is stored. `change` may be called more than once; null leaves it as it is.
   * @returns the run as it is afterwards, and whether this call changed it; null when there is none
   */
  async update(key: string, change: (run: Run) => Run | null): Promise<{ run: Run; changed: boolean } | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.#read(key);
      if (row === null) return null;
      const next = change(row.run);
      if (next === null || JSON.stringify(next) === JSON.stringify(row.run)) return { run: row.run, changed: false };
      const result = await this.db
        .updateTable("runs")
        .set({ version: row.version + 1, ...columns(next) })
        .where("key", "=", key)
        .where("version", "=", row.version)
        .executeTakeFirst();
      if (result.numUpdatedRows === 1n) {
        this.onChange(next);
        return { run: next, changed: true };
      }
    }
    throw new Error(`run ${key} was changed ${ATTEMPTS} times in a row by others`);
  }

  /** Those that have not ended, oldest first. */
  async inFlight(): Promise<Run[]> {
    const rows = await this.db
      .selectFrom("runs")
      .select("doc")
      .where("in_flight", "=", 1)
      .orderBy("requested_at")
      .execute();
    return rows.map((row) => parse(row.doc));
  }

  async countInFlight(): Promise<number> {
    const row = await this.db
      .selectFrom("runs")
      .select((eb) => eb.fn.countAll().as("count"))
      .where("in_flight", "=", 1)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  }

  /** How many there are in each state in which there is something to learn. */
  async countByState(): Promise<Map<string, number>> {
    const rows = await this.db
      .selectFrom("runs")
      .select((eb) => ["state", eb.fn.countAll().as("count")])
      .where("in_flight", "=", 1)
      .groupBy("state")
      .execute();
    return new Map(rows.map((row) => [row.state, Number(row.count)]));
  }

  async byHexRun(runId: string): Promise<Run | null> {
    const row = await this.db.selectFrom("runs").select("doc").where("hex_run_id", "=", runId).executeTakeFirst();
    return row === undefined ? null : parse(row.doc);
  }

  /** Those of the given ids in Hex that belong to a run of the bot, as a map from run id to run. */
  async byHexRuns(runIds: readonly string[]): Promise<Map<string, Run>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.db
      .selectFrom("runs")
      .select(["hex_run_id", "doc"])
      .where("hex_run_id", "in", [...runIds])
      .execute();
    return new Map(rows.map((row) => [row.hex_run_id ?? "", parse(row.doc)]));
  }

  /** Whether another start of the same project is, or was since this one was wanted, without an answer: any new run may be its. */
  async hasRival({ key, project, requestedAt }: Run): Promise<boolean> {
    const row = await this.db
      .selectFrom("runs")
      .select("key")
      .where("project_id", "=", project.id)
      .where("hex_run_id", "is", null)
      .where("state", "in", ["starting", "lost"])
      .where("key", "!=", key)
      .where((eb) => eb.or([eb("finished_at", "is", null), eb("finished_at", ">=", requestedAt)]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** The latest that ended, newest first. */
  async recentlyEnded(limit: number): Promise<Run[]> {
    const rows = await this.db
      .selectFrom("runs")
      .select("doc")
      .where("in_flight", "=", 0)
      .orderBy("finished_at", "desc")
      .limit(limit)
      .execute();
    return rows.map((row) => parse(row.doc));
  }

  /** Forgets the runs that ended before a time (epoch ms), and their cards. */
  async removeEndedBefore(time: number): Promise<void> {
    const old = this.db.selectFrom("runs").select("key").where("in_flight", "=", 0).where("finished_at", "<", time);
    await this.db.deleteFrom("cards").where("run_key", "in", old).execute();
    await this.db.deleteFrom("runs").where("in_flight", "=", 0).where("finished_at", "<", time).execute();
  }

  async #read(key: string): Promise<{ run: Run; version: number } | null> {
    const row = await this.db.selectFrom("runs").select(["doc", "version"]).where("key", "=", key).executeTakeFirst();
    return row === undefined ? null : { run: parse(row.doc), version: row.version };
  }
}

function columns(run: Run) {
  return {
    state: run.state,
    in_flight: isEnded(run) ? 0 : 1,
    project_id: run.project.id,
    hex_run_id: identityOf(run)?.runId ?? null,
    requested_at: run.requestedAt,
    finished_at: isEnded(run) ? run.endedAt : null,
    doc: JSON.stringify(run),
  };
}

function parse(doc: string): Run {
  return runSchema.parse(JSON.parse(doc));
}
