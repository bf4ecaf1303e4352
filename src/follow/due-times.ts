// When the schedules of a project say that it should run. Pure.

import { Cron } from "croner";
import type { Schedule } from "../hex/schema.js";
import { DAY, HOUR, SECOND } from "../lib/time.js";
import { changesNear, type Zone, zoneOf } from "./zones.js";

/** Every cadence as a cron expression of five fields, in the schedule's time zone. */
interface Timetable {
  cron: Cron;
  zone: Zone;
}

/** 0 and 7 are Sunday. */
const DAYS_OF_WEEK = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"] as const;

/**
 * Five plain fields. Hex does not say which dialect of cron it uses, and `L`, `W`, `#` and `?` mean different things in different
 * ones.
 */
const PLAIN_CRON = /^[\d*,/-]+ [\d*,/-]+ [\d*,/-]+ ([\d*,/-]|[A-Za-z]{3})+ ([\d*,/-]|[A-Za-z]{3})+$/;

/**
 * The earliest due time after `at` among the schedules that are on and can be judged, or null if there is none. Times in epoch ms.
 */
export function nextDue(schedules: readonly Schedule[], at: number): number | null {
  const next = timetablesOf(schedules).map(
    ({ cron }) => cron.nextRun(new Date(at))?.getTime() ?? Number.POSITIVE_INFINITY,
  );
  const first = Math.min(...next);
  return Number.isFinite(first) ? first : null;
}

export interface Due {
  /** Epoch ms. */
  at: number;
  /**
   * How far (ms) the real due time may be from `at`. Hex gives the zone as an offset and does not say whether it follows daylight
   * saving time, so an hour is allowed around a change.
   */
  slackMs: number;
}

/** The latest due time that is not after `at`, or null if there is none. Times in epoch ms. */
export function lastDue(schedules: readonly Schedule[], at: number): Due | null {
  let last: Due | null = null;
  for (const { cron, zone } of timetablesOf(schedules)) {
    // The library looks back from a whole second and leaves out that second itself.
    const previous = cron.previousRuns(2, new Date(at + SECOND)).map((date) => date.getTime());
    const its = previous.find((one) => one <= at) ?? Number.NEGATIVE_INFINITY;
    if (Number.isFinite(its) && (last === null || its > last.at)) {
      last = { at: its, slackMs: changesNear(zone, its, DAY) ? HOUR : 0 };
    }
  }
  return last;
}

/** Whether a schedule is on but its due times are not known, because its cron expression or its zone cannot be read. */
export function cannotBeJudged(schedule: Schedule): boolean {
  return schedule.enabled && timetableOf(schedule) === null;
}

function timetablesOf(schedules: readonly Schedule[]): Timetable[] {
  return schedules.flatMap((schedule) => (schedule.enabled ? (timetableOf(schedule) ?? []) : []));
}

function timetableOf({ hourly, daily, weekly, monthly, custom }: Schedule): Timetable | null {
  if (hourly) return timetable(`${hourly.minute} * * * *`, hourly.timezone);
  if (daily) return timetable(`${daily.minute} ${daily.hour} * * *`, daily.timezone);
  if (weekly) {
    const day = dayOfWeek(weekly.dayOfWeek);
    return day === null ? null : timetable(`${weekly.minute} ${weekly.hour} * * ${day}`, weekly.timezone);
  }
  if (monthly) return timetable(`${monthly.minute} ${monthly.hour} ${monthly.day} * *`, monthly.timezone);
  return custom && PLAIN_CRON.test(custom.cron.trim()) ? timetable(custom.cron.trim(), custom.timezone) : null;
}

function timetable(expression: string, timezone: string): Timetable | null {
  const zone = zoneOf(timezone);
  if (zone === null) return null;
  try {
    const options = zone.kind === "offset" ? { utcOffset: zone.minutes } : { timezone: zone.name };
    return { cron: new Cron(expression, { ...options, mode: "5-part", paused: true }), zone };
  } catch {
    return null;
  }
}

function dayOfWeek(day: string | number): string | null {
  if (typeof day === "number") return DAYS_OF_WEEK[day % 7] ?? null;
  const short = day.trim().slice(0, 3).toUpperCase();
  return DAYS_OF_WEEK.find((one) => one === short) ?? null;
}
