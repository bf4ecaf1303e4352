import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextPoll, type Watched } from "../../src/runs/plan.js";

const watched = (key: string, more: Partial<Watched> = {}): Watched => ({
  ...{ key, projectId: "p", runId: key, since: 0, askedAt: null, typicalMs: null },
  ...more,
});

describe("nextPoll", () => {
  test("nothing in flight: nothing to ask", () => {
    expect(nextPoll([], 0)).toBeNull();
  });

  test("a run that was never asked about is asked about at once", () => {
    const runs = [watched("a", { askedAt: 900 }), watched("b", { projectId: "q" })];
    expect(nextPoll(runs, 1_000, { recent: [] })).toMatchObject({ at: 1_000, projectId: "q" });
  });

  test("runs of one project are asked about together", () => {
    const poll = nextPoll([watched("a"), watched("b"), watched("c", { projectId: "q", askedAt: 1 })], 1_000);
    expect(poll?.watched.map((run) => run.key)).toEqual(["a", "b"]);
  });

  test("young runs often, old ones less, and more often when they usually end", () => {
    const rest = (ageMs: number, typicalMs: number | null) => {
      const now = 10_000_000;
      return (nextPoll([watched("a", { since: now - ageMs, askedAt: now, typicalMs })], now)?.at ?? 0) - now;
    };
    expect(rest(10_000, null)).toBeLessThan(rest(300_000, null));
    expect(rest(300_000, null)).toBeLessThan(rest(7_200_000, null));
    expect(rest(3_000_000, 3_000_000)).toBeLessThan(rest(3_000_000, null));
  });

  test("never more than the watch's share of the budget, and no project starves", () => {
    const runs = fc.array(
      fc.record({ project: fc.integer({ min: 0, max: 24 }), age: fc.integer({ min: 0, max: 7_200_000 }) }),
      { minLength: 1, maxLength: 25 },
    );
    fc.assert(
      fc.property(runs, (made) => {
        const start = 10_000_000;
        let state = made.map(({ project, age }, index) =>
          watched(`${index}`, { projectId: `${project}`, since: start - age, askedAt: start }),
        );
        const asked: { at: number; projectId: string }[] = [];
        for (let now = start; now < start + 300_000; ) {
          const poll = nextPoll(state, now);
          if (poll === null) break;
          now = Math.max(now, poll.at);
          asked.push({ at: now, projectId: poll.projectId });
          state = state.map((run) => (run.projectId === poll.projectId ? { ...run, askedAt: now } : run));
          if (asked.length > 1_000) break;
        }
        for (const { at } of asked) {
          const inMinute = asked.filter((other) => other.at >= at && other.at < at + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(25);
        }
        expect(new Set(asked.map((poll) => poll.projectId)).size).toBe(new Set(made.map((run) => run.project)).size);
      }),
      { numRuns: 50 },
    );
  });
});
