// What the message about several projects in trouble says of a data connection that they share; and what `/hex status` says when the bot
// cannot find out.

import type { SharedConnection } from "../../follow/shared-connections.js";
import { DAY } from "../../lib/time.js";
import { scopeFor } from "../../remedies/hex.js";
import { bold, count, inline, listed } from "./mrkdwn.js";

/** Connections that are named; the others are counted. */
const NAMED = 3;
/** Projects that are named; the others are counted. */
const TITLES = 3;
const NUMBERS = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"];

export interface SharedAround {
  /** By the projects' ids: those that are in trouble in this message. */
  titles: ReadonlyMap<string, string>;
  /** How many of them may be in trouble because of a data connection. */
  suspects: number;
}

/**
 * A line of mrkdwn, or null if they share none.
 * @param shared each used by the same number of projects
 */
export function sharedConnectionLine(
  shared: readonly SharedConnection[],
  { titles, suspects }: SharedAround,
): string | null {
  const [first] = shared;
  if (first === undefined) return null;
  const all = first.projectIds.length === suspects;
  const isSame = shared.every(({ projectIds }) => projectIds.join() === first.projectIds.join());
  // If different projects share different ones, the line tells of the first.
  const told = isSame ? shared : [first];
  const who = all && suspects === titles.size ? allOf(suspects) : named(first.projectIds, titles);
  const what = told.length === 1 ? "that data connection" : "these data connections";
  return `:mag: ${all ? "Likely" : "Perhaps"}: ${who} use ${connections(told)}. Check ${what} in Hex first.`;
}

function allOf(number: number): string {
  return number === 2 ? "both" : `all ${NUMBERS[number - 2] ?? number}`;
}

function named(projectIds: readonly string[], titles: ReadonlyMap<string, string>): string {
  const shown = projectIds.slice(0, TITLES).map((id) => inline(titles.get(id) ?? id, 80));
  const rest = projectIds.length - shown.length;
  return listed([...shown, ...(rest > 0 ? [count(rest, "other project")] : [])]);
}

function connections(shared: readonly SharedConnection[]): string {
  const names = shared.slice(0, NAMED).map(({ name }) => bold(name, 80));
  const rest = shared.length - names.length;
  return listed([...names, ...(rest > 0 ? [count(rest, "other")] : [])]);
}

/** When Hex last refused to tell, since the token lacks the scope, epoch ms; null when it did not. */
export interface ConnectionRefusals {
  cells: number | null;
  names: number | null;
}

/** A line of mrkdwn for `/hex status`; null when Hex refused nothing in the last day. `now`: epoch ms. */
export function connectionRefusalLine(refusedAt: ConnectionRefusals | null, now: number): string | null {
  const isRecent = (at: number | null | undefined) => at != null && at > now - DAY;
  const operations = [
    ...(isRecent(refusedAt?.cells) ? (["listCells"] as const) : []),
    ...(isRecent(refusedAt?.names) ? (["listDataConnections"] as const) : []),
  ];
  if (operations.length === 0) return null;
  const scopes = operations.map((operation) => `"${scopeFor(operation)}"`);
  return `:information_source: The Hex token lacks the optional ${scopes.length === 1 ? "scope" : "scopes"} ${listed(scopes)}, so messages about projects that fail together do not name the data connection that they share. Once a token has ${scopes.length === 1 ? "it" : "them"}, the bot notices within a day.`;
}
