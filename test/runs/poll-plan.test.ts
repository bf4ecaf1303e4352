import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nextPoll, type PolledRun } from "../../src/runs/poll-plan.js";

const watched = (key: string, more: Partial<PolledRun> = {}): PolledRun => ({
  key,
  projectId: "p",
  since: 0,
  askedAt: null,
  typicalMs: null,
  ...more,
});

const slow = { perMinute: 18, lastAt: null };

describe("nextPoll", () => {
  test("nothing in flight: nothing to ask", () => {
    expect(nextPoll([], 0, slow)).toBeNull();
  });

  test("a run that was never asked about is asked about at once", () => {
    const runs = [watched("a", { askedAt: 900 }), watched("b", { projectId: "q" })];
    expect(nextPoll(runs, 1_000, slow)).toMatchObject({ at: 1_000, projectId: "q" });
  });

  test("runs of one project are asked about together", () => {
    const runs = [watched("a"), watched("b"), watched("c", { projectId: "q", askedAt: 1 })];
    const poll = nextPoll(runs, 1_000, { ...slow, lastAt: 1 });
    expect(poll?.runs.map((run) => run.key)).toEqual(["a", "b"]);
  });

  test("asks about young runs often, about old ones less, and more often around the time when they usually end", () => {
    const rest = (ageMs: number, typicalMs: number | null) => {
      const now = 10_000_000;
      const runs = [watched("a", { since: now - ageMs, askedAt: now, typicalMs })];
      return (nextPoll(runs, now, { ...slow, lastAt: now })?.at ?? 0) - now;
    };
    expect(rest(10_000, null)).toBeLessThan(rest(300_000, null));
    expect(rest(300_000, null)).toBeLessThan(rest(7_200_000, null));
    expect(rest(3_000_000, 3_000_000)).toBeLessThan(rest(3_000_000, null));
  });

  test("a run is asked about at the moment when it becomes overdue, once", () => {
    const now = 10_000_000;
    const old = { since: now - 7_200_000, askedAt: now };
    const next = (more: Partial<PolledRun>) => nextPoll([watched("a", { ...old, ...more })], now, slow);
    expect(next({})?.at).toBeGreaterThan(now + 10_000);
    expect(next({ overdueAt: now + 10_000 })?.at).toBe(now + 10_000);
    expect(next({ overdueAt: now })?.at).toBeGreaterThan(now + 10_000);
  });

  const NOW = 10_000_000;
  const calm = { perMinute: 27, lastAt: null };

  test.each([
    ["just begun", 0, null, 2_500],
    ["two minutes old", 2, null, 3_500],
    ["ten minutes old", 10, null, 5_500],
    ["an hour old", 60, null, 12_500],
    ["far from its usual ten minutes", 1, 10, 7_500],
    ["close to its usual ten minutes", 9.8, 10, 3_500],
    ["at twice its usual ten minutes", 20, 10, 4_000],
    ["at six times its usual ten minutes", 60, 10, 12_000],
    ["long past its usual moment, of less than a second", 1, 0.000_2, 3_000],
  ])("a run that is %s rests for so long", (_, minutes, usual, rest) => {
    const typicalMs = usual === null ? null : usual * 60_000;
    const run = watched("a", { since: NOW - minutes * 60_000, askedAt: NOW, typicalMs });
    expect(nextPoll([run], NOW, calm)?.at).toBe(NOW + rest);
  });

  test("requests are spaced evenly, further apart while there are fewer for them", () => {
    const at = (lastAt: number | null, perMinute = 27) =>
      (nextPoll([watched("a")], NOW, { perMinute, lastAt })?.at ?? 0) - NOW;
    expect(at(null)).toBe(0);
    expect(at(NOW)).toBe(Math.ceil(60_000 / 27));
    expect(at(NOW - 1_000)).toBe(Math.ceil(60_000 / 27) - 1_000);
    expect(at(NOW, 10.8)).toBe(Math.ceil(60_000 / 10.8));
    expect(at(NOW - 1, 1)).toBe(59_999);
    // Spacing alone limits them: a share that shrinks does not make up for what went before.
    expect(at(NOW - 7_000, 10.8)).toBe(0);
    // A time to come, from another clock, counts as now.
    expect(at(NOW + 5_000)).toBe(Math.ceil(60_000 / 27));
  });

  test("a run that may go on for days is asked about after 90 seconds at the latest, also with a clock that was ahead", () => {
    const old = { since: NOW - 1e9 };
    const at = (askedAt: number) => (nextPoll([watched("a", { ...old, askedAt })], NOW, calm)?.at ?? 0) - NOW;
    expect([at(NOW - 90_000), at(NOW - 89_500), at(NOW), at(NOW + 1e6)]).toEqual([0, 500, 90_000, 90_000]);
  });

  test("whoever has waited longest comes first: never asked about before, else too long ago", () => {
    const next = (...runs: PolledRun[]) => nextPoll(runs, NOW, calm)?.runs.map(({ key }) => key);
    expect(next(watched("a", { since: 2 }), watched("b", { projectId: "q", since: 1 }))).toEqual(["b"]);
    const asked = { since: 0, askedAt: NOW - 200_000 };
    expect(next(watched("a", asked), watched("b", { projectId: "q", ...asked, askedAt: NOW - 200_001 }))).toEqual([
      "b",
    ]);
    expect(next(watched("a", asked), watched("b", { projectId: "q", since: NOW - 110_001 }))).toEqual(["b"]);
    expect(next(watched("a", asked), watched("b", { projectId: "q", since: NOW - 109_999 }))).toEqual(["a"]);
    // Overdue since longer than the other one rests.
    const late = { since: 0, askedAt: NOW - 60_000, overdueAt: NOW - 50_000 };
    expect(next(watched("a", { ...asked, askedAt: NOW - 130_000 }), watched("b", { projectId: "q", ...late }))).toEqual(
      ["b"],
    );
  });

  test("while polls are scarce, a run that has just begun waits until others that may end have been asked about", () => {
    const others = ["b", "c", "d"].map((key) =>
      watched(key, { projectId: key, since: NOW - 60_000, askedAt: NOW - 9_000 }),
    );
    const next = (perMinute: number, since = NOW) =>
      nextPoll([watched("a", { since }), ...others], NOW, { perMinute, lastAt: null })?.projectId;
    expect([next(27), next(10.8), next(10.8, NOW - 2_000)]).toEqual(["p", "b", "b"]);
    // It has been so for long, for example because the bot was down.
    expect(next(10.8, NOW - 3_600_000)).toBe("p");
  });

  test("with more projects than polls in 90 seconds, runs rest longer, so that some polls are left for runs that are about to end", () => {
    const rested = Array.from({ length: 30 }, (_, index) =>
      watched(`${index}`, { projectId: `${index}`, since: NOW - 1e8, askedAt: NOW - 100_000 }),
    );
    const ending = watched("a", { since: NOW - 600_000, askedAt: NOW - 60_000, typicalMs: 600_000 });
    const next = (perMinute: number) => nextPoll([...rested, ending], NOW, { perMinute, lastAt: null })?.projectId;
    expect([next(60), next(10.8)]).toEqual(["0", "p"]);
  });

  test("one request is worth more when it tells of more runs", () => {
    const young = { since: NOW - 60_000, askedAt: NOW - 20_000 };
    const runs = [
      watched("a", young),
      watched("b", { projectId: "q", ...young }),
      watched("c", { projectId: "q", ...young }),
    ];
    expect(nextPoll(runs, NOW, calm)).toMatchObject({
      projectId: "q",
      runs: [{ key: "b" }, { key: "c" }],
    });
  });

  test("a run that is not among its project's latest is asked about by itself", () => {
    const runs = [watched("a", { alone: true }), watched("b", { since: 1 }), watched("c", { since: 1 })];
    expect(nextPoll(runs, NOW, calm)?.runs).toMatchObject([{ key: "a" }]);
    expect(nextPoll(runs.slice(1), NOW, calm)?.runs).toHaveLength(2);
  });

  test("of more runs of a project than one answer holds, those that have waited longest", () => {
    const runs = Array.from({ length: 102 }, (_, index) => watched(`${index}`, { since: 1_000 - index }));
    const keys = nextPoll(runs, NOW, calm)?.runs.map(({ key }) => key);
    expect(keys).toHaveLength(100);
    expect(keys).not.toContain("0");
    expect(keys).not.toContain("1");
    expect(nextPoll(runs.slice(2), NOW, calm)?.runs).toEqual(runs.slice(2));
  });

  /** Follows the plan for ten minutes. @returns the requests, and each run's longest time without one */
  function follow(
    made: { project: number; age: number; typicalMs: number | null; overdueIn: number | null }[],
    perMinute: number,
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
      const pace = { perMinute, lastAt: asked.at(-1) ?? null };
      const poll = nextPoll(state, now, pace);
      expect(poll).toEqual(nextPoll(state, now, pace));
      if (poll === null || poll.at < now) throw new Error("nothing to ask, or in the past");
      now = poll.at;
      asked.push(now);
      const keys = new Set(poll.runs.map((run) => run.key));
      expect(new Set(poll.runs.map((run) => run.projectId)).size).toBe(1);
      for (const run of state) if (keys.has(run.key)) rests.push(now - (run.askedAt ?? start));
      for (const { key, askedAt, overdueAt } of state)
        if (keys.has(key) && overdueAt && (askedAt ?? start) < overdueAt && overdueAt <= now)
          overdueFor.push(now - overdueAt);
      state = state.map((run) => (keys.has(run.key) ? { ...run, askedAt: now } : run));
    }
    for (const run of state) rests.push(start + 600_000 - (run.askedAt ?? start));
    return { asked, longestRest: Math.max(...rests), overdueFor };
  }

  test("never exceeds the polls' share in any 60 s, and lets no run starve", () => {
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
      fc.property(runs, fc.constantFrom(10.8, 18, 27), (made, perMinute) => {
        const { asked, longestRest, overdueFor } = follow(made, perMinute);
        for (const at of asked) {
          const inMinute = asked.filter((other) => other >= at && other < at + 60_000).length;
          expect(inMinute).toBeLessThanOrEqual(Math.ceil(perMinute));
        }
        // The longest rest, or one request for each of the others.
        const longest = Math.max(90_000, (26 * 60_000) / perMinute) + 60_000;
        expect(longestRest).toBeLessThanOrEqual(longest);
        expect(overdueFor).toHaveLength(made.filter(({ overdueIn }) => overdueIn !== null).length);
        expect(Math.max(0, ...overdueFor)).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 40 },
    );
  });
});
