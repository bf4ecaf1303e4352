// How available Hex was in the last day and in the last month, from hourly sums. Pure.

import { HOUR } from "../lib/time.js";
import type { Incident } from "./incident.js";

const DAY_HOURS = 24;
const MONTH_DAYS = 30;
/** Few squares, since a screen reader names each of them. */
const DAY_SQUARES = 8;
const MONTH_SQUARES = 10;

/** A period for which it is known how Hex was, epoch ms. */
export interface Span {
  from: number;
  to: number;
  ok: boolean;
}

/** What is known about one hour. The rest of the hour was not watched. */
export interface Hour {
  /** Hours since the epoch. */
  hour: number;
  upMs: number;
  downMs: number;
}

/** `partly`: up for at least half of the watched time. */
export type Square = "up" | "partly" | "mostly_down" | "unwatched";

export interface Period {
  /** Oldest first. The last one is still in progress. */
  squares: Square[];
  /** In percent with one decimal, rounded down; `null` when nothing was watched. */
  available: number | null;
  downMs: number;
  /** The number of incidents. */
  outages: number;
}

export interface History {
  /** 24 hours, in squares of three. */
  day: Period;
  /** 30 days in UTC, in squares of three. */
  month: Period;
  /** The latest one, over or not. */
  lastOutage: Incident | null;
}

/** Cuts a span at full hours. */
export function hoursOf({ from, to, ok }: Span): Hour[] {
  const hours: Hour[] = [];
  for (let hour = Math.floor(from / HOUR); hour * HOUR < to; hour++) {
    const ms = Math.min(to, (hour + 1) * HOUR) - Math.max(from, hour * HOUR);
    if (ms > 0) hours.push({ hour, upMs: ok ? ms : 0, downMs: ok ? 0 : ms });
  }
  return hours;
}

/** `incidents` are newest first. `now`: epoch ms. */
export function historyOf(hours: readonly Hour[], incidents: readonly Incident[], now: number): History {
  const thisHour = Math.floor(now / HOUR);
  const today = Math.floor(thisHour / DAY_HOURS);
  return {
    day: period(hours, incidents, {
      first: thisHour - DAY_HOURS + 1,
      count: DAY_SQUARES,
      width: DAY_HOURS / DAY_SQUARES,
      now,
    }),
    month: period(hours, incidents, {
      first: (today - MONTH_DAYS + 1) * DAY_HOURS,
      count: MONTH_SQUARES,
      width: (MONTH_DAYS / MONTH_SQUARES) * DAY_HOURS,
      now,
    }),
    lastOutage: incidents[0] ?? null,
  };
}

/** `first` is an hour; `width` is the hours in one square. */
interface Frame {
  first: number;
  count: number;
  width: number;
  now: number;
}

function period(hours: readonly Hour[], incidents: readonly Incident[], { first, count, width, now }: Frame): Period {
  const sums = Array.from({ length: count }, () => ({ upMs: 0, downMs: 0 }));
  for (const { hour, upMs, downMs } of hours) {
    const sum = sums[Math.floor((hour - first) / width)];
    if (sum === undefined) continue;
    sum.upMs += upMs;
    sum.downMs += downMs;
  }
  const upMs = sums.reduce((total, sum) => total + sum.upMs, 0);
  const downMs = sums.reduce((total, sum) => total + sum.downMs, 0);
  const endOf = (incident: Incident) => (incident.state === "down" ? now : incident.backAt);
  return {
    squares: sums.map(squareOf),
    available: upMs + downMs === 0 ? null : Math.floor((upMs / (upMs + downMs)) * 1_000) / 10,
    downMs,
    outages: incidents.filter((incident) => endOf(incident) >= first * HOUR).length,
  };
}

function squareOf({ upMs, downMs }: Pick<Hour, "upMs" | "downMs">): Square {
  if (upMs + downMs === 0) return "unwatched";
  if (downMs === 0) return "up";
  return downMs > upMs ? "mostly_down" : "partly";
}
