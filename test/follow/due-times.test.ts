// When schedules are due.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { cannotBeJudged, lastDue, nextDue } from "../../src/follow/due-times.js";
import type { Schedule } from "../../src/hex/schema.js";

const NONE = { hourly: null, daily: null, weekly: null, monthly: null, custom: null };
const daily = (hour: number, minute: number, timezone: string): Schedule => ({
  ...NONE,
  cadence: "DAILY",
  enabled: true,
  daily: { timezone, hour, minute },
});
const custom = (cron: string, timezone = "+00:00"): Schedule => ({
  ...NONE,
  cadence: "CUSTOM",
  enabled: true,
  custom: { timezone, cron },
});
const at = (iso: string) => Date.parse(iso);
const next = (schedule: Schedule, from: string) => {
  const due = nextDue([schedule], at(from));
  return due === null ? null : new Date(due.at).toISOString();
};

describe("nextDue", () => {
  // A recorded schedule of TUESDAY 17:40 +05:30 had results of a Tuesday 12:11:35Z.
  const weekly: Schedule = {
    ...NONE,
    cadence: "WEEKLY",
    enabled: true,
    weekly: { timezone: "+05:30", hour: 17, minute: 40, dayOfWeek: "TUESDAY" },
  };
  const hourly: Schedule = { ...NONE, cadence: "HOURLY", enabled: true, hourly: { timezone: "+05:30", minute: 0 } };
  const monthly: Schedule = {
    ...NONE,
    cadence: "MONTHLY",
    enabled: true,
    monthly: { timezone: "-08:00", hour: 23, minute: 15, day: 28 },
  };

  test.each<[string, Schedule, string, string | null]>([
    ["daily in its offset", daily(7, 30, "+05:30"), "2026-11-26T02:00:00Z", "2026-11-27T02:00:00.000Z"],
    ["daily, a moment before", daily(7, 30, "+05:30"), "2026-11-26T01:59:59.999Z", "2026-11-26T02:00:00.000Z"],
    ["weekly", weekly, "2026-11-26T00:00:00Z", "2026-12-01T12:10:00.000Z"],
    ["hourly in an offset of half an hour", hourly, "2026-11-26T00:00:00Z", "2026-11-26T00:30:00.000Z"],
    ["monthly, already the next day in UTC", monthly, "2026-11-26T00:00:00Z", "2026-11-29T07:15:00.000Z"],
    ["five fields", custom("*/20 6-8 * * MON-FRI"), "2026-11-27T08:40:00Z", "2026-11-30T06:00:00.000Z"],
    [
      "a named zone, over the end of summer time",
      daily(7, 0, "Europe/Berlin"),
      "2026-10-24T06:00:00Z",
      "2026-10-25T06:00:00.000Z",
    ],
    ["switched off", { ...daily(7, 0, "UTC"), enabled: false }, "2026-11-26T00:00:00Z", null],
    ["a date that never comes", custom("0 7 31 2 *"), "2026-11-26T00:00:00Z", null],
  ])("%s", (_, schedule, from, expected) => {
    expect(next(schedule, from)).toBe(expected);
  });

  test("of several schedules the first, and what cannot be judged holds up nothing", () => {
    const schedules = [daily(9, 0, "UTC"), custom("0 7 L * *"), daily(7, 0, "UTC"), daily(8, 0, "Mars/Base")];
    expect(nextDue(schedules, at("2026-11-26T00:00:00Z"))?.at).toBe(at("2026-11-26T07:00:00Z"));
  });

  test("may be an hour off if the clocks change before it, and the offset may follow them", () => {
    const slack = (timezone: string, from: string) => nextDue([daily(7, 0, timezone)], at(from))?.slackMs;
    expect(slack("+02:00", "2026-10-24T12:00:00Z")).toBe(60 * 60_000);
    expect(slack("+01:00", "2027-03-27T12:00:00Z")).toBe(60 * 60_000);
    expect(slack("-04:00", "2026-10-31T12:00:45Z")).toBe(60 * 60_000);
    expect(slack("+11:00", "2027-04-03T03:00:30.001Z")).toBe(60 * 60_000);
    expect(slack("+01:00", "2026-10-25T12:00:00Z")).toBe(0);
    expect(slack("+02:00", "2026-10-23T12:00:00Z")).toBe(0);
    expect(slack("+05:30", "2026-10-24T12:00:00Z")).toBe(0);
    expect(slack("Europe/Berlin", "2026-10-24T12:00:00Z")).toBe(0);
  });
});

