import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Terms } from "../../src/follow/judgement.js";
import { freeAt, newsAt, nextReading, roundMs, type Watched } from "../../src/follow/reading-plan.js";
import { DAILY_AT_SEVEN, MINUTE, SEVEN, TERMS } from "./evidence.js";

const SECOND = 1_000;

function watched(projectId: string, more: Partial<Watched> = {}): Watched {
  return {
    projectId,
    schedules: [],
    readAt: null,
    scheduledAt: null,
    going: [],
    typicalMs: null,
    stuckAfterMs: null,
    pagesAt: [],
    ...more,
  };
}

const free = { perMinute: 12, lastAt: null };

describe("nextReading", () => {
  test("nothing is watched: nothing to ask", () => {
    expect(nextReading([], SEVEN, free, TERMS)).toBeNull();
  });

  test("a project that was never read is read at once, before all others", () => {
    const projects = [watched("a", { readAt: SEVEN - 60 * MINUTE }), watched("b")];
    expect(nextReading(projects, SEVEN, free, TERMS)).toEqual({ projectId: "b", at: SEVEN });
  });

  test("readings are spaced evenly, by what the share gives", () => {
    const at = (lastAt: number, perMinute: number) =>
      (nextReading([watched("a")], SEVEN, { perMinute, lastAt }, TERMS)?.at ?? 0) - SEVEN;
    expect(at(SEVEN, 12)).toBe(5 * SECOND);
    expect(at(SEVEN - 2 * SECOND, 27)).toBe(Math.ceil(60_000 / 27) - 2 * SECOND);
    expect(at(SEVEN - 6 * SECOND, 10.8)).toBe(0);
  });

  test("what has news goes before what was read long ago", () => {
    const due = watched("due", { schedules: [DAILY_AT_SEVEN], readAt: SEVEN - MINUTE, typicalMs: MINUTE });
    const old = watched("old", { readAt: SEVEN - 7 * MINUTE });
    expect(nextReading([old, due], SEVEN + MINUTE, free, TERMS)?.projectId).toBe("old");
    expect(nextReading([old, due], SEVEN + 2 * MINUTE, free, TERMS)?.projectId).toBe("due");
  });

  test("after the clock was set back, the readings go on", () => {
    const ahead = SEVEN + 24 * 60 * MINUTE;
    const projects = [watched("a", { readAt: ahead }), watched("b", { readAt: ahead, going: [ahead - MINUTE] })];
    expect(nextReading(projects, SEVEN, { perMinute: 12, lastAt: ahead }, TERMS)).toEqual({
      projectId: "a",
      at: SEVEN,
    });
    const [, b] = projects;
    expect(nextReading(b ? [b] : [], SEVEN, free, TERMS)).toEqual({ projectId: "b", at: SEVEN });
  });

  test("a round takes five minutes, or as long as the share takes to read all projects once", () => {
    expect(roundMs(1, 12)).toBe(5 * MINUTE);
    expect(roundMs(60, 12)).toBe(5 * MINUTE);
    expect(roundMs(100, 10)).toBe(10 * MINUTE);
    expect(roundMs(500, 12)).toBeCloseTo((500 / 12) * MINUTE);
  });
});

