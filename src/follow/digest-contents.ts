// Reads what a digest shows now.

import type { VisibleProjects } from "../catalog/visible-projects.js";
import { DAY } from "../lib/time.js";
import { type Absence, isGone } from "./absence.js";
import type { Digest } from "./digest.js";
import { byTitle, type DigestEntry, digestEntries } from "./digest-entries.js";
import type { Followed } from "./followed-project.js";
import type { FreshnessTerms } from "./freshness.js";
import type { Away } from "./judgement.js";
import type { TroubleStore } from "./trouble-store.js";
import type { Rule, WatchPlace } from "./watch.js";
import type { WatchStore } from "./watch-store.js";
import { isMeant, projectsOf } from "./watched-projects.js";

export interface DigestSources extends Pick<FreshnessTerms, "lateMs" | "stuckFactor"> {
  watches: Pick<WatchStore, "in">;
  troubles: Pick<TroubleStore, "followed">;
  /** When Hex was down since a time (epoch ms). */
  away: (since: number) => Promise<Away[]>;
}

/** The projects that may be shown. */
type Projects = Pick<VisibleProjects, "all" | "known" | "has" | "ready">;

/** A project that the digest should be about, and that Hex does not run or show any more. */
export interface GoneProject {
  id: string;
  /** As Hex last showed it. */
  title: string;
  absence: Absence;
}

export interface DigestContents {
  entries: DigestEntry[];
  /** By title. */
  gone: GoneProject[];
}

/** How long (ms) a project is named that is gone, unless somebody chose that very project: then, for as long as it is chosen. */
const GONE_MS = 7 * DAY;

/** @param rule which projects; `null`: those that the conversation watches. @param now epoch ms */
export async function digestContents(
  sources: DigestSources & { projects: Projects },
  { rule, channel, threadTs }: WatchPlace & Pick<Digest, "rule">,
  now: number,
): Promise<DigestContents> {
  const { watches, troubles, projects, away, lateMs, stuckFactor } = sources;
  await projects.ready();
  const [watched, followed, times] = await Promise.all([
    rule === null ? watches.in({ channel, threadTs }) : [],
    troubles.followed(),
    away(now - DAY),
  ]);
  const rules = rule === null ? watched.map((watch) => watch.rule) : [rule];
  const listed = projectsOf(rules, projects);
  const shown = new Set(listed.map(({ id }) => id));
  return {
    entries: digestEntries(listed, followed, { now, lateMs, stuckFactor, away: times }),
    gone: goneOf(rules, projects, followed, now).filter(({ id }) => !shown.has(id)),
  };
}

function goneOf(
  rules: readonly Rule[],
  projects: Projects,
  allFollowed: ReadonlyMap<string, Followed>,
  now: number,
): GoneProject[] {
  const gone = [...allFollowed].flatMap(([id, followed]) => {
    const { absence, title } = followed;
    if (absence === null || !isGone(absence) || !projects.has(id)) return [];
    const known = { project: projects.known(id), followed };
    const isRecent = now - absence.since < GONE_MS;
    const isNamed = rules.some((rule) => (isRecent || rule.kind === "project") && isMeant(rule, id, known));
    return isNamed ? [{ id, title: title ?? id, absence }] : [];
  });
  return gone.sort((one, other) => byTitle.compare(one.title, other.title));
}
