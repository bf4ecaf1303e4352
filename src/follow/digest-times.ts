// When a conversation gets its digest: once a day, at a time of the clock in a time zone. Pure.

import { DAY, MINUTE } from "../lib/time.js";
import { offsetIn } from "./zones.js";

/** When a digest is due. */
export interface DigestTime {
  /** On the clock of the zone. */
  hour: number;
  minute: number;
  /** A name of the IANA time zone database, such as `Europe/Berlin`. */
  zone: string;
  /** Monday to Friday in the zone. */
  weekdaysOnly: boolean;
}

/** How many days to look at: more than a weekend next to a day that the zone leaves out. */
const LOOKED = 5;

/** The first time after `at` at which the digest is due. Times in epoch ms. `null`: there is no such zone. */
export function nextDigest(time: DigestTime, at: number): number | null {
  const today = localDate(time.zone, at);
  if (today === null) return null;
  for (let days = -1; days <= LOOKED; days++) {
    const due = dueOn(time, today + days * DAY);
    if (due !== null && due > at) return due;
  }
  return null;
}

/** The last time that is not after `at` at which the digest was due. Times in epoch ms. `null`: there is no such zone. */
export function lastDigest(time: DigestTime, at: number): number | null {
  const today = localDate(time.zone, at);
  if (today === null) return null;
  for (let days = 1; days >= -LOOKED; days--) {
    const due = dueOn(time, today + days * DAY);
    if (due !== null && due <= at) return due;
  }
  return null;
}

/** A date of a zone's calendar is written as the epoch ms of its midnight in UTC. */
type LocalDate = number;

/**
 * When the digest of a date is due (epoch ms). A time that the clock shows twice on that date counts the first time. One that the clock
 * leaves out counts as the moment to which the clock is set. `null`: no digest is due on that date, or the zone has no such date.
 */
function dueOn({ hour, minute, zone, weekdaysOnly }: DigestTime, date: LocalDate): number | null {
  const isWeekend = [0, 6].includes(new Date(date).getUTCDay());
  if (weekdaysOnly && isWeekend) return null;
  const wanted = date + (hour * 60 + minute) * MINUTE;
  // No zone is further than a day from UTC, so that one of these is the offset before a change, and the other the one after it.
  const offsets = [offsetIn(zone, wanted - DAY), offsetIn(zone, wanted + DAY)];
  const moments = offsets.flatMap((offset) => (offset === null ? [] : wanted - offset * MINUTE));
  const shown = moments.filter((moment) => localTime(zone, moment) === wanted);
  if (shown.length > 0) return Math.min(...shown);
  return moments.length === 0 ? null : afterGap(zone, date, Math.min(...moments), Math.max(...moments));
}

/** The moment between two others at which the clock was set forward; `null` when it left out all of the date. */
function afterGap(zone: string, date: LocalDate, before: number, after: number): number | null {
  const offset = offsetIn(zone, before);
  let [low, high] = [before, after];
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (offsetIn(zone, middle) === offset) low = middle;
    else high = middle;
  }
  const exists = [low, high].some((moment) => localDate(zone, moment) === date);
  return exists ? high : null;
}

/** What the clock of a zone shows at a moment (epoch ms), as the epoch ms at which it would show the same in UTC. */
function localTime(zone: string, at: number): number | null {
  const offset = offsetIn(zone, at);
  return offset === null ? null : at + offset * MINUTE;
}

function localDate(zone: string, at: number): LocalDate | null {
  const time = localTime(zone, at);
  return time === null ? null : Math.floor(time / DAY) * DAY;
}
