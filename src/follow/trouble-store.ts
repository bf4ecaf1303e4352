// Stores the watched projects, their troubles, and the ends of their runs, for every process that shares the store.

import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, type StoredDoc, storedDoc } from "../store/row-reader.js";
import { type Followed, followedSchema } from "./followed-project.js";
import { type RunEnd, runEndSchema } from "./run-end.js";
import { type Trouble, troubleSchema } from "./trouble.js";

export class TroubleStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** Writes changes, and refuses those of a process that does not lead. */
    private readonly write: Write = (work) => db.transaction().execute(work),
  ) {}

  /**
   * What the bot remembers about each watched project, by its id. Unreadable rows are left out, and their projects read again from
   * Hex.
   */
  async followed(): Promise<Map<string, Followed>> {
    return this.#followed(await this.#selectFollowed().execute());
  }

  /** What the bot remembers about some watched projects, by their ids. Unreadable rows are left out. */
  async followedOf(projectIds: readonly string[]): Promise<Map<string, Followed>> {
    if (projectIds.length === 0) return new Map();
    return this.#followed(
      await this.#selectFollowed()
        .where("project_id", "in", [...projectIds])
        .execute(),
    );
  }

  /** The troubles with these ids, by their ids. Unreadable ones are left out. */
  async of(ids: readonly string[]): Promise<Map<string, Trouble>> {
    if (ids.length === 0) return new Map();
    const troubles = this.#troubles(
      await this.#selectTroubles()
        .where("id", "in", [...ids])
        .execute(),
    );
    return new Map(troubles.map((trouble) => [trouble.id, trouble]));
  }

  /** The troubles that are not over, oldest first. */
  async open(): Promise<Trouble[]> {
    return this.#troubles(await this.#selectTroubles().where("over_at", "is", null).execute());
  }

  /** The ends of runs since a time (epoch ms), oldest first. */
  async ends(since: number): Promise<RunEnd[]> {
    const rows = await this.db
      .selectFrom("run_ends")
      .select(["run_id", storedDoc(this.db).as("doc")])
      .where("ended_at", ">=", since)
      .orderBy("ended_at")
      .orderBy("run_id")
      .execute();
    return this.rows.each(rows, ({ run_id, doc }) =>
      this.rows.ownDoc({ table: "run_ends", key: run_id }, runEndSchema, doc, "runId"),
    );
  }

  /** Stores the result of a reading, all of it or nothing. `trouble`: null if there is none. An end that is already known does not change. */
  async keep(
    projectId: string,
    followed: Followed,
    { trouble = null, ends = [] }: { trouble?: Trouble | null; ends?: readonly RunEnd[] } = {},
  ): Promise<void> {
    const doc = JSON.stringify(followed);
    await this.write(async (db) => {
      await db
        .insertInto("followed_projects")
        .values({ project_id: projectId, doc })
        .onConflict((conflict) => conflict.column("project_id").doUpdateSet({ doc }))
        .execute();
      for (const end of ends) {
        await db
          .insertInto("run_ends")
          .values({ run_id: end.runId, ended_at: end.endedAt, doc: JSON.stringify(end) })
          .onConflict((conflict) => conflict.column("run_id").doNothing())
          .execute();
      }
      if (trouble === null) return;
      const columns = { over_at: trouble.overAt, doc: JSON.stringify(trouble) };
      await db
        .insertInto("troubles")
        .values({ id: trouble.id, project_id: projectId, ...columns })
        .onConflict((conflict) => conflict.column("id").doUpdateSet(columns))
        .execute();
    });
  }

  /** Stores what the bot remembers about projects, by their ids, a few at a time. */
  async remember(followed: ReadonlyMap<string, Followed>): Promise<void> {
    for (const slice of slicesOf([...followed])) {
      const values = slice.map(([project_id, followed]) => ({ project_id, doc: JSON.stringify(followed) }));
      await this.write((db) =>
        db
          .insertInto("followed_projects")
          .values(values)
          .onConflict((conflict) => conflict.column("project_id").doUpdateSet({ doc: sql`excluded.doc` }))
          .execute(),
      );
      await setImmediate();
    }
  }

  /** Forgets projects that nobody watches any more, with their troubles. If somebody watches them later, they are judged from scratch. */
  async forget(projectIds: readonly string[]): Promise<void> {
    for (const ids of slicesOf(projectIds)) {
      await this.write(async (db) => {
        await db.deleteFrom("followed_projects").where("project_id", "in", ids).execute();
        await db.deleteFrom("troubles").where("project_id", "in", ids).where("over_at", "is", null).execute();
      });
      await setImmediate();
    }
  }

  /** Forgets the troubles that ended before a time (epoch ms). */
  async removeBefore(time: number): Promise<void> {
    await this.write((db) => db.deleteFrom("troubles").where("over_at", "<", time).execute());
  }

  /** Forgets the runs that ended before a time (epoch ms). */
  async removeEndsBefore(time: number): Promise<void> {
    await this.write((db) => db.deleteFrom("run_ends").where("ended_at", "<", time).execute());
  }

  #selectFollowed() {
    return this.db.selectFrom("followed_projects").select(["project_id", storedDoc(this.db).as("doc")]);
  }

  #followed(rows: readonly { project_id: string; doc: StoredDoc }[]): Map<string, Followed> {
    return new Map(
      this.rows.each(rows, ({ project_id, doc }): [string, Followed] => {
        const place = { table: "followed_projects", key: project_id } as const;
        return [project_id, this.rows.doc(place, followedSchema, doc)];
      }),
    );
  }

  #selectTroubles() {
    return this.db.selectFrom("troubles").select(["id", storedDoc(this.db).as("doc")]);
  }

  /** Oldest first. */
  #troubles(rows: readonly { id: string; doc: StoredDoc }[]): Trouble[] {
    const troubles = this.rows.each(rows, ({ id, doc }) =>
      this.rows.doc({ table: "troubles", key: id }, troubleSchema, doc),
    );
    return troubles.sort((one, other) => one.seenAt - other.seenAt || one.since - other.since);
  }
}

/** How many rows are written at a time. Other work gets the event loop in between. */
const SLICE = 50;

function slicesOf<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / SLICE) }, (_, at) => all.slice(at * SLICE, (at + 1) * SLICE));
}
