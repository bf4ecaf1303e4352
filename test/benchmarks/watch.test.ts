// What the plan of polls promises while others use more than half of the budget.

import { expect, test } from "vitest";
import { planned, simulate } from "./watch.js";

test("with ten runs in ten projects and 40 % of the budget, ends are seen at most three times later", () => {
  const seen = (perMinute: number) =>
    simulate(planned(perMinute), { runs: 10, projects: 10 }, { minutes: 120, rounds: 3 });
  const [alone, besideOthers] = [seen(27), seen(10.8)];
  expect(besideOthers.refusedPerMinute).toBe(0);
  expect(besideOthers.median / alone.median).toBeLessThan(3);
  expect(besideOthers.p95 / alone.p95).toBeLessThan(3);
});