describe("a day of the week", () => {
  const weekly = (dayOfWeek: string | number): Schedule => ({
    ...NONE,
    cadence: "WEEKLY",
    enabled: true,
    weekly: { timezone: "UTC", hour: 17, minute: 40, dayOfWeek },
  });
  const DAYS = ["SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"];

  test.each(DAYS.map((day, number) => [day, number] as const))("%s, in any spelling, and as %i", (day, number) => {
    // 29 November 2026 is a Sunday.
    const expected = `${new Date(Date.UTC(2026, 10, 29 + number)).toISOString().slice(0, 10)}T17:40:00.000Z`;
    for (const written of [day, day.slice(0, 3), ` ${day.toLowerCase()} `, number, number + 7])
      expect(next(weekly(written), "2026-11-29T00:00:00Z"), `${written}`).toBe(expected);
  });

  test.each(["FUNDAY", "", "T", -1, 1.5])("%j is none", (written) => {
    expect(cannotBeJudged(weekly(written))).toBe(true);
  });
});

test.each([
  [" 30 7 * * * ", "2026-11-26T07:30:00.000Z"],
  ["0 7 28 * *", "2026-11-28T07:00:00.000Z"],
  ["0 7 * * mon", "2026-11-30T07:00:00.000Z"],
  ["0 7 1 JAN,FEB *", "2027-01-01T07:00:00.000Z"],
  ["0 7 * 12 1-5", "2026-12-01T07:00:00.000Z"],
  ["5-10/5,50 * * * *", "2026-11-26T00:05:00.000Z"],
  ["0  7\t* * *", "2026-11-26T07:00:00.000Z"],
  ["0 7 29 2 *", "2028-02-29T07:00:00.000Z"],
  ["0 7 31 * *", "2026-12-31T07:00:00.000Z"],
  ["0 7 * * FRI-SUN", "2026-11-27T07:00:00.000Z"],
  ["0 7 */2 * *", "2026-11-27T07:00:00.000Z"],
  ["0 7 * * */3", "2026-11-28T07:00:00.000Z"],
  ["0 7 1 * MON", "2026-11-30T07:00:00.000Z"],
])("the expression %j is read", (cron, expected) => {
  expect(next(custom(cron), "2026-11-26T00:00:00Z")).toBe(expected);
  expect(cannotBeJudged(custom(cron))).toBe(false);
});

test.each<[string, Schedule]>([
  ["five fields and a comment", custom("0 7 * * * # daily")],
  ["five fields behind another", custom("@0 7 * * *")],
  ["four fields", custom("0 7 * *")],
  ["a name of more than three letters", custom("0 7 * * MONDAY2")],
  ["a name that is none", custom("0 7 * * XYZ")],
  ["a name in place of an hour", custom("0 MON * * *")],
  ["a name in place of a minute", custom("MON 7 * * *")],
  ["a name in place of a day of the month", custom("0 7 MON * *")],
  ["a weekday of one week", custom("0 7 * * 2#1")],
  ["the last Monday of the month", custom("0 7 * * 1L")],
  ["every other day, and a weekday", custom("0 7 */2 * MON")],
  ["a date, and every other weekday", custom("0 7 1 * */2")],
  ["months that go over the end of the year", custom("0 7 * NOV-FEB *")],
  ["six fields", custom("0 30 7 * * *")],
  ["a nickname", custom("@daily")],
  ["the last day of the month", custom("0 7 L * *")],
  ["a question mark", custom("0 7 ? * 2")],
  ["numbers that are none of a cron's", custom("99 7 * * *")],
  ["no zone", daily(7, 0, "Mars/Base")],
  ["an offset that is none", daily(7, 0, "+25:00")],
  ["a cadence of tomorrow", { ...NONE, cadence: "FORTNIGHTLY", enabled: true }],
])("%s: cannot be judged", (_, schedule) => {
  expect(cannotBeJudged(schedule)).toBe(true);
  expect(nextDue([schedule], 0)).toBeNull();
  expect(lastDue([schedule], at("2026-11-26T00:00:00Z"))).toBeNull();
  expect(cannotBeJudged({ ...schedule, enabled: false })).toBe(false);
});

