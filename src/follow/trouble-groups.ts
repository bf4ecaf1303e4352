// Which troubles share one message. Pure.

import { MINUTE } from "../lib/time.js";
import type { Trouble } from "./trouble.js";

const JOIN_MS = 10 * MINUTE;

/**
 * Groups troubles (oldest first). The first one gets a message immediately, and those that are seen within ten minutes join it, unless
 * everything in that message was already over.
 * @returns groups with at least one trouble, in order
 */
export function grouped(troubles: readonly Trouble[]): [Trouble, ...Trouble[]][] {
  const groups: [Trouble, ...Trouble[]][] = [];
  for (const trouble of troubles) {
    const group = groups.at(-1);
    if (group !== undefined && joins(trouble, group)) group.push(trouble);
    else groups.push([trouble]);
  }
  return groups;
}

function joins({ seenAt }: Trouble, group: readonly [Trouble, ...Trouble[]]): boolean {
  const wasOver = group.every(({ overAt }) => overAt !== null && overAt <= seenAt);
  return seenAt - group[0].seenAt < JOIN_MS && !wasOver;
}
