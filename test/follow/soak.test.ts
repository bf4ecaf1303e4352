// `npm run soak` follows watched projects for thirty simulated days, several times; `npm test` for a few days.

import { describe, expect, test } from "vitest";
import { soak } from "./judgement-soak.js";

const DAYS = Number(process.env.SOAK_DAYS ?? 0);

/** A part of October in which Berlin's summer time ends, and a part of November. */
const SLICES = [
  { from: "2026-10-23T12:00:00Z", days: 4, seed: 1, projects: 8 },
  { from: "2026-11-10T00:00:00Z", days: 4, seed: 2, projects: 8 },
];
const LONG = [1, 2, 3, 4].map((seed) => ({ from: "2026-10-05T00:00:00Z", days: DAYS, seed, projects: 12 }));

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
