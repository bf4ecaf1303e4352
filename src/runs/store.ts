// What is remembered of runs. Every change goes through `update`, so that an older view never overwrites a newer one.

import { z } from "zod";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, type StoredDoc, storedDoc, UnreadableRow } from "../store/row-reader.js";
import type { RunSeen } from "./known-inputs.js";
import { identityOf, isEnded, type Run, runSchema } from "./run.js";
import { UnreadableRun } from "./unreadable-run.js";

/** In these states Hex has proven that there is no run. */
const NEVER_BEGUN: Run["state"][] = ["waiting", "withdrawn", "refused"];
/** More writers than this at one run, all winning against us, do not exist. */
const ATTEMPTS = 20;

const countedSchema = z.object({ version: z.int() });

/** Lists leave out the runs that cannot be read; whoever asks for one of them gets an UnreadableRun. */
export class RunStore {
  constructor(
    private readonly db: Db,
    /** Told after each change that is stored. */
    private readonly onChange: (run: Run) => void,
    private readonly rows: RowReader = new RowReader(),
    /** How changes are written: the leader's are refused when another process leads. */
    private readonly write: Write = (work) => work(db),
    /** A stored link to a run as it may be shown; null: not at all. Version 0.1 stored whatever Hex answered. */
    private readonly linkOf: (url: string) => string | null = (url) => url,
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

  /** @throws UnreadableRun */
  async get(key: string): Promise<Run | null> {
    return (await this.#read(key))?.run ?? null;
  }

  /**
   * Changes a run by a pure function of what is stored. `change` may be called more than once; null leaves it as it is.
   * @returns the run as it is afterwards, and whether this call changed it; null when there is none
   * @throws UnreadableRun
   */
  async update(key: string, change: (run: Run) => Run | null): Promise<{ run: Run; changed: boolean } | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.#read(key);
      if (row === null) return null;
      const next = change(row.run);
      if (next === null || JSON.stringify(next) === JSON.stringify(row.run)) return { run: row.run, changed: false };
      const result = await this.write((db) =>
        db
          .updateTable("runs")
          .set({ version: row.version + 1, ...columns(next) })
          .where("key", "=", key)
          .where("version", "=", row.version)
          .executeTakeFirst(),
      );
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
      .select(["key", "version", storedDoc(this.db).as("doc")])
      .where("in_flight", "=", 1)
      .orderBy("requested_at")
      .execute();
    return this.rows.each(rows, (row) => this.#parse(row));
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

  /** @throws UnreadableRun */
  async byHexRun(runId: string): Promise<Run | null> {
    const row = await this.db.selectFrom("runs").select("key").where("hex_run_id", "=", runId).executeTakeFirst();
    return row === undefined ? null : this.get(row.key);
  }

  /** The id of the project of a run, by its id in Hex, whether the run can be read or not; null: the bot does not know it. */
  async projectOf(runId: string): Promise<string | null> {
    const row = await this.db
      .selectFrom("runs")
      .select("project_id")
      .where("hex_run_id", "=", runId)
      .executeTakeFirst();
    return row?.project_id ?? null;
  }

  /** Those of the given ids in Hex that belong to a run of the bot, as a map from run id to run. */
  async byHexRuns(runIds: readonly string[]): Promise<Map<string, Run>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.db
      .selectFrom("runs")
      .select(["key", "version", "hex_run_id", storedDoc(this.db).as("doc")])
      .where("hex_run_id", "in", [...runIds])
      .execute();
    return new Map(this.rows.each(rows, (row) => [row.hex_run_id ?? "", this.#parse(row)]));
  }

  /** Which of the given ids in Hex belong to a run of the bot, whether it can be read or not. */
  async taken(runIds: readonly string[]): Promise<Set<string>> {
    if (runIds.length === 0) return new Set();
    const rows = await this.db
      .selectFrom("runs")
      .select("hex_run_id")
      .where("hex_run_id", "in", [...runIds])
      .execute();
    return new Set(rows.map((row) => row.hex_run_id ?? ""));
  }

  /**
   * Whether another start of the same project is, or was since this one was wanted, without an answer: any new run may be its.
   * So it may be for a state that only a newer version knows.
   */
  async hasRival({ key, project, requestedAt }: Run): Promise<boolean> {
    const row = await this.db
      .selectFrom("runs")
      .select("key")
      .where("project_id", "=", project.id)
      .where("hex_run_id", "is", null)
      .where("state", "not in", NEVER_BEGUN)
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
      .select(["key", "version", storedDoc(this.db).as("doc")])
      .where("in_flight", "=", 0)
      .orderBy("finished_at", "desc")
      .limit(limit)
      .execute();
    return this.rows.each(rows, (row) => this.#parse(row));
  }

  /** The latest runs of a project that were asked for here, newest first, and whether their cards are public. */
  async ofProject(projectId: string, limit: number): Promise<RunSeen[]> {
    const rows = await this.db
      .selectFrom("runs")
      .leftJoin("cards", "cards.run_key", "runs.key")
      .select(["runs.key", "runs.version", "cards.is_public", storedDoc(this.db).as("doc")])
      .where("runs.project_id", "=", projectId)
      .orderBy("runs.requested_at", "desc")
      .limit(limit)
      .execute();
    return this.rows.each(rows, (row) => ({ run: this.#parse(row), isPublic: row.is_public === 1 }));
  }

  /** The latest that somebody asked for, those in flight first, then by when they were asked for, newest first. `user`: of Slack. */
  async askedForBy(user: string, limit: number): Promise<Run[]> {
    const rows = await this.db
      .selectFrom("cards")
      .innerJoin("runs", "runs.key", "cards.run_key")
      .select(["runs.key", "runs.version", storedDoc(this.db).as("doc")])
      .where("cards.requester", "=", user)
      .orderBy("runs.in_flight", "desc")
      .orderBy("runs.requested_at", "desc")
      .limit(limit)
      .execute();
    // A card's requester may be whoever cancelled a run that was started elsewhere.
    return this.rows.each(rows, (row) => this.#parse(row)).filter(({ requester }) => requester === user);
  }

  /** Forgets the runs that ended before a time (epoch ms), with their cards and followers. */
  async removeEndedBefore(time: number): Promise<void> {
    await this.write(async (db) => {
      const old = db.selectFrom("runs").select("key").where("in_flight", "=", 0).where("finished_at", "<", time);
      await db.deleteFrom("cards").where("run_key", "in", old).execute();
      await db.deleteFrom("followers").where("run_key", "in", old).execute();
      await db.deleteFrom("runs").where("in_flight", "=", 0).where("finished_at", "<", time).execute();
    });
    this.rows.recount("runs");
  }

  async #read(key: string): Promise<{ run: Run; version: number } | null> {
    const row = await this.db
      .selectFrom("runs")
      .select(["key", "project_id", "hex_run_id", "in_flight", "version", storedDoc(this.db).as("doc")])
      .where("key", "=", key)
      .executeTakeFirst();
    if (row === undefined) return null;
    try {
      return { run: this.#parse(row), version: row.version };
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      const { project_id: projectId, hex_run_id: runId, in_flight } = row;
      throw new UnreadableRun({ key, projectId, runId, inFlight: in_flight === 1 }, error);
    }
  }

  /** A document of another run, or a version that no change can follow, would hold up the watch at each of its rounds. */
  #parse({ key, version, doc }: { key: string; version: number; doc: StoredDoc }): Run {
    const place = { table: "runs", key } as const;
    this.rows.columns(place, countedSchema, { version });
    const schema = runSchema.refine((run) => run.key === key, { path: ["key"] });
    return this.#withLink(this.rows.doc(place, schema, doc));
  }

  #withLink(run: Run): Run {
    if (!("hex" in run) || run.hex === null || run.hex.url === null) return run;
    return { ...run, hex: { ...run.hex, url: this.linkOf(run.hex.url) } };
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
