// When the schedules of a project say that it should run. Pure.

import { Cron } from "croner";
import type { Schedule } from "../hex/schema.js";
import { DAY, HOUR, MINUTE, SECOND } from "../lib/time.js";
import { changesNear, mayShift, type Zone, zoneOf } from "./zones.js";

/** Every cadence as a cron expression of five fields, in the schedule's time zone. */
interface Timetable {
  cron: Cron;
  zone: Zone;
  /** What was found out lately. Computing it takes milliseconds, and every reading asks it of every project. */
  spans: readonly Span[];
  /** The next due time when it was last asked for. */
  next: Due | null;
}

/** From `from` until just before `to` (epoch ms), `due` is the latest due time. */
interface Span {
  from: number;
  to: number;
  due: Due | null;
}

/** Hex may start a scheduled run a little early. */
const EARLY_MS = MINUTE;

/** The plan looks at this moment, and the judgement at earlier ones. */
const SPANS = 4;

/** The timetable of each schedule, for as long as the schedule is kept. */
const timetables = new WeakMap<Schedule, { timetable: Timetable | null }>();

/** 0 and 7 are Sunday. */
const DAYS_OF_WEEK = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/**
 * Five plain fields. Hex does not say which dialect of cron it uses, and `L`, `W`, `#` and `?` mean different things in different
 * ones.
 */
const PLAIN_CRON = /^[\d*,/-]+ [\d*,/-]+ [\d*,/-]+ ([\d*,/-]|[A-Za-z]{3})+ ([\d*,/-]|[A-Za-z]{3})+$/;

export interface Due {
  /** Epoch ms. */
  at: number;
  /**
   * How far (ms) the real due time may be from `at`. Hex gives the zone as an offset and does not say whether it follows daylight
   * saving time, so an hour is allowed around a change.
   */
  slackMs: number;
}

/** When the run for a due time may start at the earliest, epoch ms. */
export function earliestStart({ at, slackMs }: Due): number {
  return at - slackMs - EARLY_MS;
}

/** The earliest due time after `at` (epoch ms) among the schedules that are on and can be judged, or null if there is none. */
export function nextDue(schedules: readonly Schedule[], at: number): Due | null {
  let first: Due | null = null;
  for (const timetable of timetablesOf(schedules)) {
    const own = nextOf(timetable, at);
    if (own !== null && (first === null || own.at < first.at)) first = own;
  }
  return first;
}

function nextOf(timetable: Timetable, at: number): Due | null {
  const { cron, zone, next } = timetable;
  const due = cron.nextRun(new Date(at))?.getTime() ?? null;
  if (due === null) return null;
  if (due === next?.at) return next;
  const isUnsure = zone.kind === "offset" && mayShift(zone.minutes, at, due);
  timetable.next = { at: due, slackMs: isUnsure ? HOUR : 0 };
  return timetable.next;
}

/** The latest due time that is not after `at`, or null if there is none. Times in epoch ms. */
export function lastDue(schedules: readonly Schedule[], at: number): Due | null {
  let last: Due | null = null;
  for (const timetable of timetablesOf(schedules)) {
    const own = lastOf(timetable, at);
    if (own !== null && (last === null || own.at > last.at)) last = own;
  }
  return last;
}

function lastOf(timetable: Timetable, at: number): Due | null {
  const known = timetable.spans.find(({ from, to }) => from <= at && at < to);
  if (known !== undefined) return known.due;
  const span = spanAround(timetable, at);
  timetable.spans = [span, ...timetable.spans].slice(0, SPANS);
  return span.due;
}

function spanAround({ cron, zone }: Timetable, at: number): Span {
  // The library looks back from a whole second and leaves out that second itself.
  const previous = cron.previousRuns(2, new Date(at + SECOND)).map((date) => date.getTime());
  const last = previous.find((one) => one <= at);
  const due = last === undefined ? null : { at: last, slackMs: changesNear(zone, last, DAY) ? HOUR : 0 };
  const to = cron.nextRun(new Date(at))?.getTime() ?? Number.POSITIVE_INFINITY;
  return { from: last ?? at, to, due };
}

/** Whether a schedule is on but its due times are not known, because its cron expression or its zone cannot be read. */
export function cannotBeJudged(schedule: Schedule): boolean {
  return schedule.enabled && timetableOf(schedule) === null;
}

function timetablesOf(schedules: readonly Schedule[]): Timetable[] {
  return schedules.flatMap((schedule) => (schedule.enabled ? (timetableOf(schedule) ?? []) : []));
}

function timetableOf(schedule: Schedule): Timetable | null {
  const known = timetables.get(schedule);
  if (known !== undefined) return known.timetable;
  const timetable = readTimetable(schedule);
  timetables.set(schedule, { timetable });
  return timetable;
}

function readTimetable({ hourly, daily, weekly, monthly, custom }: Schedule): Timetable | null {
  if (hourly) return timetable(`${hourly.minute} * * * *`, hourly.timezone);
  if (daily) return timetable(`${daily.minute} ${daily.hour} * * *`, daily.timezone);
  if (weekly) {
    const day = dayOfWeek(weekly.dayOfWeek);
    return day === null ? null : timetable(`${weekly.minute} ${weekly.hour} * * ${day}`, weekly.timezone);
  }
  if (monthly) return timetable(`${monthly.minute} ${monthly.hour} ${monthly.day} * *`, monthly.timezone);
  return custom && meansTheSameEverywhere(custom.cron) ? timetable(custom.cron, custom.timezone) : null;
}

/**
 * Whether the dialects of cron agree about an expression. A `*` with a step next to another day field: for some, both have to fit, for
 * others one of them is enough.
 */
function meansTheSameEverywhere(cron: string): boolean {
  const fields = cron.trim().split(/\s+/);
  const [, , day = "", , weekday = ""] = fields;
  return PLAIN_CRON.test(fields.join(" ")) && (day === "*" || weekday === "*" || !`${day}${weekday}`.includes("*"));
}

function timetable(expression: string, timezone: string): Timetable | null {
  const zone = zoneOf(timezone);
  if (zone === null) return null;
  try {
    const options = zone.kind === "offset" ? { utcOffset: zone.minutes } : { timezone: zone.name };
    return { cron: new Cron(expression, { ...options, mode: "5-part" }), zone, spans: [], next: null };
  } catch {
    return null;
  }
}

function dayOfWeek(day: string | number): string | null {
  if (typeof day === "number") return DAYS_OF_WEEK[day % 7] ?? null;
  const short = day.trim().slice(0, 3).toUpperCase();
  return DAYS_OF_WEEK.find((one) => one === short) ?? null;
}
