// What the bot remembers about a watched project between two readings of its runs. Pure.

import { z } from "zod";
import { endOf, type HexRun, isOver, latestFirst, type Project, type Schedule, startOrEnd } from "../hex/schema.js";
import { epochMs } from "../lib/epoch.js";
import { DAY } from "../lib/time.js";
import { typicalDuration } from "../runs/typical-duration.js";
import { absenceSchema, isGone, settledUntil, type WhyAbsent } from "./absence.js";
import {
  type Away,
  beganAt,
  countsForSchedules,
  type Evidence,
  endedRuns,
  isFailure,
  saysHowItWent,
  stuckAfterMs,
  type Terms,
} from "./judgement.js";
import { overtakenRuns } from "./overtaken-runs.js";
import type { Watched } from "./reading-plan.js";

/** A run's page in Hex; `null`: not known. */
const runUrl = z.string().nullable().default(null);
const endedRunSchema = z.object({
  runId: z.string(),
  url: runUrl,
  status: z.string(),
  endedAt: epochMs,
  /** How long it took, in ms. `null`: not known. */
  tookMs: z.number().nullable(),
  /** The version of the project that ran. `null`: not known. */
  version: z.string().nullable(),
});
export type LastRun = z.output<typeof endedRunSchema>;

/** Times in epoch ms. */
export const followedSchema = z.object({
  /** The schedules when they were last seen, as JSON. */
  schedules: z.string(),
  schedulesSince: epochMs,
  /** When its runs were last read. `null`: never. */
  readAt: epochMs.nullable(),
  /** Since when every attempt to read them has failed while Hex could be used. `null`: the last one succeeded. */
  unreadSince: epochMs.nullable().default(null),
  /** When the newest run that counts for its schedules began, or ended without ever starting. `null`: none is known. */
  scheduledAt: epochMs.nullable(),
  /** When the newest run may have begun that could not be read. `null`: all could. */
  unreadRunAt: epochMs.nullable().default(null),
  /** The runs that had not ended and were not overtaken, with the time at which each began or was first seen. */
  going: z.array(z.object({ runId: z.string(), url: runUrl, since: epochMs })),
  /** See `overtakenRuns`. */
  overtaken: z.array(z.object({ runId: z.string(), since: epochMs })).default([]),
  typicalMs: z.number().nullable(),
  lastRun: endedRunSchema.nullable(),
  lastGood: endedRunSchema.nullable(),
  /** Whether the newest run whose end says something failed, see `saysHowItWent`. */
  isFailing: z.boolean().default(false),
  /** Its title when it was last seen. `null`: not known. */
  title: z.string().nullable().default(null),
  /** The keys of the rules that it fitted when it was last seen, see `ruleKey`. */
  rules: z.array(z.string()).default([]),
  /** The last time that it was not judged. `null`: there was none. */
  absence: absenceSchema.nullable().default(null),
});
export type Followed = z.output<typeof followedSchema>;

/** A project about which nothing is known yet. `now`: epoch ms. */
export function newlyFollowed({ schedules }: Pick<Project, "schedules">, now: number): Followed {
  return {
    schedules: spelled(schedules),
    schedulesSince: now,
    readAt: null,
    unreadSince: null,
    scheduledAt: null,
    unreadRunAt: null,
    going: [],
    overtaken: [],
    typicalMs: null,
    lastRun: null,
    lastGood: null,
    isFailing: false,
    title: null,
    rules: [],
    absence: null,
  };
}

/**
 * The same project as Hex lists it now, with the rules that it fits. If Hex did not list it before, it is judged from `now` (epoch ms)
 * on, and what was due in the meantime is not.
 */
export function listed(
  followed: Followed,
  { project, rules }: { project: Pick<Project, "title" | "schedules">; rules: readonly string[] },
  now: number,
): Followed {
  const { title, schedules } = project;
  const current = withSchedules(noLaterThan(followed, now), schedules, now);
  const isSame = current.title === title && JSON.stringify(current.rules) === JSON.stringify(rules);
  const named = isSame ? current : { ...current, title, rules: [...rules] };
  return isGone(named.absence) ? judgedAgain(named, now) : named;
}

/**
 * The same project, judged since `now` (epoch ms) at the latest: what is later is from before the clock was set back, and nothing
 * would be judged until then.
 */
function noLaterThan(followed: Followed, now: number): Followed {
  const { schedulesSince, absence } = followed;
  if (Math.max(schedulesSince, settledUntil(absence)) <= now) return followed;
  const past = (time: number | null) => (time === null ? null : Math.min(time, now));
  return {
    ...followed,
    schedulesSince: Math.min(schedulesSince, now),
    absence: absence && { ...absence, backAt: past(absence.backAt), knownUntil: past(absence.knownUntil) },
  };
}

/** The same project, whose runs Hex lists. If it could not list them for a while, what happened meanwhile is judged, too. `now`: epoch ms. */
export function readable(followed: Followed, now: number): Followed {
  const { absence } = followed;
  return { ...followed, unreadSince: null, absence: absence && { ...absence, backAt: absence.backAt ?? now } };
}

/** The same project after Hex failed or refused to list its runs. `now`: epoch ms. While Hex was down, that says nothing about it. */
export function unread(followed: Followed, now: number, away: readonly Away[]): Followed {
  const since = followed.unreadSince ?? now;
  const wasDown = away.some(({ to }) => (to ?? Number.POSITIVE_INFINITY) > since);
  return { ...followed, unreadSince: wasDown ? now : Math.min(since, now) };
}