describe("lastDue", () => {
  test("of several schedules the latest that is on, wherever it stands", () => {
    const [six, seven, eight] = [daily(6, 0, "UTC"), daily(7, 0, "UTC"), { ...daily(8, 0, "UTC"), enabled: false }];
    for (const schedules of [
      [six, seven, eight],
      [eight, seven, six],
    ])
      expect(lastDue(schedules, at("2026-11-26T12:00:00Z"))).toEqual({ at: at("2026-11-26T07:00:00Z"), slackMs: 0 });
  });

  test("a schedule that is never due, or cannot be judged, hides no other", () => {
    const never = custom("0 7 31 2 *");
    for (const schedules of [
      [daily(7, 0, "UTC"), never],
      [never, daily(7, 0, "UTC"), custom("0 7 L * *")],
    ])
      expect(lastDue(schedules, at("2026-11-26T12:00:00Z"))?.at).toBe(at("2026-11-26T07:00:00Z"));
  });

  test("at the very moment, also when the moment before was asked about", () => {
    const seven = [daily(7, 0, "UTC")];
    expect(lastDue(seven, at("2026-11-26T06:59:59.999Z"))?.at).toBe(at("2026-11-25T07:00:00Z"));
    expect(lastDue(seven, at("2026-11-26T07:00:00Z"))?.at).toBe(at("2026-11-26T07:00:00Z"));
  });

  test("there is none without schedules, or for a date that never comes", () => {
    expect(lastDue([], at("2026-11-26T12:00:00Z"))).toBeNull();
    expect(lastDue([custom("0 7 31 2 *")], at("2026-11-26T12:00:00Z"))).toBeNull();
    expect(nextDue([], 0)).toBeNull();
  });

  test("at the very moment, and before the first of them", () => {
    const seven = [daily(7, 0, "UTC")];
    expect(lastDue(seven, at("2026-11-26T07:00:00Z"))?.at).toBe(at("2026-11-26T07:00:00Z"));
    expect(lastDue(seven, at("2026-11-26T06:59:59.999Z"))?.at).toBe(at("2026-11-25T07:00:00Z"));
  });

  test("an hour is allowed around a change of summer time where the offset may follow it, and on no other day", () => {
    const seven = (zone: string) => [daily(7, 0, zone)];
    expect(lastDue(seven("+01:00"), at("2026-10-25T12:00:00Z"))?.slackMs).toBe(60 * 60_000);
    expect(lastDue(seven("+02:00"), at("2026-03-29T12:00:00Z"))?.slackMs).toBe(60 * 60_000);
    expect(lastDue(seven("+01:00"), at("2026-10-28T12:00:00Z"))?.slackMs).toBe(0);
    // Nobody who lives by this offset changes the time then.
    expect(lastDue(seven("+05:30"), at("2026-10-25T12:00:00Z"))?.slackMs).toBe(0);
  });

  test("answers the same however often it was asked about a schedule before, also around a change of summer time", () => {
    const days = [at("2026-03-28T00:00:00Z"), at("2026-10-24T00:00:00Z"), at("2026-11-26T00:00:00Z")];
    const moment = fc
      .tuple(fc.constantFrom(...days), fc.integer({ min: 0, max: 3 * 24 * 60 }))
      .map(([day, minutes]) => day + minutes * 60_000);
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.array(moment, { minLength: 2, maxLength: 12 }),
        (hour, moments) => {
          const fresh = () => daily(hour, 30, "Europe/Berlin");
          const kept = fresh();
          for (const now of moments) expect(lastDue([kept], now)).toEqual(lastDue([fresh()], now));
        },
      ),
      { numRuns: 30 },
    );
  });

  test("between the last due time and the next there is none", () => {
    const zone = fc.constantFrom("UTC", "+05:30", "-08:00", "+13:45", "Europe/Berlin", "America/New_York");
    const schedule = fc.oneof(
      fc
        .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }), zone)
        .map(([hour, minute, timezone]) => daily(hour, minute, timezone)),
      fc.tuple(fc.integer({ min: 0, max: 59 }), zone).map(
        ([minute, timezone]): Schedule => ({
          ...NONE,
          cadence: "HOURLY",
          enabled: true,
          hourly: { timezone, minute },
        }),
      ),
    );
    const time = fc.integer({ min: at("2026-01-01T00:00:00Z"), max: at("2027-12-31T00:00:00Z") });
    fc.assert(
      fc.property(fc.array(schedule, { minLength: 1, maxLength: 3 }), time, (schedules, now) => {
        const [last, following] = [
          lastDue(schedules, now)?.at ?? Number.NaN,
          nextDue(schedules, now)?.at ?? Number.NaN,
        ];
        expect(last).toBeLessThanOrEqual(now);
        expect(following).toBeGreaterThan(now);
        expect(following - last).toBeLessThanOrEqual(25 * 60 * 60_000);
        expect(nextDue(schedules, last)?.at).toBe(following);
      }),
    );
  });
});
