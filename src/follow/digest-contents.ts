// Reads what a digest shows now.

import type { Catalog } from "../catalog/catalog.js";
import { DAY } from "../lib/time.js";
import type { Digest } from "./digest.js";
import { type DigestEntry, digestEntries } from "./digest-entries.js";
import type { FreshnessTerms } from "./freshness.js";
import type { Away } from "./judgement.js";
import type { TroubleStore } from "./trouble-store.js";
import type { WatchPlace } from "./watch.js";
import type { WatchStore } from "./watch-store.js";
import { projectsOf } from "./watched-projects.js";

export interface DigestSources extends Pick<FreshnessTerms, "lateMs" | "stuckFactor"> {
  watches: Pick<WatchStore, "in">;
  troubles: Pick<TroubleStore, "followed">;
  catalog: Pick<Catalog, "all" | "known" | "ready">;
  /** When Hex was down, of the time since `since` (epoch ms). */
  away: (since: number) => Promise<Away[]>;
}

/** @param rule which projects; `null`: those that the conversation watches. @param now epoch ms */
export async function digestContents(
  sources: DigestSources,
  { rule, channel, threadTs }: WatchPlace & Pick<Digest, "rule">,
  now: number,
): Promise<DigestEntry[]> {
  const { watches, troubles, catalog, away, lateMs, stuckFactor } = sources;
  await catalog.ready();
  const [watched, followed, times] = await Promise.all([
    rule === null ? watches.in({ channel, threadTs }) : [],
    troubles.followed(),
    away(now - DAY),
  ]);
  const rules = rule === null ? watched.map((watch) => watch.rule) : [rule];
  return digestEntries(projectsOf(rules, catalog), followed, { now, lateMs, stuckFactor, away: times });
}
