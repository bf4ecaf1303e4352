// What `/hex status` says of events that the paging service did not accept.

import type { PagesHeld } from "../../paging/page-store.js";
import { pagingRemedy } from "../../remedies/paging.js";
import { count, date, inline } from "./mrkdwn.js";

/** `count` is null where there are rules: some of the pages may be about projects that are hidden from the reader. */
export type PagesHeldShown = Omit<PagesHeld, "count"> & { count: number | null };

/** A line of mrkdwn; `null` when all were accepted. */
export function pagesHeldLine(held: PagesHeldShown | null): string | null {
  if (held === null) return null;
  const { what, todo } = pagingRemedy(held.kind);
  const affected = held.count === null ? "" : `, ${count(held.count, "page")} affected`;
  return `:warning: *Paging does not work*${affected}: ${inline(what, 300)} Last tried ${date(held.at)}. ${inline(todo, 500)}`;
}
