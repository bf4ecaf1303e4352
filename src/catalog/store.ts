// The catalog as it is stored, for every process that shares the store.
//
// Everything that is stored has a revision, a number that grows. A process that knows one reads what came after it. Writers take
// turns at the row with the number, so that a revision never becomes visible before a smaller one.

import { setImmediate } from "node:timers/promises";
import { sql } from "kysely";
import { z } from "zod";
import type { Project } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { beginning } from "../lib/text.js";
import { DAY } from "../lib/time.js";
import type { Db } from "../store/database.js";
import type { Write } from "../store/leadership.js";
import { RowReader, type StoredDoc, storedDoc, textOf, UnreadableRow } from "../store/row-reader.js";
import { type CatalogState, catalogStateSchema, NOTHING_READ } from "./state.js";

/** How much of a description is kept, in characters: enough to find the project and to recognize it. */
const DESCRIPTION = 500;
/** How many rows are read at a time. Other work gets the event loop in between. */
const SLICE = 100;
/** How long a deleted project is remembered, in ms, so that every process learns of it. Hex keeps trashed projects equally long. */
const GONE_KEPT_MS = 30 * DAY;

const personSchema = z.object({ email: z.string() }).nullable();
const namedSchema = z.object({ name: z.string() });
const time = epochMs.nullable();
const timing = { timezone: z.string(), minute: z.number() };
const scheduleSchema = z.object({
  cadence: z.string(),
  enabled: z.boolean(),
  hourly: z.object(timing).nullable(),
  daily: z.object({ ...timing, hour: z.number() }).nullable(),
  weekly: z.object({ ...timing, hour: z.number(), dayOfWeek: z.union([z.string(), z.number()]) }).nullable(),
  monthly: z.object({ ...timing, hour: z.number(), day: z.number() }).nullable(),
  custom: z.object({ timezone: z.string(), cron: z.string() }).nullable(),
});
const storedProjectSchema: z.ZodType<Project> = z.object({
  id: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  type: z.string(),
  creator: personSchema,
  owner: personSchema,
  status: namedSchema.nullable(),
  categories: z.array(namedSchema),
  lastEditedAt: time,
  lastPublishedAt: time,
  createdAt: time,
  archivedAt: time,
  trashedAt: time,
  schedules: z.array(scheduleSchema),
  collections: z.array(z.string()).optional(),
});

/** Postgres returns a bigint as text. */
const revisionSchema = z
  .union([
    z.number(),
    z
      .string()
      .regex(/^\d{1,15}$/)
      .transform(Number),
  ])
  .pipe(z.number().int().min(0));

/** The projects in one of Hex's answers. */
export interface Reading {
  projects: readonly Project[];
  /** When the bot asked Hex, epoch ms. */
  askedAt: number;
  /** True when these are all projects that Hex lists, so that any others are gone. */
  isAll: boolean;
}

/** How a page changes the state of the reading. */
export interface Step {
  change: (state: CatalogState) => CatalogState;
  /** Projects that have not been seen since then are gone, epoch ms; `null` when nothing is. */
  goneBefore: number | null;
}

/** Some of the changes, in no particular order. */
export interface Changes {
  projects: Project[];
  /** Ids of projects that are gone. */
  gone: string[];
}

/** Projects that cannot be read are left out until Hex lists them again. */
export class CatalogStore {
  constructor(
    private readonly db: Db,
    private readonly rows: RowReader = new RowReader(),
    /** How the pages of a pass are written. Those of a process that does not lead are refused. */
    private readonly leadersWrite: Write = (work) => db.transaction().execute(work),
  ) {}

