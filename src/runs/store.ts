// The stored runs. Every change goes through `update`, so that an older view never overwrites a newer one.

import type { Expression } from "kysely";
import { z } from "zod";
import { keepLatest } from "../lib/keep-latest.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { prepared } from "../store/prepared-query.js";
import { RowReader, type StoredDoc, storedDoc, textOf, UnreadableRow } from "../store/row-reader.js";
import type { RunSeen } from "./known-inputs.js";
import { identityOf, isEnded, type Run, runSchema, startableSince } from "./run.js";
import { UnreadableRun } from "./unreadable-run.js";

/** In these states, Hex has proven that there is no run. */
const NEVER_BEGUN: Run["state"][] = ["awaiting", "approved", "waiting", "withdrawn", "declined", "expired", "refused"];
/** How many documents are kept parsed: more than there are runs in flight. */
const MOST_PARSED = 200;
/** There are never more than this many writers of one run that all win against this one. */
const ATTEMPTS = 20;

const countedSchema = z.object({ version: z.int() });

/** Stores something in the transaction that stores a new run. */
export type Alongside = (db: Db) => Promise<void>;

export interface RunStoreOptions {
  rows?: RowReader;
  /** How changes are written. The leader's changes are refused when another process leads. */
  write?: Write;
  /** Turns a stored link to a run into one that may be shown; `null` if it may not. Version 0.1 stored whatever Hex answered. */
  linkOf?: (url: string) => string | null;
}

/** Lists leave out runs that cannot be read. Asking for one of them throws an UnreadableRun. */
export class RunStore {
  /** What the documents that were read last say, by run key, so that one that has not changed is not parsed again. */
  readonly #parsed = new Map<string, { text: string; run: Run }>();
  readonly #rows: RowReader;
  readonly #write: Write;
  readonly #linkOf: (url: string) => string | null;
  readonly #inFlight;
  readonly #byKey;

