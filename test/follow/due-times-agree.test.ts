// The bot's due times against those of the simulated Hex, which works them out in its own way, minute by minute.

import fc from "fast-check";
import { expect, test } from "vitest";
import { lastDue, nextDue } from "../../src/follow/due-times.js";
import type { Schedule } from "../../src/hex/schema.js";
import { firesAt } from "../sandbox/hex/firing-times.js";
import type { Schedule as HexSchedule } from "../sandbox/hex/types.js";
import { offsetText } from "../sandbox/hex/wall-clock.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Each looks at every minute of two days. */
const RUNS = 25;
const DAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];
const NONE = { enabled: true, hourly: null, daily: null, weekly: null, monthly: null, custom: null };

const offset = fc.constantFrom("+00:00", "+05:30", "-08:00", "+12:45", "-03:30", "+14:00");
const minute = fc.nat(59);
const hour = fc.nat(23);
const listOf = (field: fc.Arbitrary<number>) =>
  fc.uniqueArray(field, { minLength: 1, maxLength: 3 }).map((numbers) => numbers.join(","));
const spanOf = (from: number, to: number) =>
  fc
    .tuple(fc.integer({ min: from, max: to }), fc.integer({ min: from, max: to }), fc.integer({ min: 1, max: 3 }))
    .map(([one, other, step]) => `${Math.min(one, other)}-${Math.max(one, other)}/${step}`);
const cron = fc
  .tuple(
    fc.oneof(listOf(minute), spanOf(0, 59), fc.constant("*/20")),
    fc.oneof(listOf(hour), spanOf(0, 23), fc.constant("*")),
    fc.oneof(fc.constant("*"), listOf(fc.integer({ min: 1, max: 28 }))),
    fc.oneof(fc.constant("*"), spanOf(1, 12)),
    fc.oneof(fc.constant("*"), fc.constant("MON-FRI"), listOf(fc.nat(7))),
  )
  .map((fields) => fields.join(" "));

const schedules = (timezone: fc.Arbitrary<string>): fc.Arbitrary<HexSchedule & Schedule> =>
  fc.oneof(
    fc.record({ timezone, minute }).map((hourly) => ({ ...NONE, cadence: "HOURLY" as const, hourly })),
    fc.record({ timezone, minute, hour }).map((daily) => ({ ...NONE, cadence: "DAILY" as const, daily })),
    fc
      .record({ timezone, minute, hour, dayOfWeek: fc.constantFrom(...DAYS) })
      .map((weekly) => ({ ...NONE, cadence: "WEEKLY" as const, weekly })),
    fc
      .record({ timezone, minute, hour, day: fc.integer({ min: 1, max: 28 }) })
      .map((monthly) => ({ ...NONE, cadence: "MONTHLY" as const, monthly })),
    fc.record({ timezone, cron }).map((custom) => ({ ...NONE, cadence: "CUSTOM" as const, custom })),
  );
const moment = (from: string, to: string) =>
  fc.integer({ min: Date.parse(from) / MINUTE, max: Date.parse(to) / MINUTE }).map((minutes) => minutes * MINUTE);

/** When it fires within two days, epoch ms. */
function firings(schedule: HexSchedule, from: number): number[] {
  const minutes = Array.from({ length: (2 * DAY) / MINUTE }, (_, index) => from + (index + 1) * MINUTE);
  return minutes.filter((at) => firesAt(schedule, at));
}

/** When the bot expects it to fire within two days, epoch ms. */
function expectedOf(schedule: Schedule, from: number): number[] {
  const expected: number[] = [];
  for (let due = nextDue([schedule], from); due !== null && due.at <= from + 2 * DAY; due = nextDue([schedule], due.at))
    expected.push(due.at);
  return expected;
}

test("in an offset, the bot expects a run in exactly the minutes in which Hex starts one", () => {
  fc.assert(
    fc.property(schedules(offset), moment("2026-01-01T00:00Z", "2029-01-01T00:00Z"), (schedule, from) => {
      const fired = firings(schedule, from);
      expect(expectedOf(schedule, from)).toEqual(fired);
      for (const at of fired.slice(0, 3)) expect(lastDue([schedule], at)?.at).toBe(at);
    }),
    { numRuns: RUNS },
  );
});

/** Nights in which clocks change: both hemispheres, by half an hour, in Ramadan, where winter is the exception, and at midnight. */
const NIGHTS = [
  ["Africa/Cairo", "2026-10-29"],
  ["Africa/Casablanca", "2026-02-15"],
  ["Africa/Casablanca", "2026-03-22"],
  ["America/New_York", "2026-11-01"],
  ["America/Santiago", "2026-04-05"],
  ["America/Santiago", "2026-09-06"],
  ["Australia/Lord_Howe", "2026-04-04"],
  ["Australia/Lord_Howe", "2026-10-03"],
  ["Australia/Sydney", "2026-04-04"],
  ["Australia/Sydney", "2026-10-03"],
  ["Europe/Berlin", "2027-03-28"],
  ["Europe/Dublin", "2026-10-25"],
  ["Pacific/Chatham", "2026-09-26"],
] as const;
/** A zone, and a day or two around such a night in it. */
const around = fc
  .tuple(fc.constantFrom(...NIGHTS), fc.integer({ min: -36 * 60, max: 12 * 60 }))
  .map(([[timezone, day], minutes]) => ({ timezone, from: Date.parse(day) + minutes * MINUTE }));

test("over a change of summer time, a run comes within the hour that is allowed, by the offset that Hex showed before or after", () => {
  fc.assert(
    fc.property(
      around,
      hour,
      minute,
      fc.integer({ min: -20, max: 20 }),
      ({ timezone, from }, hour, minute, hoursAfter) => {
        for (const at of firings({ ...NONE, cadence: "DAILY", daily: { timezone, hour, minute } }, from)) {
          const shown = offsetText(timezone, at + hoursAfter * 60 * MINUTE);
          const due = lastDue(
            [{ ...NONE, cadence: "DAILY", daily: { timezone: shown, hour, minute } }],
            at + 60 * MINUTE,
          );
          if (due === null || Math.abs(due.at - at) > due.slackMs) throw new Error(new Date(at).toISOString());
        }
      },
    ),
    { numRuns: RUNS },
  );
});

test("over a change of summer time in a named zone, a time that is left out or comes twice is due once", () => {
  const early = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(around, early, minute, fc.boolean(), ({ timezone, from }, hour, minute, isHourly) => {
      const schedule: HexSchedule & Schedule = isHourly
        ? { ...NONE, cadence: "HOURLY", hourly: { timezone, minute } }
        : { ...NONE, cadence: "DAILY", daily: { timezone, hour, minute } };
      expect(expectedOf(schedule, from)).toEqual(firings(schedule, from));
    }),
    { numRuns: RUNS },
  );
});