describe("when there may be news", () => {
  /** In ms after seven; `null`: never. */
  const news = (project: Partial<Watched>, terms: Partial<Terms> = {}, at = SEVEN + 60 * MINUTE) => {
    const moment = newsAt(watched("p", { readAt: SEVEN - SECOND, ...project }), at, { ...TERMS, ...terms });
    return moment === Number.POSITIVE_INFINITY ? null : moment - SEVEN;
  };

  test("of a project that was never read, at once", () => {
    expect(newsAt(watched("p"), SEVEN, TERMS)).toBe(Number.NEGATIVE_INFINITY);
  });

  test("of a project without a schedule or a run that is going, never", () => {
    expect(news({})).toBeNull();
    expect(news({ typicalMs: MINUTE, stuckAfterMs: MINUTE, scheduledAt: SEVEN })).toBeNull();
  });

  test("of a run that is going: the longer it has taken, the later, from half a minute to five", () => {
    const again = (age: number) => news({ readAt: SEVEN, going: [SEVEN - age] });
    expect(again(0)).toBe(30 * SECOND);
    expect(again(MINUTE)).toBe(30 * SECOND);
    expect(again(4 * MINUTE)).toBe(2 * MINUTE);
    expect(again(10 * MINUTE)).toBe(5 * MINUTE);
    expect(again(10 * 60 * MINUTE)).toBe(5 * MINUTE);
    // By the clock of Hex, it began after the bot had asked.
    expect(again(-20 * SECOND)).toBe(30 * SECOND);
  });

  test("of a run that is going: not before its usual end, and at the moment from which it is stuck", () => {
    const again = (typicalMs: number, stuckAfterMs: number | null) =>
      news({ readAt: SEVEN, going: [SEVEN - 4 * MINUTE], typicalMs, stuckAfterMs });
    expect(again(MINUTE, null)).toBe(2 * MINUTE);
    expect(again(10 * MINUTE, null)).toBe(6 * MINUTE);
    expect(again(10 * MINUTE, 5 * MINUTE)).toBe(MINUTE + SECOND);
    expect(again(MINUTE, 5 * MINUTE)).toBe(MINUTE + SECOND);
    expect(again(MINUTE, 3 * MINUTE)).toBe(2 * MINUTE);
  });

  test("of several runs that are going, the earliest news", () => {
    expect(news({ readAt: SEVEN, going: [SEVEN - 8 * MINUTE, SEVEN - 4 * MINUTE] })).toBe(2 * MINUTE);
  });

  test("before somebody is paged: half a minute, once", () => {
    const once = (readAt: number) => news({ readAt, pagesAt: [SEVEN + 5 * MINUTE, SEVEN + 9 * MINUTE] });
    expect(once(SEVEN)).toBe(4 * MINUTE + 30 * SECOND);
    expect(once(SEVEN + 4 * MINUTE + 30 * SECOND)).toBe(8 * MINUTE + 30 * SECOND);
    expect(once(SEVEN + 9 * MINUTE)).toBeNull();
  });

  test("of a run that is due: half a minute after its usual end, and when it counts as late", () => {
    const due = (project: Partial<Watched>, terms: Partial<Terms> = {}) =>
      news({ schedules: [DAILY_AT_SEVEN], ...project }, terms);
    expect(due({ typicalMs: 4 * MINUTE })).toBe(4 * MINUTE + 30 * SECOND);
    expect(due({})).toBe(2 * MINUTE + 30 * SECOND);
    expect(due({ readAt: SEVEN + 3 * MINUTE })).toBe(15 * MINUTE);
    expect(due({ readAt: SEVEN + 3 * MINUTE }, { lateMs: 20 * MINUTE })).toBe(20 * MINUTE);
    expect(due({ readAt: SEVEN + 2 * MINUTE + 30 * SECOND })).toBe(15 * MINUTE);
    expect(due({ readAt: SEVEN + 15 * MINUTE })).toBeNull();
    expect(due({ typicalMs: 60 * MINUTE })).toBe(15 * MINUTE);
  });

  test("not of a run that was due when nobody watched yet, or is not due yet", () => {
    const project = { schedules: [DAILY_AT_SEVEN], readAt: SEVEN - SECOND };
    expect(news(project, { from: SEVEN })).toBeNull();
    expect(news(project, { from: SEVEN - 1 })).not.toBeNull();
    expect(news(project, {}, SEVEN - SECOND)).toBeNull();
    expect(news(project, {}, SEVEN)).not.toBeNull();
  });

  test("not of a run that is there, also when it began up to a minute early", () => {
    const there = (scheduledAt: number) => news({ schedules: [DAILY_AT_SEVEN], scheduledAt });
    expect(there(SEVEN + MINUTE)).toBeNull();
    expect(there(SEVEN - MINUTE)).toBeNull();
    expect(there(SEVEN - MINUTE - 1)).not.toBeNull();
  });

  test("up to an hour early where nobody knows whether the clocks were set", () => {
    const sunday = Date.parse("2026-10-25T07:00:00Z");
    const inBerlin = { ...DAILY_AT_SEVEN, daily: { timezone: "+01:00", hour: 8, minute: 0 } };
    const project = { schedules: [inBerlin], readAt: sunday - 2 * 60 * MINUTE };
    const terms = { ...TERMS, from: sunday - 24 * 60 * MINUTE };
    const at = (scheduledAt: number) => newsAt(watched("p", { ...project, scheduledAt }), sunday + MINUTE, terms);
    expect(at(sunday - 61 * MINUTE)).toBe(Number.POSITIVE_INFINITY);
    expect(at(sunday - 61 * MINUTE - 1)).toBe(sunday + 2 * MINUTE + 30 * SECOND);
  });
});

