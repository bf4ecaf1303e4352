// Turns the JSON of an answer into values: entry by entry, so that an odd one does not hide the others, and only if the answer is
// about what was requested.

import type { z } from "zod";
import type { Flaw } from "./errors.js";
import { safeId } from "./ids.js";
import { ownLink } from "./own-link.js";
import {
  cellSchema,
  type DataConnection,
  dataConnectionSchema,
  type HexRun,
  hexRunSchema,
  latestFirst,
  type Me,
  meSchema,
  type Page,
  type Project,
  type ProjectPage,
  pageSchema,
  projectSchema,
  type RunPage,
  runPageSchema,
  runTimesSchema,
  type StartedRun,
  startedRunSchema,
  startOrEnd,
} from "./schema.js";

/** An unusable answer, or an unusable entry in one. `path` says where, such as `runs.3.runId`; it never contains the content. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";
  constructor(
    readonly flaw: Flaw,
    readonly path: string,
  ) {
    super(`${flaw} at ${path || "the top"}`);
  }
}

/** Entries in a list that could not be read: how many, and what was wrong with the first. */
export interface LeftOut {
  count: number;
  path: string;
}

export interface Reading<T> {
  value: T;
  leftOut: LeftOut | null;
}

/** Reads the JSON of an answer; `undefined` when there is none. @throws Unreadable */
export type ReadAnswer<T> = (json: unknown) => Reading<T>;

/** What an answer has to be about. `origin` is Hex's, where links in it must lead. */
export interface Asked {
  origin: string;
  projectId: string;
  runId?: string;
}

/** More than the client ever requests on a page. */
const MOST_ENTRIES = 1_000;

/** For answers whose content does not matter. CancelRun's 204 has no body at all. */
export const readNothing: ReadAnswer<undefined> = () => only(undefined);

export const readMe: ReadAnswer<Me> = (json) => only(parsed(meSchema, json));

export const readProjectPage: ReadAnswer<ProjectPage> = (json) => {
  const { value, leftOut } = readPage(projectSchema, json);
  return { value: { ...value, isWhole: leftOut === null }, leftOut };
};

/** The data connections that cells use, each once. */
export const readCellPage: ReadAnswer<Page<string>> = (json) => {
  const { value, leftOut } = readPage(cellSchema, json);
  const ids = value.values.flatMap(({ dataConnectionId }) => dataConnectionId ?? []);
  return { value: { values: [...new Set(ids)], after: value.after }, leftOut };
};

export const readDataConnectionPage: ReadAnswer<Page<DataConnection>> = (json) => readPage(dataConnectionSchema, json);

function readPage<T>(schema: z.ZodType<T>, json: unknown): Reading<Page<T> & { isLast: boolean }> {
  const { values, pagination } = parsed(pageSchema, json);
  const { entries, leftOut } = readEntries("values", values ?? [], (entry) => parsed(schema, entry));
  return { value: { values: entries, ...pagination }, leftOut };
}

/** @param projectId the requested project's id */
export function readProject(projectId: string): ReadAnswer<Project> {
  return (json) => {
    const project = parsed(projectSchema, json);
    expectId("id", project.id, projectId);
    return only(project);
  };
}

export function readStartedRun(asked: Asked): ReadAnswer<StartedRun> {
  return (json) => only(aboutAsked(parsed(startedRunSchema, json), asked));
}

export function readRun(asked: Asked): ReadAnswer<HexRun> {
  return (json) => only(aboutAsked(parsed(hexRunSchema, json), asked));
}

export function readRunPage(asked: Asked): ReadAnswer<RunPage> {
  return (json) => {
    const { runs } = parsed(runPageSchema, json);
    const readOne = (entry: unknown) => aboutAsked(parsed(hexRunSchema, entry), asked);
    const { entries, unread, leftOut } = readEntries("runs", runs ?? [], readOne);
    const value = {
      runs: entries.toSorted(latestFirst),
      isWhole: leftOut === null,
      unreadStarts: unread.map(({ entry }) => startIn(entry)),
    };
    return { value, leftOut };
  };
}

/** When a run started or ended that cannot be read, epoch ms; `null`: not known. */
function startIn(entry: unknown): number | null {
  const { data } = runTimesSchema.safeParse(entry);
  return data === undefined ? null : startOrEnd(data);
}

function only<T>(value: T): Reading<T> {
  return { value, leftOut: null };
}

function parsed<T>(schema: z.ZodType<T>, json: unknown): T {
  const { data, error } = schema.safeParse(json);
  if (error === undefined) return data;
  throw new Unreadable("shape", (error.issues[0]?.path ?? []).join("."));
}

/** The entries that can be read, and those that cannot. If none can, the answer is unusable. */
function readEntries<T>(at: string, list: readonly unknown[], readOne: (entry: unknown) => T) {
  const entries: T[] = [];
  const unread: { entry: unknown; why: Unreadable }[] = [];
  for (const [index, entry] of list.slice(0, MOST_ENTRIES).entries()) {
    try {
      entries.push(readOne(entry));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      const path = [at, index, error.path].filter((part) => part !== "").join(".");
      unread.push({ entry, why: new Unreadable(error.flaw, path) });
    }
  }
  const first = unread[0]?.why;
  if (first !== undefined && entries.length === 0) throw first;
  const count = unread.length + Math.max(0, list.length - MOST_ENTRIES);
  const leftOut: LeftOut | null = count === 0 ? null : { count, path: first?.path ?? `${at}.${MOST_ENTRIES}` };
  return { entries, unread, leftOut };
}

/** Refuses a different run or a run of a different project, and drops a link that leads elsewhere. */
function aboutAsked<T extends { projectId?: string | null | undefined; runId: string; runUrl: string | null }>(
  run: T,
  { origin, projectId, runId }: Asked,
): Omit<T, "projectId"> & { projectId: string } {
  if (run.projectId) expectId("projectId", run.projectId, projectId);
  if (runId !== undefined) expectId("runId", run.runId, runId);
  return { ...run, projectId, runUrl: run.runUrl === null ? null : ownLink(run.runUrl, origin) };
}

/** @throws Unreadable when an answer names a different id from the requested one */
function expectId(path: string, id: string, asked: string): void {
  if (id !== safeId(asked)) throw new Unreadable("other_id", path);
}
