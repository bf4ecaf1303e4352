// A project's schedule in words, such as "daily at 06:30 (Europe/Berlin)".

import cronstrue from "cronstrue";
import type { Schedule } from "../../hex/schema.js";
import { andMore, inline, inSentence, sentence } from "./mrkdwn.js";

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

/** A list has a line for each project. */
const SHOWN = 3;

/** The active schedules, in words; `null` when there are none. */
export function scheduleWords(schedules: readonly Schedule[]): string | null {
  const words = schedules.filter((schedule) => schedule.enabled).map(wordsOf);
  return words.length === 0 ? null : andMore(words, SHOWN).join("; ");
}

function wordsOf({ cadence, hourly, daily, weekly, monthly, custom }: Schedule): string {
  if (hourly) return `hourly at minute ${hourly.minute}${zoneWords(hourly.timezone)}`;
  if (daily) return `daily at ${time(daily)}`;
  if (weekly) return `every ${weekday(weekly.dayOfWeek)} at ${time(weekly)}`;
  if (monthly) return `monthly on day ${monthly.day} at ${time(monthly)}`;
  if (custom) return `${cronWords(custom.cron)}${zoneWords(custom.timezone)}`;
  return inline(cadence.toLowerCase(), 40);
}

function time({ hour, minute, timezone }: { hour: number; minute: number; timezone: string }): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(hour)}:${two(minute)}${zoneWords(timezone)}`;
}

function zoneWords(timezone: string): string {
  return timezone === "" ? "" : ` (${inline(timezone, 40)})`;
}

function weekday(day: string | number): string {
  if (typeof day === "number") return DAYS[day % 7] ?? `day ${day}`;
  return inline(sentence(day.toLowerCase()), 20);
}

/** In characters. Nobody would read a longer schedule, and putting it into words would take long. */
const LONGEST_CRON = 200;

function cronWords(cron: string): string {
  if (cron.length > LONGEST_CRON) return inline(`cron ${cron}`, 60);
  try {
    const words = cronstrue.toString(cron, { use24HourTimeFormat: true });
    return inline(inSentence(words), 120);
  } catch {
    return inline(`cron ${cron}`, 60);
  }
}