describe("which project comes next", () => {
  const next = (projects: Watched[], now = SEVEN) => nextReading(projects, now, free, TERMS);

  test("of two with news, the one that has waited longer, wherever it stands", () => {
    const waits = (projectId: string, ago: number) =>
      watched(projectId, { readAt: SEVEN - ago, going: [SEVEN - ago - 2 * MINUTE] });
    const [longer, shorter] = [waits("longer", 4 * MINUTE), waits("shorter", 3 * MINUTE)];
    expect(next([longer, shorter])).toEqual({ projectId: "longer", at: SEVEN });
    expect(next([shorter, longer])).toEqual({ projectId: "longer", at: SEVEN });
    expect(next([watched("first"), watched("second")])?.projectId).toBe("first");
  });

  test("without news the one that was read longest ago, five minutes after that, or when it has news before", () => {
    const [old, new_] = [watched("old", { readAt: SEVEN - 4 * MINUTE }), watched("new", { readAt: SEVEN - MINUTE })];
    expect(next([new_, old])).toEqual({ projectId: "old", at: SEVEN + MINUTE });
    const going = watched("going", { readAt: SEVEN, going: [SEVEN - MINUTE] });
    expect(next([old, going, new_])).toEqual({ projectId: "going", at: SEVEN + 30 * SECOND });
  });

  test("one without news that has waited for two rounds goes before those whose news is newer", () => {
    const going = watched("going", { readAt: SEVEN - MINUTE, going: [SEVEN - 2 * MINUTE] });
    const waiting = (ago: number) => watched("quiet", { readAt: SEVEN - ago });
    expect(next([going, waiting(10 * MINUTE)])?.projectId).toBe("going");
    expect(next([going, waiting(10 * MINUTE + 31 * SECOND)])?.projectId).toBe("quiet");
  });

  test("a reading is free when the pause after the last one is over", () => {
    expect(freeAt(SEVEN, { perMinute: 12, lastAt: null })).toBe(SEVEN);
    expect(freeAt(SEVEN, { perMinute: 12, lastAt: SEVEN })).toBe(SEVEN + 5 * SECOND);
    expect(freeAt(SEVEN, { perMinute: 7, lastAt: SEVEN })).toBe(SEVEN + 8_572);
    expect(freeAt(SEVEN, { perMinute: 12, lastAt: SEVEN + 1 })).toBe(SEVEN);
    expect(freeAt(SEVEN, { perMinute: 12, lastAt: SEVEN - MINUTE })).toBe(SEVEN);
  });

  test("a project that was read just now is not taken for one whose reading is in the future", () => {
    expect(next([watched("p", { readAt: SEVEN })])).toEqual({ projectId: "p", at: SEVEN + 5 * MINUTE });
  });
});

/** Follows the plan for some minutes of simulated time. @returns when each project was read, in order */
function follow(
  projects: readonly Watched[],
  { perMinute, minutes, terms = TERMS }: { perMinute: number; minutes: number; terms?: Terms },
) {
  const readings: { at: number; projectId: string }[] = [];
  let state = [...projects];
  for (let now = SEVEN; now < SEVEN + minutes * MINUTE; ) {
    const next = nextReading(state, now, { perMinute, lastAt: readings.at(-1)?.at ?? null }, terms);
    if (next === null || next.at < now) throw new Error("nothing to read, or in the past");
    now = next.at;
    readings.push(next);
    state = state.map((one) => (one.projectId === next.projectId ? { ...one, readAt: next.at } : one));
  }
  return readings;
}

/** The longest time (ms) in which a project is not read, from the beginning to the end. */
function longestRest(readings: { at: number; projectId: string }[], projectId: string, minutes: number): number {
  const its = readings.filter((one) => one.projectId === projectId).map(({ at }) => at);
  const times = [SEVEN, ...its, SEVEN + minutes * MINUTE];
  return Math.max(...times.slice(1).map((at, index) => at - (times[index] ?? at)));
}

