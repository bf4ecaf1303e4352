// When digests are due, also on the days on which the clocks are set.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DigestTime, lastDigest, nextDigest } from "../../src/follow/digest-times.js";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const daily = (hour: number, minute: number, zone: string): DigestTime => ({ hour, minute, zone, weekdaysOnly: false });
const at = (iso: string) => Date.parse(iso);
const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
const next = (time: DigestTime, from: string) => iso(nextDigest(time, at(from)));
const last = (time: DigestTime, from: string) => iso(lastDigest(time, at(from)));

describe("in Berlin", () => {
  const eight = daily(8, 0, "Europe/Berlin");

  test("the time is that of the clock there, in winter and in summer", () => {
    expect(next(eight, "2026-11-26T06:59:59Z")).toBe("2026-11-26T07:00:00.000Z");
    expect(next(eight, "2026-11-26T07:00:00Z")).toBe("2026-11-27T07:00:00.000Z");
    expect(next(eight, "2026-07-01T05:59:59Z")).toBe("2026-07-01T06:00:00.000Z");
    expect(last(eight, "2026-11-26T07:00:00Z")).toBe("2026-11-26T07:00:00.000Z");
    expect(last(eight, "2026-11-26T06:59:59Z")).toBe("2026-11-25T07:00:00.000Z");
  });

  test("a time that the clock leaves out is the moment to which it is set", () => {
    const half = daily(2, 30, "Europe/Berlin");
    expect(next(half, "2026-03-28T12:00:00Z")).toBe("2026-03-29T01:00:00.000Z");
    expect(next(half, "2026-03-29T01:00:00Z")).toBe("2026-03-30T00:30:00.000Z");
  });

  test("a time that the clock shows twice is the first of the two", () => {
    const half = daily(2, 30, "Europe/Berlin");
    expect(next(half, "2026-10-24T12:00:00Z")).toBe("2026-10-25T00:30:00.000Z");
    expect(next(half, "2026-10-25T00:30:00Z")).toBe("2026-10-26T01:30:00.000Z");
    expect(last(half, "2026-10-25T01:45:00Z")).toBe("2026-10-25T00:30:00.000Z");
  });

  test("weekdays are those of the zone", () => {
    const early = { ...daily(0, 30, "Europe/Berlin"), weekdaysOnly: true };
    // Sunday evening in UTC, Monday in Berlin.
    expect(next(early, "2026-11-27T12:00:00Z")).toBe("2026-11-29T23:30:00.000Z");
    expect(last(early, "2026-11-29T12:00:00Z")).toBe("2026-11-26T23:30:00.000Z");
  });
});

test("where midnight is left out, the digest of midnight comes when the day begins", () => {
  expect(next(daily(0, 0, "America/Havana"), "2026-03-07T12:00:00Z")).toBe("2026-03-08T05:00:00.000Z");
});

test("on weekdays, from a Thursday to the Monday after a Friday that the zone leaves out, and back", () => {
  const eight = { ...daily(8, 0, "Pacific/Apia"), weekdaysOnly: true };
  expect(next(eight, "2011-12-29T18:00:00Z")).toBe("2012-01-01T18:00:00.000Z");
  expect(last(eight, "2012-01-01T17:59:00Z")).toBe("2011-12-29T18:00:00.000Z");
});

test("where the date is already the next one, or still the one before", () => {
  expect(next(daily(0, 0, "Pacific/Kiritimati"), "2026-11-26T10:00:00Z")).toBe("2026-11-27T10:00:00.000Z");
  expect(next(daily(23, 59, "Pacific/Kiritimati"), "2026-11-26T09:58:00Z")).toBe("2026-11-26T09:59:00.000Z");
  expect(last(daily(23, 59, "Pacific/Pago_Pago"), "2026-11-26T10:58:59Z")).toBe("2026-11-25T10:59:00.000Z");
  expect(next(daily(0, 0, "Pacific/Pago_Pago"), "2026-11-26T10:59:00Z")).toBe("2026-11-26T11:00:00.000Z");
});

