import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Budget, type BudgetShare } from "../../src/hex/budget.js";
import { nextOf, partOf, type Share, type Use } from "../../src/hex/shares.js";
import { ManualClock } from "../sandbox/clock.js";

const RUNS: Share = { name: "runs", weight: 12 };
const FOLLOW: Share = { name: "follow", weight: 12 };
const CATALOG: Share = { name: "catalog", weight: 5 };
const PROBE: Share = { name: "probe", weight: 1 };
const MANY = 1_000;

function uses(requests: { follow: number; catalog: number; probe: number }): Use[] {
  return [
    { share: FOLLOW, requests: requests.follow },
    { share: CATALOG, requests: requests.catalog },
    { share: PROBE, requests: requests.probe },
  ];
}

describe("what a share may use", () => {
  test("its part by weight while all want more than theirs", () => {
    const others = uses({ follow: MANY, catalog: MANY, probe: MANY });
    expect(partOf(RUNS, others, 30)).toBe(12);
    expect(partOf(RUNS, others, 15)).toBe(6);
  });

  test("all of it while nobody else wants any, and what those leave over who want little", () => {
    expect(partOf(RUNS, uses({ follow: 0, catalog: 0, probe: 0 }), 30)).toBe(30);
    expect(partOf(RUNS, uses({ follow: 0, catalog: 5, probe: 1 }), 30)).toBe(24);
    expect(partOf(RUNS, uses({ follow: MANY, catalog: 0, probe: 1 }), 29)).toBe(14);
    expect(partOf(RUNS, uses({ follow: 3, catalog: MANY, probe: 1 }), 30)).toBeCloseTo((26 * 12) / 17);
  });

  test("nothing where there is nothing", () => {
    expect(partOf(RUNS, uses({ follow: 0, catalog: 0, probe: 0 }), 0)).toBe(0);
  });

  const use = fc.record({ weight: fc.integer({ min: 1, max: 20 }), requests: fc.integer({ min: 0, max: 60 }) });
  const all = fc.array(use, { minLength: 1, maxLength: 6 });
  const total = fc.integer({ min: 0, max: 600 });
  const named = (made: { weight: number; requests: number }[]): Use[] =>
    made.map(({ weight, requests }, index) => ({ share: { name: `${index}`, weight }, requests }));
  const others = (of: Use[], { share }: Use) => of.filter((one) => one.share !== share);

  test("never less than its part by weight, never more than others leave, and no more for those who use more", () => {
    fc.assert(
      fc.property(all, total, (made, most) => {
        const shares = named(made);
        const weights = shares.reduce((sum, { share }) => sum + share.weight, 0);
        for (const one of shares) {
          const part = partOf(one.share, others(shares, one), most);
          expect(part).toBeGreaterThanOrEqual((most * one.share.weight) / weights - 1e-9);
          expect(part).toBeLessThanOrEqual(most + 1e-9);
          const greedier = others(shares, one).map(({ share, requests }) => ({ share, requests: requests + 1 }));
          expect(partOf(one.share, greedier, most)).toBeLessThanOrEqual(part + 1e-9);
        }
      }),
    );
  });

  test("when each takes as much as it wants and may, all fit, and nothing is left that anybody still wants", () => {
    fc.assert(
      fc.property(all, total, (wanted, most) => {
        let shares = named(wanted).map((one) => ({ ...one, requests: 0 }));
        for (let round = 0; round < 60; round++) {
          for (const [index, one] of shares.entries()) {
            const requests = Math.min(wanted[index]?.requests ?? 0, partOf(one.share, others(shares, one), most));
            shares = shares.map((other) => (other === one ? { ...other, requests } : other));
          }
        }
        const used = shares.reduce((sum, { requests }) => sum + requests, 0);
        const wants = wanted.reduce((sum, { requests }) => sum + requests, 0);
        expect(used).toBeCloseTo(Math.min(most, wants), 1);
      }),
    );
  });
});

describe("whose turn it is", () => {
  test("that of the share that has used least of its part", () => {
    const waiting = [
      { share: RUNS, requests: 6 },
      { share: CATALOG, requests: 2 },
      { share: FOLLOW, requests: 7 },
    ];
    expect(nextOf(waiting)?.share).toBe(CATALOG);
  });

  test("of equals, that of the one who came first; nobody's when nobody waits", () => {
    expect(nextOf([RUNS, FOLLOW].map((share) => ({ share, requests: 3 })))?.share).toBe(RUNS);
    expect(nextOf([])).toBeUndefined();
  });
});

