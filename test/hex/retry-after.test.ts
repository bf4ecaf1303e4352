import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { retryAfterMs } from "../../src/hex/retry-after.js";

const NOW = Date.UTC(2026, 10, 2, 9);
const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const asked = (headers: Record<string, string>) => retryAfterMs(new Headers(headers), NOW);
const date = (ms: number) => new Date(ms).toUTCString();

describe("Retry-After", () => {
  test.each([
    ["7", 7 * SECOND],
    ["1.5", 1.5 * SECOND],
    [date(NOW + 20 * SECOND), 20 * SECOND],
    ["0.001", SECOND],
    ["2147484", HOUR],
    ["99999999999999999999", HOUR],
    [date(Date.UTC(9_999, 11, 31)), HOUR],
    ["0", undefined],
    ["-1", undefined],
    ["-99999999999", undefined],
    [date(NOW - 20 * SECOND), undefined],
    [date(0), undefined],
    ["", undefined],
    ["soon", undefined],
    ["+7", 7 * SECOND],
    [" 7 ", 7 * SECOND],
    ["7s", undefined],
    ["1e9", undefined],
    ["0x10", undefined],
    ["2099-12-31T00:00:00Z", HOUR],
    ["Thu, 31 Dec 2099 23:59:59 +0000", HOUR],
    ["NaN", undefined],
    ["Infinity", undefined],
  ])("%j", (told, ms) => {
    expect(asked({ "retry-after": told })).toBe(ms);
  });
});

describe("x-ratelimit-reset", () => {
  test.each([
    ["12", 12 * SECOND],
    [String(NOW / 1_000 + 12), 12 * SECOND],
    [String(NOW + 12_000), 12 * SECOND],
    [String(NOW / 1_000 - 12), undefined],
    [String(NOW - 12_000), undefined],
    ["0", undefined],
    ["-12", undefined],
    ["soon", undefined],
    ["in 12", undefined],
    ["253402300799", HOUR],
    ["9007199254740991", HOUR],
  ])("%s", (told, ms) => {
    expect(asked({ "x-ratelimit-reset": told })).toBe(ms);
  });

  test("counts when Retry-After asks for nothing", () => {
    expect(asked({ "retry-after": "0", "x-ratelimit-reset": "12" })).toBe(12 * SECOND);
    expect(asked({ "retry-after": "3", "x-ratelimit-reset": "12" })).toBe(3 * SECOND);
  });
});

test("whatever the header says: nothing, or between a second and an hour", () => {
  const told = fc.oneof(fc.double().map(String), fc.integer().map(String), fc.date().map(String), fc.string());
  fc.assert(
    fc.property(told, told, (after, reset) => {
      const headers = new Headers();
      for (const [name, value] of [["retry-after", after] as const, ["x-ratelimit-reset", reset] as const])
        if (/^[\x20-\x7e]*$/.test(value)) headers.set(name, value);
      const ms = retryAfterMs(headers, NOW);
      expect(ms === undefined || (ms >= SECOND && ms <= HOUR)).toBe(true);
    }),
  );
});
