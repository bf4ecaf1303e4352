// Which data connections projects in trouble share, and what to ask Hex to find out. Pure.

import { DAY } from "../lib/time.js";
import type { Trouble } from "./trouble.js";

/** What Hex was asked at most once a day. Times in epoch ms. */
export interface KnownConnections {
  /** The data connections that each project's draft uses, by the project's id. */
  uses: ReadonlyMap<string, { readAt: number; connectionIds: readonly string[] }>;
  /** The names of all data connections by their ids; null when they were never read. */
  names: { readAt: number; byId: ReadonlyMap<string, string> } | null;
  /** When Hex last refused to tell, since the token lacks the scope; null when it did not. */
  refusedAt: { cells: number | null; names: number | null };
}

/** A data connection that at least two projects use. */
export interface SharedConnection {
  name: string;
  projectIds: string[];
}

/** What to ask Hex next. */
export type ConnectionQuestion = { kind: "cells"; projectId: string } | { kind: "names" };

/**
 * Whether what is wrong with a project now may come from a data connection: a run failed or hangs. A run that is late has not used one
 * yet, nor has one that got no kernel.
 */
export function mayComeFromConnection({ ailments }: Pick<Trouble, "ailments">): boolean {
  return ailments.some(
    (one) => one.overAt === null && (one.kind === "stuck" || (one.kind === "failed" && one.status === "ERRORED")),
  );
}

/** More projects in one message say nothing new about the connection that they share. */
const LOOKED_AT = 10;

/** The projects of a message that Hex is asked about. */
export function lookedAt(projectIds: readonly string[]): readonly string[] {
  return projectIds.slice(0, LOOKED_AT);
}

/**
 * What is not known yet about projects that are in trouble together, or null if there is nothing to ask now.
 * @param together the projects of each message. A single project shares nothing
 * @param now epoch ms
 */
export function nextQuestion(
  together: readonly (readonly string[])[],
  known: KnownConnections,
  now: number,
): ConnectionQuestion | null {
  const { cells, names } = known.refusedAt;
  if (isOfToday(cells, now) || isOfToday(names, now)) return null;
  const groups = together.filter(({ length }) => length > 1).map(lookedAt);
  const unread = groups.flat().find((id) => !isOfToday(known.uses.get(id)?.readAt ?? null, now));
  if (unread !== undefined) return { kind: "cells", projectId: unread };
  if (isOfToday(known.names?.readAt ?? null, now)) return null;
  const isAnyShared = groups.some((group) => [...usersOf(group, known).values()].some(({ length }) => length > 1));
  return isAnyShared ? { kind: "names" } : null;
}

/**
 * The data connections that most of these projects share, by name. Empty until all that is to be asked about them is known.
 * @param projectIds the projects of one message
 */
export function sharedConnections(projectIds: readonly string[], known: KnownConnections): SharedConnection[] {
  const asked = lookedAt(projectIds);
  if (asked.length < 2 || asked.some((id) => !known.uses.has(id))) return [];
  const shared = [...usersOf(asked, known)].flatMap(([id, users]): SharedConnection[] => {
    const name = known.names?.byId.get(id);
    return name === undefined || users.length < 2 ? [] : [{ name, projectIds: users }];
  });
  const most = Math.max(...shared.map((one) => one.projectIds.length));
  return shared.filter((one) => one.projectIds.length === most).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The projects that use each data connection, by the connection's id. */
function usersOf(projectIds: readonly string[], { uses }: KnownConnections): Map<string, string[]> {
  const users = new Map<string, string[]>();
  for (const projectId of projectIds) {
    for (const id of new Set(uses.get(projectId)?.connectionIds)) users.set(id, [...(users.get(id) ?? []), projectId]);
  }
  return users;
}

/** A time in the future is from before the clock was set back, and does not count. */
function isOfToday(at: number | null, now: number): boolean {
  return at !== null && at <= now && now - at < DAY;
}
