import { expect, test } from "vitest";
import { LineLimit } from "../../src/log/line-limit.js";
import { ManualClock } from "../sandbox/clock.js";
import { breathe } from "../wire/harness.js";

test("ten lines a minute, then how many more there were; and so again in each minute", async () => {
  const clock = new ManualClock();
  const leftOut: number[] = [];
  const limit = new LineLimit(clock, (lines) => leftOut.push(lines));
  const written = (lines: number) => Array.from({ length: lines }, () => limit.allows()).filter(Boolean).length;
  expect(written(9)).toBe(9);
  expect(written(500)).toBe(1);
  clock.advance(59_999);
  await breathe();
  expect(leftOut).toEqual([]);
  clock.advance(1);
  await breathe();
  expect(leftOut).toEqual([499]);
  expect(written(12)).toBe(10);
  clock.advance(60_000);
  await breathe();
  expect(leftOut).toEqual([499, 2]);
  clock.advance(3_600_000);
  expect(written(10)).toBe(10);
  clock.advance(60_000);
  await breathe();
  expect(leftOut).toEqual([499, 2]);
});
