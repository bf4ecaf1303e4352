import { describe, expect, test } from "vitest";
import { daysLeft, dueDays, type Notice, noticed } from "../../src/outages/expiry.js";

const DAY = 24 * 60 * 60_000;
const END = 100 * DAY;
const daysBefore = (days: number, ms = 0) => END - days * DAY + ms;

test.each([
  [daysBefore(15), null],
  [daysBefore(14, -1), null],
  [daysBefore(14), 14],
  [daysBefore(7, -1), 14],
  [daysBefore(7), 7],
  [daysBefore(3), 3],
  [daysBefore(1), 1],
  [END - 1, 1],
  [END, null],
  [END + 1, null],
])("at %d the warning that is due: %s", (now, days) => {
  expect(dueDays(END, now)).toBe(days);
});

test("a token that never expires is never warned of", () => {
  expect(dueDays(null, 0)).toBeNull();
  expect(noticed([], null, 0)).toEqual([]);
});

test("days that are left are whole, and negative afterwards", () => {
  expect([daysBefore(1), daysBefore(1, 1), END, END + 1].map((now) => daysLeft(END, now))).toEqual([1, 0, 0, -1]);
});

describe("what was said", () => {
  const first: Notice = { expiresAt: END, days: 14, at: daysBefore(14), renewedAt: null };

  test("nothing before it is due, then each warning once", () => {
    expect(noticed([], END, daysBefore(20))).toEqual([]);
    expect(noticed([], END, daysBefore(14))).toEqual([first]);
    expect(noticed([first], END, daysBefore(10))).toEqual([first]);
    expect(noticed([first], END, daysBefore(7))).toEqual([{ ...first, days: 7, at: daysBefore(7) }]);
  });

  test("another token: the old one's warning is over since then, once", () => {
    const renewed = { ...first, renewedAt: daysBefore(5) };
    expect(noticed([first], END + 300 * DAY, daysBefore(5))).toEqual([renewed]);
    expect(noticed([renewed], END + 300 * DAY, daysBefore(4))).toEqual([renewed]);
    expect(noticed([first], null, daysBefore(5))).toEqual([renewed]);
  });

  test("the old token again: its warning is news again", () => {
    const renewed = { ...first, renewedAt: daysBefore(12) };
    expect(noticed([renewed], END, daysBefore(11))).toEqual([{ ...first, at: daysBefore(11) }]);
    expect(noticed([renewed], END, daysBefore(7))).toEqual([{ ...first, days: 7, at: daysBefore(7) }]);
  });

  test("after the end it stays, and warns no more", () => {
    expect(noticed([first], END, END + DAY)).toEqual([first]);
  });

  test("the five newest are kept", () => {
    const old = Array.from({ length: 5 }, (_, n): Notice => ({ ...first, expiresAt: n + 1, renewedAt: n + 1 }));
    expect(noticed(old, END, daysBefore(14)).map(({ expiresAt }) => expiresAt)).toEqual([2, 3, 4, 5, END]);
  });
});
