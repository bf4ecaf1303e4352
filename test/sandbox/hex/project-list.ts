// ListProjects: filters, order and pages with opaque cursors.

import { z } from "zod";
import { INVALID_INPUT, Refusal } from "./errors.js";
import { type PlacedProject, type ProjectViewOptions, projectView } from "./projects.js";
import { flagParam, limitParam, parseQuery } from "./query.js";
import type { Project } from "./types.js";

const listQuerySchema = z.object({
  limit: limitParam,
  after: z.string().optional(),
  before: z.string().optional(),
  sortBy: z.enum(["CREATED_AT", "LAST_EDITED_AT", "LAST_PUBLISHED_AT"]).default("CREATED_AT"),
  sortDirection: z.enum(["ASC", "DESC"]).default("DESC"),
  creatorEmail: z.string().optional(),
  ownerEmail: z.string().optional(),
  collectionId: z.string().optional(),
  includeArchived: flagParam,
  includeComponents: flagParam,
  includeTrashed: flagParam,
  includeSharing: flagParam,
});
type ListQuery = z.output<typeof listQuerySchema>;

/** The position of a project in the order: the time by which it is sorted (epoch ms, 0 for none), then its number. */
type Position = readonly [number, number];

/** The content of a cursor in any order: when the page's last or first project was created (ISO 8601), and its id. */
const cursorSchema = z.tuple([z.iso.datetime(), z.string()]);
const CURSOR_PREFIX = "v2:";

export function listProjects(
  projects: PlacedProject[],
  params: URLSearchParams,
  view: Omit<ProjectViewOptions, "includeSharing">,
) {
  const query = parseQuery(listQuerySchema, params);
  const sorted = projects
    .filter(({ project }) => isWanted(project, query, params))
    .map((placed) => ({ project: placed.project, position: positionOf(placed, query) }))
    .sort((a, b) => compare(a.position, b.position, query));
  const { page, more } = cut(sorted, query, (cursor) => readCursor(cursor, projects, query));
  const [first, last] = [page.at(0), page.at(-1)];
  return {
    values: page.map(({ project }) => projectView(project, { ...view, includeSharing: query.includeSharing })),
    pagination: {
      after: last && more ? cursorOf(last.project) : null,
      before: first ? cursorOf(first.project) : null,
    },
  };
}

function isWanted(project: Project, query: ListQuery, params: URLSearchParams): boolean {
  const statuses = params.getAll("statuses");
  const categories = params.getAll("categories");
  return (
    project.visible &&
    (query.includeArchived || project.archivedAt === null) &&
    (query.includeTrashed || project.trashedAt === null) &&
    (query.includeComponents || project.type !== "COMPONENT") &&
    (query.creatorEmail === undefined || project.creatorEmail === query.creatorEmail) &&
    (query.ownerEmail === undefined || project.ownerEmail === query.ownerEmail) &&
    (query.collectionId === undefined || project.collections.includes(query.collectionId)) &&
    (statuses.length === 0 || (project.status !== null && statuses.includes(project.status))) &&
    (categories.length === 0 || project.categories.some((category) => categories.includes(category.name)))
  );
}

function positionOf({ project, place }: PlacedProject, query: ListQuery): Position {
  const times = {
    CREATED_AT: project.createdAt,
    LAST_EDITED_AT: project.lastEditedAt,
    LAST_PUBLISHED_AT: project.lastPublishedAt,
  };
  return [times[query.sortBy] ?? 0, place];
}

function compare(a: Position, b: Position, query: ListQuery): number {
  const ascending = a[0] - b[0] || a[1] - b[1];
  return query.sortDirection === "ASC" ? ascending : -ascending;
}

/** `positionAt`: the current position of a cursor's project. */
function cut<T extends { position: Position }>(
  sorted: T[],
  query: ListQuery,
  positionAt: (cursor: string) => Position,
): { page: T[]; more: boolean } {
  if (query.after !== undefined && query.before !== undefined) {
    throw new Refusal(400, "after and before cannot be used together");
  }
  if (query.before !== undefined) {
    const cursor = positionAt(query.before);
    const earlier = sorted.filter(({ position }) => compare(position, cursor, query) < 0);
    return { page: earlier.slice(-query.limit), more: earlier.length < sorted.length };
  }
  const cursor = query.after === undefined ? undefined : positionAt(query.after);
  const later = cursor ? sorted.filter(({ position }) => compare(position, cursor, query) > 0) : sorted;
  return { page: later.slice(0, query.limit), more: later.length > query.limit };
}

function cursorOf({ createdAt, id }: Project): string {
  const row = JSON.stringify([new Date(createdAt).toISOString(), id]);
  return Buffer.from(`${CURSOR_PREFIX}${row}`).toString("base64url");
}

/**
 * The page continues from the current position of that project. In any order other than by creation, the project may have moved
 * since, so that rows are repeated or skipped. If it is gone, it counts as the last of its time.
 */
function readCursor(cursor: string, projects: PlacedProject[], query: ListQuery): Position {
  const text = Buffer.from(cursor, "base64url").toString();
  try {
    if (!text.startsWith(CURSOR_PREFIX)) throw new Error("another version");
    const [createdAt, id] = cursorSchema.parse(JSON.parse(text.slice(CURSOR_PREFIX.length)));
    const placed = projects.find(({ project }) => project.id === id);
    return placed ? positionOf(placed, query) : [Date.parse(createdAt), 0];
  } catch {
    throw new Refusal(400, INVALID_INPUT, {
      issues: [{ path: [query.after === cursor ? "after" : "before"], message: "Invalid cursor" }],
    });
  }
}