  /** How far the catalog has been read, and the revision for which that holds. An unreadable state counts as nothing read. */
  async state(): Promise<{ revision: number; state: CatalogState }> {
    const row = await this.db
      .selectFrom("catalog")
      .select(["revision", storedDoc(this.db).as("doc")])
      .executeTakeFirst();
    return { revision: revisionOf(row?.revision), state: this.#stateOf(row?.doc ?? null) };
  }

  /** All current projects, a few at a time. */
  async *projects(): AsyncGenerator<Project[]> {
    for (let after = ""; ; await setImmediate()) {
      const rows = await this.db
        .selectFrom("catalog_projects")
        .select(["id", storedDoc(this.db).as("doc")])
        .where("gone_at", "is", null)
        .where("id", ">", after)
        .orderBy("id")
        .limit(SLICE)
        .execute();
      yield this.rows.each(rows, (row) => this.#project(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < SLICE) return;
      after = last.id;
    }
  }

  /** These projects as Hex last described them, whether or not it still lists them. One that has been gone for long is not among them. */
  async lastKnown(ids: readonly string[]): Promise<Project[]> {
    const known: Project[] = [];
    for (let at = 0; at < ids.length; at += SLICE) {
      const rows = await this.db
        .selectFrom("catalog_projects")
        .select(["id", storedDoc(this.db).as("doc")])
        .where("id", "in", ids.slice(at, at + SLICE))
        .execute();
      known.push(...this.rows.each(rows, (row) => this.#project(row)));
    }
    return known;
  }

  /** What has changed since a revision, a few at a time. */
  async *changesSince(revision: number): AsyncGenerator<Changes> {
    // After everything with that revision.
    for (let [since, after] = [revision + 1, ""]; ; await setImmediate()) {
      const rows = await this.db
        .selectFrom("catalog_projects")
        .select(["id", "revision", "gone_at", storedDoc(this.db).as("doc")])
        .where((eb) => eb.or([eb("revision", ">", since), eb.and([eb("revision", "=", since), eb("id", ">", after)])]))
        .orderBy("revision")
        .orderBy("id")
        .limit(SLICE)
        .execute();
      const [there, gone] = [rows.filter((row) => row.gone_at === null), rows.filter((row) => row.gone_at !== null)];
      yield { projects: this.rows.each(there, (row) => this.#project(row)), gone: gone.map(({ id }) => id) };
      const last = rows.at(-1);
      if (last === undefined || rows.length < SLICE) return;
      const read = revisionOf(last.revision);
      // From a damaged row, after which there is nothing else.
      if (read < since) return;
      [since, after] = [read, last.id];
    }
  }

  /** Stores an answer that any process got. */
  async keep({ projects, askedAt, isAll }: Reading, now: number): Promise<void> {
    const whole = { startedAt: askedAt, endedAt: now };
    const step: Step = {
      change: (state) => (isAll ? { ...state, whole: laterOf(state.whole, whole) } : state),
      goneBefore: isAll ? askedAt : null,
    };
    await this.#write((work) => this.db.transaction().execute(work), { projects, askedAt, now, step });
  }

  /** Stores a page of a pass and how the pass continues, all or nothing. @throws NotLeadingError */
  async keepPage(page: { projects: readonly Project[]; askedAt: number; now: number; step: Step }): Promise<void> {
    await this.#write(this.leadersWrite, page);
    // All existing rows were rewritten.
    if (page.step.goneBefore !== null) this.rows.recount("catalog_projects");
  }

  async #write(
    write: Write,
    { projects, askedAt, now, step }: { projects: readonly Project[]; askedAt: number; now: number; step: Step },
  ): Promise<void> {
    const docs = new Map(projects.map((project) => [project.id, docOf(project)]));
    await write(async (db) => {
      const revision = await nextRevision(db);
      const row = await db.selectFrom("catalog").select(storedDoc(db).as("doc")).executeTakeFirst();
      const doc = JSON.stringify(step.change(this.#stateOf(row?.doc ?? null)));
      await db.updateTable("catalog").set({ doc }).execute();
      const same = await sameRows(db, docs);
      if (same.length > 0) {
        await db.updateTable("catalog_projects").set({ seen_at: askedAt }).where("id", "in", same).execute();
      }
      for (const id of same) docs.delete(id);
      const values = [...docs].map(([id, doc]) => ({ id, doc, seen_at: askedAt, gone_at: null, revision }));
      if (values.length > 0) {
        await db
          .insertInto("catalog_projects")
          .values(values)
          .onConflict((conflict) =>
            conflict.column("id").doUpdateSet({ doc: sql`excluded.doc`, seen_at: askedAt, gone_at: null, revision }),
          )
          .execute();
      }
      if (step.goneBefore === null) return;
      await db
        .updateTable("catalog_projects")
        .set({ gone_at: now, revision })
        .where("gone_at", "is", null)
        .where("seen_at", "<", step.goneBefore)
        .execute();
      await db
        .deleteFrom("catalog_projects")
        .where("gone_at", "<", now - GONE_KEPT_MS)
        .execute();
    });
  }

  #stateOf(doc: StoredDoc): CatalogState {
    try {
      return this.rows.doc(STATE, catalogStateSchema, doc);
    } catch (error) {
      if (!(error instanceof UnreadableRow)) throw error;
      return NOTHING_READ;
    }
  }

  #project({ id, doc }: { id: string; doc: StoredDoc }): Project {
    return this.rows.ownDoc({ table: "catalog_projects", key: id }, storedProjectSchema, doc, "id");
  }
}

const STATE = { table: "catalog", key: "how far it is read" } as const;

function revisionOf(revision: number | string | undefined): number {
  return revisionSchema.safeParse(revision).data ?? 0;
}

/** From here on, this transaction is the only one that writes to the catalog. */
async function nextRevision(db: Db): Promise<number> {
  const next = await db
    .updateTable("catalog")
    .set({ revision: sql`revision + 1` })
    .returning("revision")
    .executeTakeFirst();
  if (next !== undefined) return revisionOf(next.revision);
  // Somebody has emptied the table.
  const latest = await db
    .selectFrom("catalog_projects")
    .select((eb) => eb.fn.max("revision").as("revision"))
    .executeTakeFirst();
  const revision = revisionOf(latest?.revision) + 1;
  await db
    .insertInto("catalog")
    .values({ revision, doc: JSON.stringify(NOTHING_READ) })
    .execute();
  return revision;
}

/** The ids of the projects whose stored rows already match the answer. */
async function sameRows(db: Db, docs: ReadonlyMap<string, string>): Promise<string[]> {
  if (docs.size === 0) return [];
  const rows = await db
    .selectFrom("catalog_projects")
    .select(["id", "revision", storedDoc(db).as("doc")])
    .where("id", "in", [...docs.keys()])
    .where("gone_at", "is", null)
    .execute();
  return rows
    .filter(({ id, revision, doc }) => revisionSchema.safeParse(revision).success && textOf(doc) === docs.get(id))
    .map(({ id }) => id);
}

function laterOf(one: CatalogState["whole"], other: CatalogState["whole"]): CatalogState["whole"] {
  return (one?.startedAt ?? 0) > (other?.startedAt ?? 0) ? one : other;
}

/** JSON, in which a NUL is `\\u0000`, so that the store accepts any text. */
function docOf(project: Project): string {
  const { description } = project;
  return JSON.stringify({ ...project, description: description === null ? null : beginning(description, DESCRIPTION) });
}