function judgedAgain(followed: Followed, now: number): Followed {
  const { absence } = followed;
  return { ...followed, schedulesSince: now, absence: absence && { ...absence, backAt: now } };
}

/**
 * The same project, which is not judged any more. Its trouble ends with that, and is told again if it is still there when its runs can be
 * read again.
 * @param since epoch ms
 * @param troubleSince since when it was in trouble, epoch ms; `null`: it was not
 */
export function absentSince(
  followed: Followed,
  why: WhyAbsent,
  since: number,
  troubleSince: number | null = null,
): Followed {
  const lastKnown = Math.max(followed.readAt ?? 0, settledUntil(followed.absence));
  const knownUntil = why === "unreadable" ? Math.min(lastKnown, troubleSince ?? since, since) : null;
  return { ...followed, going: [], absence: { why, since, backAt: null, knownUntil } };
}

/** The same project with its current schedules. What was due before they changed is not judged by the new ones. */
export function withSchedules(followed: Followed, schedules: readonly Schedule[], now: number): Followed {
  const seen = spelled(schedules);
  return seen === followed.schedules ? followed : { ...followed, schedules: seen, schedulesSince: now };
}

export interface Reading {
  runs: readonly HexRun[];
  /** See `RunPage`. */
  unreadStarts: readonly (number | null)[];
  /** Epoch ms. */
  readAt: number;
  /** The most runs that one answer holds. If there are fewer, the list is complete. */
  most: number;
}

/** What a reading shows, for the judgement. */
export function evidenceOf(
  followed: Followed,
  schedules: readonly Schedule[],
  reading: Reading,
  { stuckFactor }: Pick<Terms, "stuckFactor">,
): Evidence {
  const { unreadStarts, readAt, most } = reading;
  const runs = reading.runs.map((run) => withoutFuture(run, readAt)).sort(latestFirst);
  const starts = runs.map(({ startTime }) => startTime ?? readAt);
  const firstSeen = new Map([...followed.going, ...followed.overtaken].map(({ runId, since }) => [runId, since]));
  const typicalMs = typicalDuration(runs) ?? followed.typicalMs;
  const overtaken = overtakenRuns({ runs, readAt, typicalMs, firstSeen }, followed.overtaken, stuckFactor);
  return {
    schedules,
    schedulesSince: followed.schedulesSince,
    settledUntil: settledUntil(followed.absence),
    runs: runs.filter(({ runId }) => !overtaken.some((one) => one.runId === runId)),
    overtaken,
    unreadStarts,
    readAt,
    completeSince: runs.length + unreadStarts.length < most ? 0 : Math.min(...starts),
    firstSeen,
    typicalMs,
  };
}

/** How far (ms) a time of Hex's may be ahead before it makes no sense. This machine's clock may be hours behind. */
const FUTURE_MS = DAY;

/** The same run without times that make no sense: one from next year would count as the latest until then. `readAt`: epoch ms. */
function withoutFuture(run: HexRun, readAt: number): HexRun {
  const past = (time: number | null) => (time !== null && time > readAt + FUTURE_MS ? null : time);
  return { ...run, startTime: past(run.startTime), endTime: past(run.endTime) };
}

/** What the bot remembers after a reading. */
export function remembered(followed: Followed, evidence: Evidence): Followed {
  const { runs, overtaken, unreadStarts, readAt, typicalMs } = evidence;
  const starts = runs.filter(countsForSchedules).flatMap((run) => startOrEnd(run) ?? []);
  const ended = endedRuns(runs, readAt);
  const newest = ended.find(saysHowItWent);
  return {
    ...followed,
    readAt,
    scheduledAt: Math.max(followed.scheduledAt ?? 0, ...starts) || null,
    unreadRunAt: Math.max(0, ...unreadStarts.map((at) => at ?? readAt)) || null,
    going: runs
      .filter((run) => !isOver(run, readAt))
      .map((run) => ({ runId: run.runId, url: run.runUrl, since: beganAt(run, evidence) })),
    overtaken: [...overtaken],
    typicalMs,
    lastRun: lastOf(ended) ?? followed.lastRun,
    lastGood: lastOf(ended.filter(({ status }) => status === "COMPLETED")) ?? followed.lastGood,
    isFailing: newest === undefined ? followed.isFailing : isFailure(newest),
  };
}

/** The project as the reading plan needs it. `pagesAt`: epoch ms. */
export function watchedOf(
  projectId: string,
  schedules: readonly Schedule[],
  followed: Followed,
  { stuckFactor, pagesAt }: { stuckFactor: number; pagesAt: readonly number[] },
): Watched {
  const { readAt, scheduledAt, going, typicalMs } = followed;
  return {
    projectId,
    schedules,
    readAt,
    scheduledAt,
    going: going.map(({ since }) => since),
    typicalMs,
    stuckAfterMs: stuckAfterMs(typicalMs, stuckFactor),
    pagesAt,
  };
}

function lastOf(ended: readonly HexRun[]): LastRun | null {
  const [run] = ended;
  if (run === undefined) return null;
  const endedAt = endOf(run);
  if (endedAt === null) return null;
  const tookMs = run.elapsedTime ?? (run.startTime === null ? null : endedAt - run.startTime);
  const { runId, runUrl: url, status, projectVersion: version } = run;
  return { runId, url, status, endedAt, tookMs, version };
}

/** The schedules as JSON that does not depend on their order. */
function spelled(schedules: readonly Schedule[]): string {
  return JSON.stringify(schedules.map((schedule) => JSON.stringify(schedule)).sort());
}
