// `npm run soak` follows watched projects for thirty simulated days, several times; `npm test` for a few days.

import { describe, expect, test } from "vitest";
import { soak } from "./judgement-soak.js";

const DAYS = Number(process.env.SOAK_DAYS ?? 0);

/** A part of October in which Berlin's summer time ends, a part of November, and a part of March in which it begins. */
const SLICES = [
  { from: "2026-10-23T12:00:00Z", days: 4, seed: 1, projects: 8 },
  { from: "2026-11-10T00:00:00Z", days: 4, seed: 2, projects: 8 },
  { from: "2027-03-26T00:00:00Z", days: 4, seed: 3, projects: 8 },
];
const LONG = [
  { from: "2026-10-05T00:00:00Z", seeds: [1, 2] },
  { from: "2027-03-16T00:00:00Z", seeds: [3, 4] },
].flatMap(({ from, seeds }) => seeds.map((seed) => ({ from, days: DAYS, seed, projects: 12 })));

describe("no trouble is missed, none is told twice, none stays open, and nothing is called late that is not", () => {
  test.each(DAYS > 0 ? LONG : SLICES)(
    "$days days from $from, seed $seed",
    ({ from, ...more }) => {
      const { problems, troubles } = soak({ from: Date.parse(from), ...more });
      expect(problems).toEqual([]);
      expect(troubles).toBeGreaterThan(more.days);
    },
    300_000,
  );
});
