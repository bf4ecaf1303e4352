// What `/hex status` says of events that the paging service did not accept.

import type { PagesHeld } from "../../paging/page-store.js";
import { pagingRemedy } from "../../remedies/paging.js";
import { count, date, inline } from "./mrkdwn.js";

/** A line of mrkdwn; `null` when all were accepted. */
export function pagesHeldLine(held: PagesHeld | null): string | null {
  if (held === null) return null;
  const { what, todo } = pagingRemedy(held.kind);
  return `:warning: *Paging does not work*, ${count(held.count, "page")} affected: ${inline(what, 300)} Last tried ${date(held.at)}. ${inline(todo, 500)}`;
}
