// What happens again and again is said once in a while.

import { expect, test } from "vitest";
import { atMostEvery } from "../../src/lib/at-most-every.js";
import { ManualClock } from "../sandbox/clock.js";

test("the same is said again only after the time is over, and something else at once", () => {
  const clock = new ManualClock();
  const isDue = atMostEvery<string>(clock, 60_000);
  expect([isDue("down"), isDue("down"), isDue("full")]).toEqual([true, false, true]);
  clock.advance(59_999);
  expect(isDue("down")).toBe(false);
  clock.advance(1);
  expect([isDue("down"), isDue("down")]).toEqual([true, false]);
});
