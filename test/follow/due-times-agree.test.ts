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

test("in an offset, the bot expects a run in exactly the minutes in which Hex starts one", () => {
  fc.assert(
    fc.property(schedules(offset), moment("2026-01-01T00:00Z", "2029-01-01T00:00Z"), (schedule, from) => {
      const fired = firings(schedule, from);
      const expected: number[] = [];
      for (
        let due = nextDue([schedule], from);
        due !== null && due.at <= from + 2 * DAY;
        due = nextDue([schedule], due.at)
      )
        expected.push(due.at);
      expect(expected).toEqual(fired);
      for (const at of fired.slice(0, 3)) expect(lastDue([schedule], at)?.at).toBe(at);
    }),
    { numRuns: RUNS },
  );
});

test("over a change of summer time, a run comes within the hour that is allowed, by the offset that Hex showed before or after", () => {
  const daily = fc.record({ timezone: fc.constantFrom("Europe/Berlin", "America/New_York"), minute, hour });
  const around = fc.oneof(
    moment("2026-10-23T00:00Z", "2026-11-02T00:00Z"),
    moment("2027-03-12T00:00Z", "2027-03-29T00:00Z"),
  );
  fc.assert(
    fc.property(daily, around, fc.integer({ min: -20, max: 20 }), (times, from, hoursAfter) => {
      for (const at of firings({ ...NONE, cadence: "DAILY", daily: times }, from)) {
        const timezone = offsetText(times.timezone, at + hoursAfter * 60 * MINUTE);
        const due = lastDue([{ ...NONE, cadence: "DAILY", daily: { ...times, timezone } }], at + 60 * MINUTE);
        if (due === null || Math.abs(due.at - at) > due.slackMs) throw new Error(new Date(at).toISOString());
      }
    }),
    { numRuns: RUNS },
  );
});