test("half an hour of summer time", () => {
  // Lord Howe sets its clock from 02:00 to 02:30 on the first Sunday of October.
  expect(next(daily(2, 15, "Australia/Lord_Howe"), "2026-10-03T12:00:00Z")).toBe("2026-10-03T15:30:00.000Z");
});

test("a date that a zone leaves out has no digest", () => {
  // There was no 30 December 2011 in Samoa.
  const eight = daily(8, 0, "Pacific/Apia");
  expect(next(eight, "2011-12-29T12:00:00Z")).toBe("2011-12-29T18:00:00.000Z");
  expect(next(eight, "2011-12-29T18:00:00Z")).toBe("2011-12-30T18:00:00.000Z");
});

test("there is no such zone", () => {
  expect(nextDigest(daily(8, 0, "Europe/Atlantis"), 0)).toBeNull();
  expect(lastDigest(daily(8, 0, "Europe/Atlantis"), 0)).toBeNull();
});

const ZONES = Intl.supportedValuesOf("timeZone");
const times = fc.record({
  hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }),
  zone: fc.constantFrom(...ZONES),
});
/** Epoch ms in the years from 2010 to 2040. */
const moments = fc.integer({ min: at("2010-01-01T00:00:00Z"), max: at("2040-01-01T00:00:00Z") });

/** What calendar and clock of a zone show, such as "2026-11-26 08:00". */
function shownIn(zone: string): (time: number) => string {
  const fields = { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit" } as const;
  const format = new Intl.DateTimeFormat("en-CA", { timeZone: zone, hourCycle: "h23", ...fields });
  return (time) => format.format(time).replace(", ", " ");
}

test("exactly one digest on each day of any zone, a year long, at its time unless the clock leaves it out", () => {
  fc.assert(
    fc.property(times, fc.integer({ min: 2010, max: 2039 }), ({ hour, minute, zone }, year) => {
      const time = daily(hour, minute, zone);
      const shown = shownIn(zone);
      const wanted = `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`;
      const dates: string[] = [];
      let due = nextDigest(time, Date.UTC(year, 0));
      while (due !== null && due < Date.UTC(year + 1, 0)) {
        const [date = "", clock = ""] = shown(due).split(" ");
        dates.push(date);
        if (clock !== wanted) expect(shown(due - MINUTE) < `${date} ${wanted}`).toBe(true);
        if (lastDigest(time, due) !== due) throw new Error(`not the last at ${iso(due)}`);
        const following = nextDigest(time, due);
        if (following === null || lastDigest(time, following - 1) !== due) throw new Error(`lost after ${iso(due)}`);
        due = following;
      }
      expect(new Set(dates).size).toBe(dates.length);
      for (let day = Date.UTC(year, 0, 3); day < Date.UTC(year, 11, 29); day += DAY) {
        const date = new Date(day).toISOString().slice(0, 10);
        if (dates.includes(date)) continue;
        // Samoa and Tokelau left out a day.
        const hours = Array.from({ length: 5 * 24 }, (_, index) => day + (index - 48) * 60 * MINUTE);
        expect(hours.filter((time) => shown(time).startsWith(date))).toEqual([]);
      }
    }),
    { numRuns: 8, examples: [[{ hour: 8, minute: 0, zone: "Pacific/Apia" }, 2011]] },
  );
});

test("weekdays: never on a Saturday or Sunday, and never more than three days and an hour apart", () => {
  fc.assert(
    fc.property(times, moments, (time, from) => {
      const due = nextDigest({ ...time, weekdaysOnly: true }, from);
      if (due === null) throw new Error("none");
      const day = new Intl.DateTimeFormat("en-US", { timeZone: time.zone, weekday: "short" });
      expect(["Sat", "Sun"]).not.toContain(day.format(due));
      expect(due).toBeGreaterThan(from);
      // A day more where the zone left one out.
      expect(due - from).toBeLessThanOrEqual(4 * DAY + 60 * MINUTE);
    }),
    { numRuns: 100 },
  );
});
