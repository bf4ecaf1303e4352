// When Hex runs a project by its schedules, minute by minute: written without the bot's own reading of schedules, so that a mistake
// there is found.

import type { Schedule } from "./types.js";
import { type WallMinute, wallMinute } from "./wall-clock.js";

const MINUTE_MS = 60_000;
const DAY_NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
const MONTH_NAMES = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/** A schedule as the five fields of a cron expression, each a set of numbers. */
interface Fields {
  timezone: string;
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  /** 0 is Sunday. */
  weekdays: ReadonlySet<number>;
  /** A day counts if either its date or its weekday fits, as cron has it when both are given. */
  isEitherDay: boolean;
  /** It names hours. Otherwise it fires in every hour, however often the clock shows it. */
  hasHours: boolean;
}

/**
 * Whether a schedule fires in the minute that begins at `at` (epoch ms). When the clock is set forward, what it leaves out fires at
 * that moment. When it is set back, what it shows again does not fire again. Both apply only to schedules that name hours, as in cron.
 * Expressions that are not five plain fields never fire.
 */
export function firesAt(schedule: Schedule, at: number): boolean {
  const fields = schedule.enabled ? fieldsOf(schedule) : null;
  if (fields === null) return false;
  const now = wallMinute(fields.timezone, at);
  if (!fields.hasHours) return fits(fields, now);
  return newMinutes(fields.timezone, at, now).some((minute) => fits(fields, minute));
}

/** The longest that a clock is set forward or back, in minutes. Days that a zone leaves out or repeats are not simulated. */
const LONGEST_CHANGE = 120;

/** The minutes that the clock shows or has just left out, without those that it has shown before. */
function newMinutes(timezone: string, at: number, now: WallMinute): WallMinute[] {
  const isSteady = wallMinute(timezone, at - LONGEST_CHANGE * MINUTE_MS) === now - LONGEST_CHANGE;
  if (isSteady) return [now];
  for (let back = 1; back <= LONGEST_CHANGE; back++) {
    if (wallMinute(timezone, at - back * MINUTE_MS) >= now) return [];
  }
  const before = wallMinute(timezone, at - MINUTE_MS);
  return Array.from({ length: now - before }, (_, index) => before + 1 + index);
}

function fits(fields: Fields, wall: WallMinute): boolean {
  const date = new Date(wall * MINUTE_MS);
  const [isDate, isWeekday] = [fields.days.has(date.getUTCDate()), fields.weekdays.has(date.getUTCDay())];
  return (
    fields.minutes.has(date.getUTCMinutes()) &&
    fields.hours.has(date.getUTCHours()) &&
    fields.months.has(date.getUTCMonth() + 1) &&
    (fields.isEitherDay ? isDate || isWeekday : isDate && isWeekday)
  );
}

function fieldsOf({ cadence, hourly, daily, weekly, monthly, custom }: Schedule): Fields | null {
  switch (cadence) {
    case "HOURLY":
      return hourly && plain(hourly.timezone, `${hourly.minute} * * * *`);
    case "DAILY":
      return daily && plain(daily.timezone, `${daily.minute} ${daily.hour} * * *`);
    case "WEEKLY":
      return weekly && plain(weekly.timezone, `${weekly.minute} ${weekly.hour} * * ${weekly.dayOfWeek.slice(0, 3)}`);
    case "MONTHLY":
      return monthly && plain(monthly.timezone, `${monthly.minute} ${monthly.hour} ${monthly.day} * *`);
    case "CUSTOM":
      return custom && plain(custom.timezone, custom.cron);
  }
}

function plain(timezone: string, cron: string): Fields | null {
  const [minute, hour, day, month, weekday, ...rest] = cron.trim().split(/\s+/);
  if (minute === undefined || hour === undefined || day === undefined || month === undefined) return null;
  if (weekday === undefined || rest.length > 0) return null;
  const sets = {
    minutes: numbers(minute, 0, 59),
    hours: numbers(hour, 0, 23),
    days: numbers(day, 1, 31),
    months: numbers(month, 1, 12, MONTH_NAMES),
    weekdays: numbers(weekday, 0, 7, DAY_NAMES),
  };
  const { minutes, hours, days, months, weekdays } = sets;
  if (!(minutes && hours && days && months && weekdays)) return null;
  if (weekdays.has(7)) weekdays.add(0);
  const isEitherDay = !day.startsWith("*") && !weekday.startsWith("*");
  return { timezone, minutes, hours, days, months, weekdays, isEitherDay, hasHours: !hour.startsWith("*") };
}

/** `names`: of the numbers from `from` on. `null`: not a field of cron. */
function numbers(field: string, from: number, to: number, names: string[] = []): Set<number> | null {
  const found = new Set<number>();
  for (const part of field.split(",")) {
    const [, range = "", step = "1"] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first, last] = range === "*" ? [from, to] : range.split("-").map((one) => number(one, from, names));
    if (first === undefined || Number(step) < 1) return null;
    const end = last ?? (part.includes("/") ? to : first);
    if (!(first >= from && end <= to && first <= end)) return null;
    for (let one = first; one <= end; one += Number(step)) found.add(one);
  }
  return found;
}

function number(text: string, from: number, names: readonly string[]): number {
  const named = names.indexOf(text.toUpperCase());
  return named === -1 ? (/^\d+$/.test(text) ? Number(text) : Number.NaN) : from + named;
}
