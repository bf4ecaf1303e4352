import fc from "fast-check";
import { expect, test } from "vitest";
import { DigestCalendar } from "../../src/follow/digest-calendar.js";
import { lastDigest, nextDigest } from "../../src/follow/digest-times.js";

const HOUR = 3_600_000;

test("says what it would say without a memory, whatever the clock does", () => {
  const time = fc.record({
    hour: fc.constantFrom(0, 2, 8),
    minute: fc.constantFrom(0, 30),
    zone: fc.constantFrom("Europe/Berlin", "UTC", "Europe/Atlantis"),
    weekdaysOnly: fc.boolean(),
  });
  // Around a change of Berlin's summer time, with clocks that are set back, too.
  const moment = fc.integer({ min: -60, max: 60 }).map((hours) => Date.UTC(2026, 9, 25, 1) + hours * HOUR);
  fc.assert(
    fc.property(fc.array(fc.tuple(time, moment), { maxLength: 12 }), (asked) => {
      const calendar = new DigestCalendar();
      for (const [one, now] of asked) {
        expect(calendar.around(one, now)).toEqual({ last: lastDigest(one, now), next: nextDigest(one, now) });
      }
    }),
    { numRuns: 50 },
  );
});
