import { expect, test } from "vitest";
import { KINDS, simulate } from "./follow.js";
import { quantile } from "./report.js";

const MINUTE = 60_000;

test("of a hundred watched projects, what goes wrong around 07:00 is told in time, without a 429", async () => {
  const { delays, untold, refused } = await simulate(undefined, { from: 6.75, to: 8.25 });
  expect([untold, refused]).toEqual([0, 0]);
  const all = KINDS.flatMap((kind) => delays[kind]);
  expect(all.length).toBeGreaterThan(20);
  expect(quantile(all, 0.5)).toBeLessThanOrEqual(5 * MINUTE);
  expect(quantile(all, 0.95)).toBeLessThanOrEqual(12 * MINUTE);
});
