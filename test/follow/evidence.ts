// What the tests of the judgement know of a project.

import type { Evidence, Terms } from "../../src/follow/judgement.js";
import type { HexRun, Schedule } from "../../src/hex/schema.js";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** A Thursday without a change of summer time anywhere near. */
export const SEVEN = Date.parse("2026-11-26T07:00:00Z");

export const DAILY_AT_SEVEN: Schedule = {
  cadence: "DAILY",
  enabled: true,
  hourly: null,
  daily: { timezone: "+00:00", hour: 7, minute: 0 },
  weekly: null,
  monthly: null,
  custom: null,
};

let runs = 0;
export function hexRun(run: Partial<HexRun> = {}): HexRun {
  runs++;
  return {
    projectId: "p",
    runId: `run ${runs}`,
    runUrl: null,
    status: "COMPLETED",
    runTrigger: "SCHEDULED",
    projectVersion: "3",
    startTime: SEVEN,
    endTime: SEVEN + 4 * MINUTE,
    elapsedTime: null,
    traceId: null,
    ...run,
  };
}

export function evidence(known: Partial<Evidence> = {}): Evidence {
  return {
    schedules: [DAILY_AT_SEVEN],
    schedulesSince: SEVEN - 48 * HOUR,
    settledUntil: 0,
    runs: [],
    overtaken: [],
    unreadStarts: [],
    readAt: SEVEN + 20 * MINUTE,
    completeSince: 0,
    firstSeen: new Map(),
    typicalMs: 4 * MINUTE,
    ...known,
  };
}

export const TERMS: Terms = { from: SEVEN - 24 * HOUR - MINUTE, lateMs: 15 * MINUTE, stuckFactor: 3, away: [] };