describe("following the plan", () => {
  const project = fc.record({
    /** Minutes from the beginning until its run is due, or none. */
    dueIn: fc.option(fc.integer({ min: 0, max: 90 }), { nil: null }),
    /** How many minutes ago its runs began that are still going. */
    going: fc.array(fc.integer({ min: 0, max: 600 }), { maxLength: 2 }),
    typical: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
    readAgo: fc.option(fc.integer({ min: 0, max: 10 }), { nil: null }),
  });
  const made = fc.array(project, { minLength: 1, maxLength: 80 }).map((all) =>
    all.map(({ dueIn, going, typical, readAgo }, index) =>
      watched(`${index}`, {
        schedules: dueIn === null ? [] : [dailyIn(dueIn)],
        going: going.map((ago) => SEVEN - ago * MINUTE),
        typicalMs: typical === null ? null : typical * MINUTE,
        stuckAfterMs: typical === null ? null : Math.max(10, 3 * typical) * MINUTE,
        readAt: readAgo === null ? null : SEVEN - readAgo * MINUTE,
      }),
    ),
  );

  test("never more than the share in any minute, and nobody waits for ever, however many have news", () => {
    fc.assert(
      fc.property(made, fc.constantFrom(6, 10.8, 12, 27), (projects, perMinute) => {
        const minutes = Math.ceil((5 * roundMs(projects.length, perMinute)) / MINUTE);
        const readings = follow(projects, { perMinute, minutes });
        for (const { at } of readings) {
          const inMinute = readings.filter((one) => one.at >= at && one.at < at + MINUTE).length;
          expect(inMinute).toBeLessThanOrEqual(Math.ceil(perMinute));
        }
        const longest = 3 * roundMs(projects.length, perMinute);
        for (const { projectId } of projects)
          expect(longestRest(readings, projectId, minutes)).toBeLessThanOrEqual(longest);
      }),
      { numRuns: 25 },
    );
  });

  test("quiet projects are read although those with news want the whole share, and at half of it", () => {
    const going = Array.from({ length: 60 }, (_, index) =>
      watched(`going ${index}`, { readAt: SEVEN - index * SECOND, going: [SEVEN - 5 * MINUTE] }),
    );
    const quiet = Array.from({ length: 40 }, (_, index) =>
      watched(`quiet ${index}`, { readAt: SEVEN - index * SECOND }),
    );
    const readings = follow([...going, ...quiet], { perMinute: 10, minutes: 90 });
    for (const { projectId } of quiet)
      expect(longestRest(readings, projectId, 90)).toBeLessThanOrEqual(3 * roundMs(100, 10));
    const ofGoing = readings.filter(({ projectId }) => projectId.startsWith("going")).length;
    expect(ofGoing).toBeGreaterThan(readings.length / 2);
  });

  test("a run that ends among many quiet projects is read within a minute of its usual end", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 40 }), (quiet, typical) => {
        const due = watched("due", { schedules: [DAILY_AT_SEVEN], readAt: SEVEN - 1, typicalMs: typical * MINUTE });
        const others = Array.from({ length: quiet }, (_, index) =>
          watched(`${index}`, { readAt: SEVEN - index * SECOND }),
        );
        const readings = follow([...others, due], { perMinute: 12, minutes: typical + 3 });
        const end = SEVEN + typical * MINUTE;
        const first = readings.find(({ projectId, at }) => projectId === "due" && at >= end);
        expect((first?.at ?? Number.POSITIVE_INFINITY) - end).toBeLessThanOrEqual(MINUTE);
      }),
      { numRuns: 25 },
    );
  });

  test.each([100, 500])("%i quiet projects go round in the time that is said of them", (count) => {
    const projects = Array.from({ length: count }, (_, index) => watched(`${index}`, { readAt: SEVEN - 60 * MINUTE }));
    const minutes = Math.ceil((3 * roundMs(count, 12)) / MINUTE);
    const readings = follow(projects, { perMinute: 12, minutes });
    const rests = projects.map(({ projectId }) => longestRest(readings, projectId, minutes));
    expect(Math.max(...rests)).toBeLessThanOrEqual(roundMs(count, 12) + MINUTE);
    expect(Math.max(...rests)).toBeGreaterThan(roundMs(count, 12) - MINUTE);
  });
});

function dailyIn(minutes: number) {
  const time = new Date(SEVEN + minutes * MINUTE);
  return {
    ...DAILY_AT_SEVEN,
    daily: { timezone: "UTC", hour: time.getUTCHours(), minute: time.getUTCMinutes() },
  };
}