describe("a budget with shares", () => {
  interface Asker {
    share: BudgetShare;
    /** Whether it wants a request at this moment, as far as it goes. */
    wants: (now: number) => boolean;
  }

  /** Lets each ask as its pace allows for as many minutes. @returns when each was let go */
  async function minutes(count: number, budget: Budget, clock: ManualClock, askers: readonly Asker[]) {
    const sent = askers.map((): number[] => []);
    const waits = askers.map(() => false);
    const asked = askers.map(() => Number.NEGATIVE_INFINITY);
    for (let end = clock.monotonic() + count * 60_000; clock.monotonic() < end; clock.advance(100)) {
      for (const [index, { share, wants }] of askers.entries()) {
        const now = clock.monotonic();
        if (waits[index] || !wants(now) || now < (asked[index] ?? 0) + 60_000 / share.perMinute) continue;
        asked[index] = now;
        waits[index] = true;
        void budget.take(share, 600_000).then(() => {
          waits[index] = false;
          sent[index]?.push(clock.monotonic());
        });
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    return sent;
  }

  const always = () => true;
  const inMinute = (sent: readonly number[], from: number) =>
    sent.filter((at) => at >= from && at < from + 60_000).length;
  const started = () => {
    const clock = new ManualClock();
    const budget = new Budget(clock, 30);
    const [runs, follow, catalog, probe] = [RUNS, FOLLOW, CATALOG, PROBE].map(({ name, weight }) =>
      budget.share(name, weight),
    );
    if (!runs || !follow || !catalog || !probe) throw new Error("no share");
    return { clock, budget, shares: { runs, follow, catalog, probe }, from: clock.monotonic() };
  };

  test("gives a turn to the share that has used least of its part, whoever waited first", async () => {
    const { clock, budget, shares } = started();
    const { runs, follow } = shares;
    for (const count of [20, 7]) {
      for (let sent = 0; sent < count; sent++) await budget.take(runs, 0);
      clock.advance(29_000);
    }
    const order: string[] = [];
    const waiting = [runs, follow].map((share) => budget.take(share, 60_000).then(() => order.push(share.name)));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(2_000);
    await Promise.all(waiting);
    expect(order).toEqual(["follow", "runs"]);
  });

  test("gives each its part while all want more", async () => {
    const { clock, budget, shares, from } = started();
    const askers = Object.values(shares).map((share) => ({ share, wants: always }));
    const sent = await minutes(11, budget, clock, askers);
    const perMinute = sent.map((times) => times.filter((at) => at >= from + 60_000).length / 10);
    // A tenth of 30 is kept for cancellations.
    for (const [index, part] of [10.8, 10.8, 4.5, 0.9].entries()) {
      expect(perMinute[index]).toBeGreaterThan(part * 0.85);
      expect(perMinute[index]).toBeLessThan(part * 1.15);
    }
    expect(perMinute.reduce((sum, one) => sum + one, 0)).toBeGreaterThan(26);
  });

  test("lends what one does not use, and gives it back within seconds when it is wanted", async () => {
    const { clock, budget, shares, from } = started();
    const [begin, end] = [from + 120_000, from + 240_000];
    const askers = [
      { share: shares.runs, wants: always },
      { share: shares.follow, wants: (now: number) => now >= begin && now < end },
    ];
    const [runs = [], follow = []] = await minutes(6, budget, clock, askers);
    expect(inMinute(runs, from + 60_000)).toBeGreaterThanOrEqual(26);
    expect((follow[0] ?? 0) - begin).toBeLessThan(5_000);
    expect(inMinute(follow, begin)).toBeGreaterThanOrEqual(11);
    // The lender goes on meanwhile: it does not have to make up for what it had before.
    expect(Math.max(...gaps(runs.filter((at) => at >= begin && at < end)))).toBeLessThan(10_000);
    expect(inMinute(runs, begin + 60_000)).toBeGreaterThanOrEqual(12);
    expect(inMinute(runs, end + 60_000)).toBeGreaterThanOrEqual(26);
  });

  test("after Hex has lowered the limit, the parts are smaller in proportion", () => {
    const { budget, shares } = started();
    expect(shares.runs.perMinute).toBe(27);
    budget.limited();
    expect(shares.runs.perMinute).toBe(22);
  });

  test("what people have just used is not there to be shared, and while they ask the shares slow down", async () => {
    const { clock, budget, shares } = started();
    for (let i = 0; i < 20; i++) await budget.take("command", 0);
    expect(shares.runs.perMinute).toBe(7);
    clock.advance(60_000);
    await budget.take("command", 0);
    expect(shares.runs.perMinute).toBe(18);
    clock.advance(10_000);
    expect(shares.runs.perMinute).toBe(26);
    for (let i = 0; i < 26; i++) await budget.take("command", 0);
    expect(shares.runs.perMinute).toBe(1);
  });

  test("nobody starves, whoever wants how much when, and nobody gets less than its part", async () => {
    const period = fc.record({ on: fc.integer({ min: 20, max: 400 }), off: fc.integer({ min: 0, max: 400 }) });
    await fc.assert(
      fc.asyncProperty(period, period, period, async (one, two, three) => {
        const { clock, budget, shares, from } = started();
        const periodic =
          ({ on, off }: { on: number; off: number }) =>
          (now: number) =>
            (now - from) % ((on + off) * 1_000) < on * 1_000;
        const askers = [
          { share: shares.runs, wants: periodic(one) },
          { share: shares.catalog, wants: periodic(two) },
          { share: shares.probe, wants: periodic(three) },
          { share: shares.follow, wants: always },
        ];
        const sent = await minutes(8, budget, clock, askers);
        const follow = sent[3] ?? [];
        for (let minute = 1; minute < 8; minute++) {
          expect(inMinute(follow, from + minute * 60_000)).toBeGreaterThanOrEqual(9);
          const all = sent.reduce((sum, times) => sum + inMinute(times, from + minute * 60_000), 0);
          expect(all).toBeLessThanOrEqual(27);
        }
        expect(Math.max(...gaps(follow))).toBeLessThan(20_000);
      }),
      { numRuns: 12 },
    );
  });

  function gaps(times: readonly number[]): number[] {
    return times.slice(1).map((at, index) => at - (times[index] ?? at));
  }
});
