// ListCells and ListDataConnections: pages with opaque cursors.

import { z } from "zod";
import { INVALID_INPUT, Refusal } from "./errors.js";
import { isoTime } from "./projects.js";
import { limitParam, parseQuery } from "./query.js";
import type { DataConnection, Project } from "./types.js";

const pageSchema = { limit: limitParam, after: z.string().optional(), before: z.string().optional() };
const cellQuerySchema = z.object(pageSchema);
const connectionQuerySchema = z.object({
  ...pageSchema,
  sortBy: z.enum(["NAME", "CREATED_AT"]).default("NAME"),
  sortDirection: z.enum(["ASC", "DESC"]).default("ASC"),
});
type PageQuery = z.output<typeof cellQuerySchema>;

/** The cells of the draft. */
export function listCells(project: Project, params: URLSearchParams) {
  const query = parseQuery(cellQuerySchema, params);
  return pageOf(
    project.cells.map((cell) => ({ ...cell, projectId: project.id })),
    query,
  );
}

export function listDataConnections(connections: readonly DataConnection[], params: URLSearchParams) {
  const query = parseQuery(connectionQuerySchema, params);
  const turn = query.sortDirection === "ASC" ? 1 : -1;
  const sorted = connections.toSorted(
    (one, other) =>
      turn * (query.sortBy === "NAME" ? one.name.localeCompare(other.name) : one.createdAt - other.createdAt),
  );
  return pageOf(sorted.map(connectionView), query);
}

/** It holds more than the bot has to know. */
function connectionView({ id, name, type, description, createdAt }: DataConnection) {
  const connectionDetails = { [type]: { host: `${type}.internal.acme.test`, username: "svc_hex", database: "PROD" } };
  return { id, name, type, description, connectionDetails, createdAt: isoTime(createdAt) };
}

function pageOf<T extends { id: string }>(all: readonly T[], { limit, after, before }: PageQuery) {
  const start = before === undefined ? startAfter(all, after) : Math.max(0, placeOf(all, before) - limit);
  const end = before === undefined ? start + limit : placeOf(all, before);
  const values = all.slice(start, end);
  const [first, last] = [values.at(0), values.at(-1)];
  return {
    values,
    pagination: {
      after: last && end < all.length ? cursorOf(last.id) : null,
      before: first ? cursorOf(first.id) : null,
    },
  };
}

function startAfter(all: readonly { id: string }[], after: string | undefined): number {
  return after === undefined ? 0 : placeOf(all, after) + 1;
}

function cursorOf(id: string): string {
  return Buffer.from(`v1:${id}`).toString("base64url");
}

function placeOf(all: readonly { id: string }[], cursor: string): number {
  const place = all.findIndex(({ id }) => cursorOf(id) === cursor);
  if (place === -1) throw new Refusal(400, INVALID_INPUT, { issues: [{ path: ["after"], message: "Invalid cursor" }] });
  return place;
}
