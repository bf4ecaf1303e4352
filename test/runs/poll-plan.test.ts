import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextPoll, type Watched } from "../../src/runs/poll-plan.js";

const watched = (key: string, more: Partial<Watched> = {}): Watched => ({
  key,
  projectId: "p",
  runId: key,
  since: 0,
  askedAt: null,
  typicalMs: null,
  ...more,
});

const share = { perMinute: 30, waiting: true };

describe("nextPoll", () => {
  test("nothing in flight: nothing to ask", () => {
    expect(nextPoll([], 0, { ...share, recent: [] })).toBeNull();
  });

  test("a run that was never asked about is asked about at once", () => {
    const runs = [watched("a", { askedAt: 900 }), watched("b", { projectId: "q" })];
    expect(nextPoll(runs, 1_000, { ...share, recent: [] })).toMatchObject({ at: 1_000, projectId: "q" });
  });

  test("runs of one project are asked about together", () => {
    const runs = [watched("a"), watched("b"), watched("c", { projectId: "q", askedAt: 1 })];
    const poll = nextPoll(runs, 1_000, { ...share, recent: [1] });
    expect(poll?.watched.map((run) => run.key)).toEqual(["a", "b"]);
  });

  test("young runs often, old ones less, and more often when they usually end", () => {
    const rest = (ageMs: number, typicalMs: number | null) => {
      const now = 10_000_000;
      const runs = [watched("a", { since: now - ageMs, askedAt: now, typicalMs })];
      return (nextPoll(runs, now, { ...share, recent: [now] })?.at ?? 0) - now;
    };
    expect(rest(10_000, null)).toBeLessThan(rest(300_000, null));
    expect(rest(300_000, null)).toBeLessThan(rest(7_200_000, null));
    expect(rest(3_000_000, 3_000_000)).toBeLessThan(rest(3_000_000, null));
  });

  test("a run is asked about at the moment when it becomes overdue, once", () => {
    const now = 10_000_000;
    const old = { since: now - 7_200_000, askedAt: now };
    const next = (more: Partial<Watched>) =>
      nextPoll([watched("a", { ...old, ...more })], now, { ...share, recent: [] });
    expect(next({})?.at).toBeGreaterThan(now + 10_000);
    expect(next({ overdueAt: now + 10_000 })?.at).toBe(now + 10_000);
    expect(next({ overdueAt: now })?.at).toBeGreaterThan(now + 10_000);
  });

  /** Follows the plan for ten minutes. @returns the requests, and each run's longest time without one */
  function follow(
    made: { project: number; age: number; typicalMs: number | null; overdueIn: number | null }[],
    waiting: boolean,
  ) {
    const start = 10_000_000;
    const asked: number[] = [];
    const rests: number[] = [];
    const overdueFor: number[] = [];
    let state = made.map(({ project, age, typicalMs, overdueIn }, index) =>
      watched(`${index}`, {
        projectId: `${project}`,
        since: start - age,
        askedAt: start,
        typicalMs,
        overdueAt: overdueIn === null ? null : start + 1 + overdueIn,
      }),
    );
    for (let now = start; now < start + 600_000; ) {
      const recent = asked.filter((at) => at > now - 60_000);
      const poll = nextPoll(state, now, { ...share, waiting, recent });
      expect(poll).toEqual(nextPoll(state, now, { ...share, waiting, recent }));
      if (poll === null || poll.at < now) throw new Error("nothing to ask, or in the past");
      now = poll.at;
      asked.push(now);
      const keys = new Set(poll.watched.map((run) => run.key));
      expect(new Set(poll.watched.map((run) => run.projectId)).size).toBe(1);
      for (const run of state) if (keys.has(run.key)) rests.push(now - (run.askedAt ?? start));
      for (const { key, askedAt, overdueAt } of state)
        if (keys.has(key) && overdueAt && (askedAt ?? start) < overdueAt && overdueAt <= now)
          overdueFor.push(now - overdueAt);
      state = state.map((run) => (keys.has(run.key) ? { ...run, askedAt: now } : run));
    }
    for (const run of state) rests.push(start + 600_000 - (run.askedAt ?? start));
    return { asked, longestRest: Math.max(...rests), overdueFor };
  }

  test("never more than the watch's share in any 60 s, less while commands wait, and no run starves", () => {
    const runs = fc.array(
      fc.record({
        project: fc.integer({ min: 0, max: 24 }),
        overdueIn: fc.option(fc.integer({ min: 0, max: 400_000 }), { nil: null }),
        age: fc.integer({ min: 0, max: 7_200_000 }),
        typicalMs: fc.option(fc.integer({ min: 1_000, max: 3_600_000 }), { nil: null }),
      }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(runs, fc.boolean(), (made, waiting) => {
        const { asked, longestRest, overdueFor } = follow(made, waiting);
        for (const at of asked) {
          const inMinute = asked.filter((other) => other >= at && other < at + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(waiting ? 18 : 27);
        }
        expect(longestRest).toBeLessThanOrEqual(150_000);
        expect(overdueFor).toHaveLength(made.filter(({ overdueIn }) => overdueIn !== null).length);
        expect(Math.max(0, ...overdueFor)).toBeLessThanOrEqual(100_000);
      }),
      { numRuns: 40 },
    );
  });
});
