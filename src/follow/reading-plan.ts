// Which watched project to ask Hex about next. Pure: the projects and the time go in, the next request comes out. The bot asks
// about a project when there may be news: when its scheduled run should have ended, when that run counts as late, while a run is
// going, and just before a page, which nobody needs if all is well by then. These projects come first, and the one that has
// waited longest comes before the others. The rest of the share goes to the projects in turn, the one that was read longest ago
// first, to find runs that were started outside of the schedules. However much news there is, these rounds continue, with half of
// the share if need be.

import type { Schedule } from "../hex/schema.js";
import { MINUTE, SECOND } from "../lib/time.js";
import { earliestStart, lastDue } from "./due-times.js";
import { deadlineOf, type Terms } from "./judgement.js";

/** A watched project, as far as the plan needs it. Times in epoch ms. */
export interface Watched {
  projectId: string;
  schedules: readonly Schedule[];
  /** When its runs were last read. `null`: never. */
  readAt: number | null;
  /** When the newest run that counts for its schedules began, or ended without ever starting. `null`: none is known. */
  scheduledAt: number | null;
  /** When each run that had not ended at the last reading began. */
  going: readonly number[];
  /** How long its runs usually take, in ms. `null`: not known. */
  typicalMs: number | null;
  /** After how long a run counts as stuck, in ms. `null`: never. */
  stuckAfterMs: number | null;
  /** When somebody may be paged about it. */
  pagesAt: readonly number[];
}

export interface NextReading {
  projectId: string;
  /** When to ask: now, or later. Epoch ms. */
  at: number;
}

/** What readings may use of the request budget. */
export interface Pace {
  /** Readings a minute, at this moment. */
  perMinute: number;
  /** When the last one was made, epoch ms; `null` if none was. */
  lastAt: number | null;
}

/**
 * In ms. The shortest pause between two readings of a project, and between the time when a run was due and the first reading for it:
 * nobody needs to know sooner.
 */
export const LEAST_PAUSE_MS = 30 * SECOND;
/** The longest pause between two readings of a project with a run that is going. */
const LONGEST_PAUSE_MS = 5 * MINUTE;
/** How often at most a project is read when there is nothing to wait for. */
const ROUND_MS = 5 * MINUTE;
/** A project that was read this many rounds ago no longer waits behind those with news. */
const PATIENCE_ROUNDS = 2;
/** How long a run is expected to take when its usual duration is not known. */
const UNKNOWN_TYPICAL_MS = 2 * MINUTE;

/** The next request, or null if nothing is watched. */
export function nextReading(projects: readonly Watched[], now: number, pace: Pace, terms: Terms): NextReading | null {
  const free = freeAt(now, pace);
  const patienceMs = PATIENCE_ROUNDS * roundMs(projects.length, pace.perMinute);
  let best: Candidate | null = null;
  for (const one of projects.map((project) => candidate(notAhead(project, now), { free, patienceMs, terms }))) {
    if (best === null || goesBefore(one, best, free)) best = one;
  }
  return best && { projectId: best.projectId, at: Math.max(free, Math.min(best.newsAt, best.roundAt)) };
}

/**
 * How old (ms) what is known of a project gets while there is no news of any, with so many projects and so many readings a minute.
 * While there is a lot of news, it gets up to three times as old.
 */
export function roundMs(projects: number, perMinute: number): number {
  return Math.max(ROUND_MS, (projects * MINUTE) / perMinute);
}

/** A time in the future is from before the clock was set back, and says nothing: as if the project had never been read. */
function notAhead(project: Watched, now: number): Watched {
  return project.readAt !== null && project.readAt > now ? { ...project, readAt: null } : project;
}

interface Candidate {
  projectId: string;
  newsAt: number;
  roundAt: number;
}

function candidate(
  project: Watched,
  { free, patienceMs, terms }: { free: number; patienceMs: number; terms: Terms },
): Candidate {
  const readAt = project.readAt ?? Number.NEGATIVE_INFINITY;
  return {
    projectId: project.projectId,
    newsAt: Math.min(newsAt(project, free, terms), readAt + patienceMs),
    roundAt: readAt + ROUND_MS,
  };
}

function goesBefore(one: Candidate, other: Candidate, at: number): boolean {
  const [oneHasNews, otherHasNews] = [one.newsAt <= at, other.newsAt <= at];
  if (oneHasNews !== otherHasNews) return oneHasNews;
  if (oneHasNews) return one.newsAt < other.newsAt;
  return Math.min(one.newsAt, one.roundAt) < Math.min(other.newsAt, other.roundAt);
}

/** When the next reading may be made, epoch ms. Readings are spaced evenly. A last one in the future is from before the clock was set back, and does not count. */
export function freeAt(now: number, { perMinute, lastAt }: Pace): number {
  return lastAt === null || lastAt > now ? now : Math.max(now, lastAt + Math.ceil(MINUTE / perMinute));
}

/** When there may be news that has not been read yet, epoch ms. `at`: when it can be read at the earliest. */
export function newsAt(project: Watched, at: number, terms: Terms): number {
  const { readAt } = project;
  if (readAt === null) return Number.NEGATIVE_INFINITY;
  const moments = [
    ...momentsOfRuns(project, readAt),
    ...momentsOfSchedule(project, at, terms),
    ...project.pagesAt.map((pageAt) => pageAt - LEAST_PAUSE_MS),
  ];
  return Math.min(...moments.filter((moment) => moment > readAt), Number.POSITIVE_INFINITY);
}

/** The longer a run has taken, the longer it may still take. */
function momentsOfRuns({ going, typicalMs, stuckAfterMs }: Watched, readAt: number): number[] {
  return going.flatMap((since) => {
    const pause = Math.min(LONGEST_PAUSE_MS, Math.max(LEAST_PAUSE_MS, (readAt - since) / 2));
    const again = Math.max(readAt + pause, since + (typicalMs ?? 0));
    return stuckAfterMs === null ? [again] : [again, since + stuckAfterMs + SECOND];
  });
}

/** The usual end of the run that is due, and the moment at which it counts as late. */
function momentsOfSchedule({ schedules, scheduledAt, typicalMs }: Watched, at: number, terms: Terms): number[] {
  const due = lastDue(schedules, at);
  if (due === null || due.at <= terms.from) return [];
  if (scheduledAt !== null && scheduledAt >= earliestStart(due)) return [];
  const end = due.at + (typicalMs ?? UNKNOWN_TYPICAL_MS) + LEAST_PAUSE_MS;
  return [end, deadlineOf(due, terms.lateMs, terms.away)];
}