  /** `onChange` is called after each stored change. */
  constructor(
    private readonly db: Db,
    private readonly onChange: (run: Run) => void,
    { rows = new RowReader(), write = (work) => work(db), linkOf = (url) => url }: RunStoreOptions = {},
  ) {
    this.#rows = rows;
    this.#write = write;
    this.#linkOf = linkOf;
    this.#inFlight = prepared(db, () =>
      db
        .selectFrom("runs")
        .select(["key", "version", storedDoc(db).as("doc")])
        .where("in_flight", "=", 1)
        .orderBy("requested_at"),
    );
    this.#byKey = prepared(db, (key: Expression<string>) =>
      db
        .selectFrom("runs")
        .select(["key", "project_id", "hex_run_id", "version", storedDoc(db).as("doc")])
        .where("key", "=", key),
    );
  }

  /**
   * Stores a new run, and what `alongside` stores: all of it or nothing. Returns false when a run with this key exists, which then stays
   * as it is.
   */
  async insert(run: Run, alongside: Alongside = async () => undefined): Promise<boolean> {
    const inserted = await this.db.transaction().execute(async (db) => {
      if (!(await insertNew(db, run))) return false;
      await alongside(db);
      return true;
    });
    if (inserted) this.onChange(run);
    return inserted;
  }

  /**
   * For a run whose `insert` failed and may be done late all the same: waits until it is done or can no longer be, and removes the run,
   * unless something has come of it or people have seen its card.
   */
  async takeBack(run: Run): Promise<void> {
    await this.db.transaction().execute(async (db) => {
      // The same key waits for an insert that is under way.
      const isNew = await insertNew(db, run);
      const removal = db.deleteFrom("runs").where("key", "=", run.key);
      if (isNew) return removal.execute();
      const seen = db.selectFrom("cards").select("run_key").where("ts", "is not", null);
      // With another time, somebody has asked once more.
      const untouched = removal.where("version", "=", 1).where("requested_at", "=", run.requestedAt);
      return untouched.where("key", "not in", seen).execute();
    });
  }

  /** @throws UnreadableRun */
  async get(key: string): Promise<Run | null> {
    return (await this.#read(key))?.run ?? null;
  }

  /**
   * Changes a run with a pure function of what is stored. `change` may be called more than once, and returns `null` to leave the run
   * as it is.
   * @returns the run afterwards, and whether this call changed it; `null` when there is no such run
   * @throws UnreadableRun
   */
  async update(key: string, change: (run: Run) => Run | null): Promise<{ run: Run; changed: boolean } | null> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const row = await this.#read(key);
      if (row === null) return null;
      const next = change(row.run);
      if (next === null || JSON.stringify(next) === JSON.stringify(row.run)) return { run: row.run, changed: false };
      const result = await this.#write((db) =>
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

  /** The runs that have not ended, oldest first. */
  async inFlight(): Promise<Run[]> {
    return this.#rows.each(await this.#inFlight(), (row) => this.#parse(row));
  }

  async countInFlight(): Promise<number> {
    const row = await this.db
      .selectFrom("runs")
      .select((eb) => eb.fn.countAll().as("count"))
      .where("in_flight", "=", 1)
      .executeTakeFirst();
    return Number(row?.count ?? 0);
  }

  /** How many runs there are in each state in which there is still something to learn. */
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

  /** The bot's runs among the given ids in Hex, as a map from run id to run. */
  async byHexRuns(runIds: readonly string[]): Promise<Map<string, Run>> {
    if (runIds.length === 0) return new Map();
    const rows = await this.db
      .selectFrom("runs")
      .select(["key", "version", "hex_run_id", storedDoc(this.db).as("doc")])
      .where("hex_run_id", "in", [...runIds])
      .execute();
    return new Map(this.#rows.each(rows, (row) => [row.hex_run_id ?? "", this.#parse(row)]));
  }

  /** Which of the given ids in Hex belong to a run of the bot, even if the run cannot be read. */
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
   * Whether another start of the same project has no answer, or had none at some time since this one could be started: any new run may
   * belong to that one. The same goes for a run in a state that only a newer version knows.
   */
  async hasRival(run: Run): Promise<boolean> {
    const { key, project } = run;
    const row = await this.db
      .selectFrom("runs")
      .select("key")
      .where("project_id", "=", project.id)
      .where("hex_run_id", "is", null)
      .where("state", "not in", NEVER_BEGUN)
      .where("key", "!=", key)
      .where((eb) => eb.or([eb("finished_at", "is", null), eb("finished_at", ">=", startableSince(run))]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** The runs that ended most recently, newest first. */
  async recentlyEnded(limit: number): Promise<Run[]> {
    const rows = await this.db
      .selectFrom("runs")
      .select(["key", "version", storedDoc(this.db).as("doc")])
      .where("in_flight", "=", 0)
      .orderBy("finished_at", "desc")
      .limit(limit)
      .execute();
    return this.#rows.each(rows, (row) => this.#parse(row));
  }

  /** The latest runs of a project that were requested here, newest first, and whether everybody can read their cards. */
  async ofProject(projectId: string, limit: number): Promise<RunSeen[]> {
    const rows = await this.db
      .selectFrom("runs")
      .leftJoin("cards", "cards.run_key", "runs.key")
      .select([
        "runs.key",
        "runs.version",
        "cards.is_public",
        "cards.channel",
        "cards.ts",
        storedDoc(this.db).as("doc"),
      ])
      .where("runs.project_id", "=", projectId)
      .orderBy("runs.requested_at", "desc")
      .limit(limit)
      .execute();
    return this.#rows.each(rows, (row) => {
      // A card that Slack refused in its channel is in direct messages, or nowhere.
      const isThere = row.ts !== null && row.channel?.startsWith("C") === true;
      return { run: this.#parse(row), isPublic: row.is_public === 1 && isThere };
    });
  }

  /** A person's latest runs: those in flight first, then the most recently requested. `user` is a Slack user id. */
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
    // A card's requester may be the person who cancelled a run that was started elsewhere.
    return this.#rows.each(rows, (row) => this.#parse(row)).filter(({ requester }) => requester === user);
  }

  /** Removes the runs that ended before a time (epoch ms), with their cards and followers. */
  async removeEndedBefore(time: number): Promise<void> {
    await this.#write(async (db) => {
      const old = db.selectFrom("runs").select("key").where("in_flight", "=", 0).where("finished_at", "<", time);
      await db.deleteFrom("cards").where("run_key", "in", old).execute();
      await db.deleteFrom("followers").where("run_key", "in", old).execute();
      await db.deleteFrom("runs").where("in_flight", "=", 0).where("finished_at", "<", time).execute();
    });
  }

  async #read(key: string): Promise<{ run: Run; version: number } | null> {
    const [row] = await this.#byKey(key);
    if (row === undefined) return null;
    try {
      return { run: this.#parse(row), version: row.version };
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      const { project_id: projectId, hex_run_id: runId } = row;
      throw new UnreadableRun({ key, projectId, runId }, error);
    }
  }

  /** A document of a different run, or a version that no change can follow, would hold up the poller in every round. */
  #parse({ key, version, doc }: { key: string; version: number; doc: StoredDoc }): Run {
    const place = { table: "runs", key } as const;
    this.#rows.columns(place, countedSchema, { version });
    const text = textOf(doc);
    const known = this.#parsed.get(key);
    if (known !== undefined && known.text === text) return known.run;
    const run = this.#withLink(this.#rows.ownDoc(place, runSchema, text, "key"));
    if (text !== null) keepLatest(this.#parsed, key, { text, run }, MOST_PARSED);
    return run;
  }

  #withLink(run: Run): Run {
    if (!("hex" in run) || run.hex === null || run.hex.url === null) return run;
    return { ...run, hex: { ...run.hex, url: this.#linkOf(run.hex.url) } };
  }
}

/** Returns false when a run with this key exists, which then stays as it is. */
async function insertNew(db: Db, run: Run): Promise<boolean> {
  const { numInsertedOrUpdatedRows } = await db
    .insertInto("runs")
    .values({ key: run.key, version: 1, ...columns(run) })
    .onConflict((conflict) => conflict.column("key").doNothing())
    .executeTakeFirst();
  return numInsertedOrUpdatedRows === 1n;
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
